// Whoever closes a role goes on where they opened it: in the table, or on the map.
import { useEffect, useRef } from 'react'

export function useFocusBack(selected: string | undefined): void {
  const last = useRef(selected)
  useEffect(() => {
    const closed = selected === undefined ? last.current : undefined
    last.current = selected
    if (closed === undefined) return
    // A row that was shown only because it was open is gone; the tab it stood in is not.
    const found =
      document.querySelector(`[data-role="${CSS.escape(closed)}"]`) ??
      document.querySelector('.tabs [aria-current="page"]')
    if (found instanceof HTMLElement || found instanceof SVGElement) found.focus()
  }, [selected])
}
