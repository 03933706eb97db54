// The whole screen for the room, where the shell allows it; without it everything works the same in the window.
import { useCallback, useEffect, useState } from 'react'

export function useFullScreen(): { isFull: boolean; toggle: () => void } {
  const [isFull, setFull] = useState(document.fullscreenElement !== null)
  useEffect(() => {
    const read = () => setFull(document.fullscreenElement !== null)
    document.addEventListener('fullscreenchange', read)
    // Whoever came here by a click meant the room to see it; a browser that thinks otherwise is not asked again.
    if (navigator.userActivation?.isActive === true) fill()
    return () => {
      document.removeEventListener('fullscreenchange', read)
      if (document.fullscreenElement !== null) void document.exitFullscreen().catch(() => undefined)
    }
  }, [])
  const toggle = useCallback(() => {
    if (document.fullscreenElement === null) fill()
    else void document.exitFullscreen().catch(() => undefined)
  }, [])
  return { isFull, toggle }
}

/** The small window that asks for a PIN must not open behind the full screen: that is left for as long as it asks. */
export async function besideWindow<T>(run: () => Promise<T>): Promise<T> {
  const wasFull = document.fullscreenElement !== null
  if (wasFull) await document.exitFullscreen().catch(() => undefined)
  const done = await run()
  // Only where a click was just made, such as the touch of a practice token; else there is the button.
  if (wasFull) fill()
  return done
}

function fill(): void {
  void document.documentElement.requestFullscreen().catch(() => undefined)
}
