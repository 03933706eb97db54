// How large the map is drawn. What is under the pointer, or in the middle, stays where it is.
import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react'

const [least, most, step] = [0.15, 2.5, 1.25]
/** Below this nobody reads a name: a map that is larger is scrolled rather than shrunk, until somebody asks. */
const readable = 0.75

export interface Zoom {
  scale: number
  zoomIn: () => void
  zoomOut: () => void
  /** All of it, or as much as there is room for. */
  showAll: () => void
}

export function useZoom(
  scroller: RefObject<HTMLElement | null>,
  { width, height }: { width: number; height: number },
): Zoom {
  const [scale, setScale] = useState(1)
  const now = useRef(scale)
  /** A point of the map and where in the window it has to be after the next drawing. */
  const anchor = useRef<{ x: number; y: number; left: number; top: number }>(undefined)

  const zoom = useCallback(
    (to: number, left?: number, top?: number) => {
      const element = scroller.current
      const next = Math.min(most, Math.max(least, to))
      if (element === null || next === now.current) return
      const at = { left: left ?? element.clientWidth / 2, top: top ?? element.clientHeight / 2 }
      const [x, y] = [(element.scrollLeft + at.left) / now.current, (element.scrollTop + at.top) / now.current]
      anchor.current = { x, y, ...at }
      now.current = next
      setScale(next)
    },
    [scroller],
  )
  // biome-ignore lint/correctness/useExhaustiveDependencies: after the drawing of each scale
  useLayoutEffect(() => {
    const [element, point] = [scroller.current, anchor.current]
    anchor.current = undefined
    if (element === null || point === undefined) return
    element.scrollLeft = point.x * scale - point.left
    element.scrollTop = point.y * scale - point.top
  }, [scale])

  // The first look: as much as can be read.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once; what is opened later must not change the size of the rest
  useLayoutEffect(() => {
    const element = scroller.current
    if (element === null || element.clientWidth === 0) return
    const start = Math.max(readable, Math.min(1, element.clientWidth / width))
    now.current = start
    setScale(start)
  }, [])

  // React listens passively to the wheel, and a page that zooms with it could not be told not to.
  useEffect(() => {
    const element = scroller.current
    if (element === null) return
    const onWheel = (event: WheelEvent) => {
      if (!event.ctrlKey && !event.metaKey) return
      event.preventDefault()
      const bounds = element.getBoundingClientRect()
      // A notch of a wheel is about 100; a pinch sends many small ones.
      const by = Math.min(2, Math.max(0.5, Math.exp(-event.deltaY / 400)))
      zoom(now.current * by, event.clientX - bounds.left, event.clientY - bounds.top)
    }
    element.addEventListener('wheel', onWheel, { passive: false })
    return () => element.removeEventListener('wheel', onWheel)
  }, [scroller, zoom])

  const showAll = useCallback(() => {
    const element = scroller.current
    if (element !== null) zoom(Math.min(1, element.clientWidth / width, element.clientHeight / height), 0, 0)
  }, [scroller, zoom, width, height])
  const zoomIn = useCallback(() => zoom(now.current * step), [zoom])
  const zoomOut = useCallback(() => zoom(now.current / step), [zoom])
  return { scale, zoomIn, zoomOut, showAll }
}
