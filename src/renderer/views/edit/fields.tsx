// The plain fields of the forms of a change: a line, a number of days, one of several ways, a tick. Each says what it means.
import { type ReactElement, type ReactNode, useId } from 'react'
import { Choice } from '../../components/choice.tsx'

interface LineProps {
  label: string
  hint: ReactNode
  value: string
  onChange: (value: string) => void
  /** What is wrong with it, instead of the hint. */
  wrong?: string | undefined
  mono?: boolean
  short?: boolean
  maxLength?: number
  disabled?: boolean
}

export function Line({
  label,
  hint,
  value,
  onChange,
  wrong,
  mono,
  short,
  maxLength = 512,
  disabled,
}: LineProps): ReactElement {
  const id = useId()
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        className={`input${mono === true ? ' mono' : ''}${short === true ? ' name' : ''}`}
        type="text"
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        maxLength={maxLength}
        disabled={disabled}
        aria-invalid={wrong === undefined ? undefined : true}
        aria-describedby={`${id}-hint`}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
      <p id={`${id}-hint`} className={wrong === undefined ? 'hint' : 'hint wrong'}>
        {wrong ?? hint}
      </p>
    </div>
  )
}

interface CountProps {
  label: string
  hint: ReactNode
  /** As typed: an empty field is no number. */
  value: string
  onChange: (value: string) => void
  unit?: string
  min?: number
  max?: number
  placeholder?: string
}

export function Count({
  label,
  hint,
  value,
  onChange,
  unit,
  min = 1,
  max = 3650,
  placeholder,
}: CountProps): ReactElement {
  const id = useId()
  const wrong =
    value === '' || wholeOf(value, min, max) !== undefined ? undefined : `A whole number from ${min} to ${max}.`
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <span className="row tight">
        <input
          id={id}
          className="input count-field"
          type="text"
          inputMode="numeric"
          autoComplete="off"
          maxLength={15}
          size={Math.max(7, value.length)}
          placeholder={placeholder}
          aria-invalid={wrong === undefined ? undefined : true}
          aria-describedby={`${id}-hint`}
          value={value}
          onChange={(event) => onChange(event.target.value.trim())}
        />
        {unit === undefined ? null : <span className="soft">{unit}</span>}
      </span>
      <p id={`${id}-hint`} className={wrong === undefined ? 'hint' : 'hint wrong'}>
        {wrong ?? hint}
      </p>
    </div>
  )
}

/** The whole number that was typed, when it is one within these bounds. */
export function wholeOf(text: string, min = 1, max = 3650): number | undefined {
  if (!/^-?\d{1,15}$/.test(text)) return undefined
  const number = Number(text)
  return number >= min && number <= max ? number : undefined
}

interface WaysProps<T extends string> {
  legend: string
  value: T
  ways: readonly { value: T; name: ReactNode; meaning?: ReactNode }[]
  onChange: (value: T) => void
}

/** One of several ways, each with what it means below its name. */
export function Ways<T extends string>({ legend, value, ways, onChange }: WaysProps<T>): ReactElement {
  const name = useId()
  return (
    <fieldset className="field">
      <legend>{legend}</legend>
      {ways.map((way) => (
        <Choice key={way.value} name={name} checked={way.value === value} onPick={() => onChange(way.value)}>
          {way.name}
          {way.meaning === undefined ? null : <span className="meaning soft small">{way.meaning}</span>}
        </Choice>
      ))}
    </fieldset>
  )
}

interface PickProps {
  label: string
  hint?: ReactNode
  value: string
  options: readonly { value: string; name: string }[]
  onChange: (value: string) => void
}

export function Pick({ label, hint, value, options, onChange }: PickProps): ReactElement {
  const id = useId()
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        className="input pick"
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.name}
          </option>
        ))}
      </select>
      {hint === undefined ? null : (
        <p id={`${id}-hint`} className="hint">
          {hint}
        </p>
      )}
    </div>
  )
}

export function Tick({
  checked,
  onChange,
  children,
}: {
  checked: boolean
  onChange: (checked: boolean) => void
  children: ReactNode
}): ReactElement {
  return (
    <label className="choice">
      <input type="checkbox" checked={checked} onChange={(event) => onChange(event.target.checked)} />
      <span>{children}</span>
    </label>
  )
}
