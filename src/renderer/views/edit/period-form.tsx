// Renewal: until when the next version is valid, and how long versions last from now on. Without any choice it renews.
import { type ReactElement, useId, useMemo } from 'react'
import type { EditData } from '../../../ipc/contract.ts'
import { Time } from '../../components/foreign.tsx'
import { plainForeign } from '../../foreign.ts'
import { leftText } from '../../format.ts'
import { Count, Ways, wholeOf } from './fields.tsx'
import { Frame } from './frame.tsx'
import { drawerOf, useKept } from './kept.ts'
import { type FormProps, type Made, made, missing } from './making.ts'

interface Days {
  expiry: string
  signing: string
}

export interface PeriodState {
  until: 'period' | 'date'
  /** "2027-01-31", as the date field has it. */
  date: string
  /** By role; the empty name is the document itself. */
  days: Readonly<Record<string, Days>>
}

const drawer = drawerOf<PeriodState>()
const noDays: Days = { expiry: '', signing: '' }

export function PeriodForm(form: FormProps): ReactElement {
  const { subject, role, place } = form
  const id = useId()
  const { state, patch } = useKept(drawer, place, (): PeriodState => ({ until: 'period', date: '', days: {} }))
  const making = useMemo(() => periodMade(subject, state), [subject, state])
  const name = plainForeign(subject)
  const of = (one: string): Days => state.days[one] ?? noDays
  const set = (one: string, part: Partial<Days>) => patch({ days: { ...state.days, [one]: { ...of(one), ...part } } })
  const online = subject === 'root' ? (['snapshot', 'timestamp'] as const) : []
  return (
    <Frame form={form} title={`Renew ${name}`} made={making}>
      {role === undefined ? null : (
        <p className="soft">
          Version {role.version} is valid until <Time at={role.expires} />: {leftText(role.daysLeft)}. Clients refuse
          what has expired.
        </p>
      )}
      <Ways
        legend="The next version is valid"
        value={state.until}
        ways={[
          { value: 'period', name: 'As long as every version', meaning: 'Counted from now, by the period below.' },
          { value: 'date', name: 'Until a day that I choose' },
        ]}
        onChange={(until) => patch({ until })}
      />
      {state.until === 'date' ? (
        <div className="field">
          <label htmlFor={id}>Last day</label>
          <input
            id={id}
            className="input pick"
            type="date"
            value={state.date}
            onChange={(event) => patch({ date: event.target.value })}
          />
          <p className="hint">It is valid until midnight UTC at the end of this day.</p>
        </div>
      ) : null}
      <div className="two-ways">
        <Count
          label="A version lasts"
          unit="days"
          hint="Empty leaves it as it is."
          value={of('').expiry}
          onChange={(expiry) => set('', { expiry })}
        />
        <Count
          label="It is to be signed anew"
          unit="days before its end"
          hint="From then on everybody is reminded. Empty leaves it."
          value={of('').signing}
          onChange={(signing) => set('', { signing })}
        />
      </div>
      {online.length === 0 ? null : (
        <details className="periods">
          <summary>The repository's own keys: snapshot and timestamp</summary>
          <div className="inset stack">
            <p className="soft small measure">
              A machine signs these by itself. Short periods notice a stopped machine soon; every client must come back
              within them.
            </p>
            {online.map((one) => (
              <div key={one} className="two-ways">
                <Count
                  label={`A ${one} lasts`}
                  unit="days"
                  hint="Empty leaves it as it is."
                  value={of(one).expiry}
                  onChange={(expiry) => set(one, { expiry })}
                />
                <Count
                  label={`A ${one} is made anew`}
                  unit="days before its end"
                  hint="Empty leaves it as it is."
                  value={of(one).signing}
                  onChange={(signing) => set(one, { signing })}
                />
              </div>
            ))}
          </div>
        </details>
      )}
    </Frame>
  )
}

export function periodMade(subject: string, state: PeriodState): Made {
  const edits: EditData[] = []
  if (state.until === 'date') {
    if (!/^\d{4}-\d{2}-\d{2}$/.test(state.date)) return missing('Choose the last day.')
    edits.push({ kind: 'expires', date: `${dayAfter(state.date)}T00:00:00Z` })
  }
  for (const [role, { expiry, signing }] of Object.entries(state.days)) {
    const [expiryDays, signingDays] = [wholeOf(expiry), wholeOf(signing)]
    if ((expiry !== '' && expiryDays === undefined) || (signing !== '' && signingDays === undefined)) {
      return missing('Mend the number of days.')
    }
    if (expiryDays === undefined && signingDays === undefined) continue
    edits.push({
      kind: 'period',
      ...(role === '' ? {} : { role }),
      ...(expiryDays === undefined ? {} : { expiryDays }),
      ...(signingDays === undefined ? {} : { signingDays }),
    })
  }
  return made(subject, edits)
}

/** Valid through the whole last day. */
function dayAfter(date: string): string {
  const next = new Date(`${date}T00:00:00Z`)
  next.setUTCDate(next.getUTCDate() + 1)
  return next.toISOString().slice(0, 10)
}
