// A word that is typed back from another source: nothing completes or corrects it.
import { type ReactElement, useId } from 'react'
import { capital } from '../format.ts'

export function AskedWord({
  position,
  label = capital(`word ${position}`),
  first = false,
  value,
  onChange,
}: {
  position: number
  label?: string
  /** Has the focus when a dialog opens. */
  first?: boolean
  value: string
  onChange: (text: string) => void
}): ReactElement {
  const id = useId()
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        className="input word"
        type="text"
        maxLength={40}
        autoComplete="off"
        autoCapitalize="off"
        autoCorrect="off"
        spellCheck={false}
        data-first={first}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    </div>
  )
}
