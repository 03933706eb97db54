// The shell gives the camera to this screen when the window has come to it, which takes a moment.

const patienceMs = 3000

/** Settles when it is given, or when it will not be: then whoever opens the camera hears why. */
export async function untilCameraIsAllowed(): Promise<void> {
  const begun = performance.now()
  while (performance.now() - begun < patienceMs) {
    if ((await cameraState()) === 'granted') return
    await new Promise((resolve) => setTimeout(resolve, 60))
  }
}

async function cameraState(): Promise<PermissionState | undefined> {
  try {
    return (await navigator.permissions.query({ name: 'camera' })).state
  } catch {
    // A browser that does not know the question; opening the camera answers it.
    return 'granted'
  }
}
