// A question in front of the screen. Esc always means no; the browser keeps the focus inside and gives it back.
import { type ReactElement, type ReactNode, useId, useLayoutEffect, useRef } from 'react'

export interface DialogProps {
  title: string
  danger?: boolean
  onCancel: () => void
  children: ReactNode
}

export function Dialog({ title, danger = false, onCancel, children }: DialogProps): ReactElement {
  const dialog = useRef<HTMLDialogElement>(null)
  const titleId = useId()
  // A layout effect is undone before the element leaves the page: only then can the browser give the focus back.
  useLayoutEffect(() => {
    const element = dialog.current
    element?.showModal()
    element?.querySelector<HTMLElement>('[data-first=true]')?.focus()
    return () => element?.close()
  }, [])
  return (
    <dialog
      ref={dialog}
      className={danger ? 'dialog danger' : 'dialog'}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault()
        onCancel()
      }}
    >
      <div className="dialog-body">
        <h2 id={titleId}>{title}</h2>
        {children}
      </div>
    </dialog>
  )
}
