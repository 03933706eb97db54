// What can be changed, behind one quiet button: a list of links, each a verb. Escape or a click elsewhere closes it.
import { type ReactElement, useEffect, useRef } from 'react'
import type { ChangeLink } from './changes.ts'

export function ChangeMenu({ changes, label }: { changes: readonly ChangeLink[]; label: string }): ReactElement {
  const menu = useRef<HTMLDetailsElement>(null)
  useEffect(() => {
    // After the click has reached what it was meant for: what the list pushed down would move away under the pointer.
    const close = (event: MouseEvent) => {
      const { target } = event
      if (menu.current !== null && target instanceof Node && !menu.current.contains(target)) menu.current.open = false
    }
    document.addEventListener('click', close)
    return () => document.removeEventListener('click', close)
  }, [])
  return (
    <details
      ref={menu}
      className="change-menu"
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || menu.current?.open !== true) return
        event.stopPropagation()
        menu.current.open = false
        menu.current.querySelector('summary')?.focus()
      }}
    >
      <summary className="button">{label}</summary>
      <ul>
        {changes.map(({ verb, href }) => (
          <li key={verb}>
            <a href={href}>{verb}</a>
          </li>
        ))}
      </ul>
    </details>
  )
}
