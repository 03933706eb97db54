// A remark of somebody in the room: a few lines, kept when an error or a break comes between.
import { type ReactElement, useId } from 'react'
import { useTyped } from './run-context.ts'

export function TextBox({
  name,
  label,
  hint,
  rows = 2,
}: {
  /** Under which it is kept. */
  name: string
  label: string
  hint?: string
  rows?: number
}): ReactElement {
  const [text, setText] = useTyped(name)
  const id = useId()
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <textarea
        id={id}
        className="input"
        rows={rows}
        maxLength={2000}
        autoComplete="off"
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      {hint === undefined ? null : (
        <p id={`${id}-hint`} className="hint">
          {hint}
        </p>
      )}
    </div>
  )
}
