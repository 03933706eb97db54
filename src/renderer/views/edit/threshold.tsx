// How many of the holders must sign: a stepper that never leaves the holders that there are, and says what it means.
import type { ReactElement } from 'react'

interface ThresholdProps {
  value: number
  of: number
  onChange: (value: number) => void
  label?: string
  /** Who is counted: "maintainers". */
  who?: string
}

export function Threshold({
  value,
  of,
  onChange,
  label = 'How many must sign',
  who = 'holders',
}: ThresholdProps): ReactElement {
  return (
    <fieldset className="field">
      <legend>{label}</legend>
      <span className="stepper">
        <button type="button" className="button" disabled={value <= 1} onClick={() => onChange(value - 1)}>
          <span aria-hidden="true">−</span>
          <span className="unseen">One fewer</span>
        </button>
        <output>
          {of === 0 ? (
            'nobody yet'
          ) : (
            <>
              <strong>{value}</strong> of {of}
            </>
          )}
        </output>
        <button type="button" className="button" disabled={value >= of} onClick={() => onChange(value + 1)}>
          <span aria-hidden="true">+</span>
          <span className="unseen">One more</span>
        </button>
      </span>
      <p className="hint">{thresholdHint(value, of, who)}</p>
    </fieldset>
  )
}

export function thresholdHint(value: number, of: number, who: string): string {
  if (of === 0) return `Choose the ${who} first.`
  if (value > of) return `${value} must sign, and only ${of} could: nobody could sign any more.`
  if (of === 1) return 'One person decides alone. If the key is lost, nobody can sign.'
  const spare = of - value
  const loss =
    spare === 0 ? 'If one key is lost, nobody can sign.' : `${spare === 1 ? 'One key' : `${spare} keys`} may be lost.`
  return value === 1 ? `Each of the ${of} decides alone. ${loss}` : `Any ${value} of the ${of} together. ${loss}`
}

/** A threshold that fits, after holders came or went. */
export function fitting(threshold: number, of: number): number {
  return Math.max(1, Math.min(threshold, Math.max(1, of)))
}
