// A JSON value, checked while it is typed.
import { type ReactElement, useId } from 'react'
import { jsonOf } from './json-check.ts'

interface JsonFieldProps {
  label: string
  hint: string
  value: string
  onChange: (value: string) => void
  mustBeObject?: boolean
  rows?: number
}

export function JsonField({
  label,
  hint,
  value,
  onChange,
  mustBeObject = false,
  rows = 3,
}: JsonFieldProps): ReactElement {
  const id = useId()
  const { problem } = jsonOf(value, mustBeObject)
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <textarea
        id={id}
        className="input mono"
        rows={rows}
        spellCheck={false}
        autoCapitalize="off"
        aria-invalid={problem === undefined ? undefined : true}
        aria-describedby={`${id}-hint`}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
      <p id={`${id}-hint`} className={problem === undefined ? 'hint' : 'hint wrong'}>
        {problem ?? hint}
      </p>
    </div>
  )
}
