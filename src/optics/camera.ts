// A camera as pictures, one after the other. Opened only when asked to; closed, its light goes out.
import { AppError } from '../core/error.ts'
import type { Picture } from '../core/transfer/qr.ts'

export interface CameraName {
  id: string
  /** As the system calls it; "Camera 1" as long as nobody allowed to know more. */
  label: string
}

/** The port: tests have one of their own. */
export interface Camera {
  list(): Promise<CameraName[]>
  /** The one that looks away from the person, where there are several and none is named. Asks for permission. */
  open(id?: string): Promise<OpenCamera>
}

export interface OpenCamera {
  id: string
  /** The next one that the camera gives; throws when it gives none any more. */
  picture(): Promise<Picture>
  close(): void
}

/** Enough for codes of version 17 that fill a third of the width; more only costs time. */
const wantedWidth = 1280
const wantedHeight = 720

/** `video` shows what the camera sees. */
export function systemCamera(video: HTMLVideoElement): Camera {
  return {
    list: async () => {
      const devices = await mediaDevices().enumerateDevices()
      return devices
        .filter(({ kind }) => kind === 'videoinput')
        .map(({ deviceId, label }, index) => ({ id: deviceId, label: label || `Camera ${index + 1}` }))
    },
    open: async (id) => {
      const size = { width: { ideal: wantedWidth }, height: { ideal: wantedHeight } }
      const which = id === undefined ? { facingMode: { ideal: 'environment' } } : { deviceId: { exact: id } }
      let stream: MediaStream | undefined
      try {
        stream = await mediaDevices().getUserMedia({ audio: false, video: { ...size, ...which } })
        return await openOn(video, stream)
      } catch (thrown) {
        for (const track of stream?.getTracks() ?? []) track.stop()
        throw cameraError(thrown)
      }
    },
  }
}

async function openOn(video: HTMLVideoElement, stream: MediaStream): Promise<OpenCamera> {
  const [track] = stream.getVideoTracks()
  if (track === undefined) throw absent()
  video.muted = true
  video.playsInline = true
  video.srcObject = stream
  await video.play()
  const canvas = document.createElement('canvas')
  const context = canvas.getContext('2d', { willReadFrequently: true })
  if (context === null) throw lost()
  return {
    id: track.getSettings().deviceId ?? '',
    picture: async () => {
      await nextFrame(video, track)
      const shrink = Math.min(1, wantedWidth / Math.max(video.videoWidth, video.videoHeight, 1))
      const [width, height] = [video.videoWidth, video.videoHeight].map((side) =>
        Math.max(1, Math.round(side * shrink)),
      )
      if (width === undefined || height === undefined) throw lost()
      if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height })
      context.drawImage(video, 0, 0, width, height)
      return context.getImageData(0, 0, width, height)
    },
    close: () => {
      for (const each of stream.getTracks()) each.stop()
      video.srcObject = null
    },
  }
}

/** The browser calls when it has drawn one, so that the screen never waits for us. */
function nextFrame(video: HTMLVideoElement, track: MediaStreamTrack): Promise<void> {
  return new Promise((resolve, reject) => {
    if (track.readyState === 'ended') return reject(lost())
    const ended = (): void => reject(lost())
    track.addEventListener('ended', ended, { once: true })
    video.requestVideoFrameCallback(() => {
      track.removeEventListener('ended', ended)
      resolve()
    })
  })
}

function mediaDevices(): MediaDevices {
  // Absent where the page did not come from this machine or over an encrypted connection, whatever the types say.
  if ('mediaDevices' in navigator) return navigator.mediaDevices
  throw new AppError({
    code: 'source/rejected',
    message: 'this page may not use a camera',
    hint: 'open it from a file of this computer, or carry the file instead',
    data: { camera: 'refused' },
  })
}

/** What a browser says of cameras (Media Capture and Streams, section 10.2). */
export function cameraError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown
  const name = thrown instanceof Error || thrown instanceof DOMException ? thrown.name : ''
  if (name === 'NotFoundError' || name === 'OverconstrainedError') return absent(thrown)
  if (name === 'NotAllowedError' || name === 'SecurityError') {
    return new AppError({
      code: 'source/rejected',
      message: 'the camera may not be used here',
      hint: 'allow the camera when you are asked, or in the settings of this system; or carry the file instead',
      data: { camera: 'refused' },
      cause: thrown,
    })
  }
  if (name === 'NotReadableError' || name === 'AbortError') {
    return new AppError({
      code: 'source/unreachable',
      message: 'the camera is there and gives no picture',
      hint: 'close the other programs that use it, or choose another camera',
      data: { camera: 'busy' },
      cause: thrown,
    })
  }
  return lost(thrown)
}

function absent(cause?: unknown): AppError {
  return new AppError({
    code: 'source/not-found',
    message: 'no camera was found',
    hint: 'plug one in, or carry the file instead',
    data: { camera: 'absent' },
    cause,
  })
}

function lost(cause?: unknown): AppError {
  return new AppError({
    code: 'source/unreachable',
    message: 'the camera stopped',
    hint: 'check its cable, then start again; or carry the file instead',
    data: { camera: 'lost' },
    cause,
  })
}
