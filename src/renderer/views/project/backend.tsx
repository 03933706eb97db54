// What is not seen at a backend: a release that a person names, and what waits for a key, asked for only when they say so.
import { type ReactElement, useId, useState } from 'react'
import type { ErrorData } from '../../../core/error.ts'
import type { AnswerOf, contract, SeenReleases } from '../../../ipc/contract.ts'
import { bridge, settle } from '../../bridge.ts'
import { Foreign } from '../../components/foreign.tsx'
import { Problem } from '../../components/problem.tsx'
import { plainForeign } from '../../foreign.ts'
import { capital, countOf, sentenceOf } from '../../format.ts'
import { ReleaseField } from './release-field.tsx'

type Answered = AnswerOf<(typeof contract)['project.ask']>
type Asking = { step: 'rest' | 'busy' } | { step: 'failed'; error: ErrorData } | { step: 'done'; found: Answered }

interface AskBackendProps {
  sourceId: string
  sees: Extract<SeenReleases, { kind: 'known' }>
  /** A release that is there. */
  onNamed: (release: string) => void
}

export function AskBackend({ sourceId, sees: { sentence, keys }, onNamed }: AskBackendProps): ReactElement {
  const [chosen, setChosen] = useState('')
  const [asking, setAsking] = useState<Asking>({ step: 'rest' })
  const id = useId()
  const key = keys.find((one) => one.id === chosen) ?? keys[0]
  const isBusy = asking.step === 'busy'
  const ask = async (what: { release: string } | { signerId: string }) => {
    setAsking({ step: 'busy' })
    const outcome = await settle(bridge().project.ask({ sourceId, ...what }))
    if (outcome.ok) {
      setAsking({ step: 'done', found: outcome.value })
      if ('release' in what) onNamed(what.release)
    } else
      setAsking(outcome.error.code === 'user/cancelled' ? { step: 'rest' } : { step: 'failed', error: outcome.error })
  }
  return (
    <section className="card stack content" aria-labelledby={`${id}-title`}>
      <div>
        <h2 id={`${id}-title`}>What else waits</h2>
        <p className="soft small">{sentenceOf(sentence)}</p>
      </div>
      <ReleaseField busy={isBusy} onAsk={(release) => ask({ release })} />
      {key === undefined ? null : (
        <div className="stack tight">
          {keys.length === 1 ? null : (
            <div className="row">
              <label htmlFor={`${id}-key`} className="label">
                Key
              </label>
              <select
                id={`${id}-key`}
                className="input pick"
                value={key.id}
                onChange={(event) => setChosen(event.target.value)}
              >
                {keys.map((one) => (
                  <option key={one.id} value={one.id}>
                    {one.label}
                  </option>
                ))}
              </select>
            </div>
          )}
          <p className="soft small">
            <Foreign text={key.cost === undefined ? `${key.label} asks what waits for it.` : sentenceOf(key.cost)} />
          </p>
          <div className="row">
            <button type="button" className="button" disabled={isBusy} onClick={() => ask({ signerId: key.id })}>
              Ask with my key…
            </button>
          </div>
        </div>
      )}
      <p role="status" className="small">
        {isBusy ? 'Asking the backend.' : null}
        {asking.step === 'done' ? waitsText(asking.found) : null}
      </p>
      {asking.step === 'failed' ? <Problem error={asking.error} title="The backend was not asked" level={3} /> : null}
      {asking.step === 'done'
        ? asking.found.problems.map(({ subject, error }) => (
            <Problem key={subject} error={error} title={`${plainForeign(subject)} cannot be reviewed`} level={3} />
          ))
        : null}
    </section>
  )
}

/** What cannot be reviewed waits too, and is told below. */
function waitsText({ waits: count, problems }: Answered): string | null {
  if (count === 0) return problems.length === 0 ? 'Nothing waits.' : null
  return `${capital(countOf(count, 'change'))} can be reviewed now, on the first screen.`
}
