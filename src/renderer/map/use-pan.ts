// The map moves with the hand. What began on a node and moved is no click on it.
import { type RefObject, useEffect, useRef } from 'react'

/** A hand that clicks moves a little, too. */
const slackPx = 4

/** True from a drag until the next press. */
export function usePan(scroller: RefObject<HTMLElement | null>): RefObject<boolean> {
  const dragged = useRef(false)
  useEffect(() => {
    const element = scroller.current
    if (element === null) return
    let from: { x: number; y: number; left: number; top: number } | undefined
    const onDown = (event: PointerEvent) => {
      // Fingers scroll by themselves.
      if (event.button !== 0 || event.pointerType === 'touch') return
      dragged.current = false
      from = { x: event.clientX, y: event.clientY, left: element.scrollLeft, top: element.scrollTop }
    }
    const onMove = (event: PointerEvent) => {
      if (from === undefined) return
      const [dx, dy] = [event.clientX - from.x, event.clientY - from.y]
      if (!dragged.current && Math.hypot(dx, dy) < slackPx) return
      dragged.current = true
      element.classList.add('dragging')
      element.scrollLeft = from.left - dx
      element.scrollTop = from.top - dy
    }
    const onUp = () => {
      from = undefined
      element.classList.remove('dragging')
    }
    element.addEventListener('pointerdown', onDown)
    window.addEventListener('pointermove', onMove)
    window.addEventListener('pointerup', onUp)
    window.addEventListener('pointercancel', onUp)
    return () => {
      element.removeEventListener('pointerdown', onDown)
      window.removeEventListener('pointermove', onMove)
      window.removeEventListener('pointerup', onUp)
      window.removeEventListener('pointercancel', onUp)
    }
  }, [scroller])
  return dragged
}
