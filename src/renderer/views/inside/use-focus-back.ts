// Whoever closes a role goes on where they opened it: in the table, or on the map.
import { useEffect, useRef } from 'react'

export function useFocusBack(selected: string | undefined): void {
  const last = useRef(selected)
  useEffect(() => {
    const closed = selected === undefined ? last.current : undefined
    last.current = selected
    if (closed === undefined) return
    const found = document.querySelector(`[data-role="${CSS.escape(closed)}"]`)
    if (found instanceof HTMLElement || found instanceof SVGElement) found.focus()
  }, [selected])
}
