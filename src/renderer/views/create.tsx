// A new repository, step by step: who holds its keys, how long its versions last, what lies below targets.
import { type ReactElement, useEffect, useRef, useState } from 'react'
import type { ErrorData } from '../../core/error.ts'
import type { SourceView } from '../../ipc/contract.ts'
import { useApp } from '../app-context.ts'
import { bridge, settle } from '../bridge.ts'
import { Page } from '../components/page.tsx'
import { Problem } from '../components/problem.tsx'
import { Below, HowLong, Online, type StepProps, Where, Who } from './create/parts.tsx'
import { isOpen, missingAt, requestOf, type Step, startState, stepNames, steps } from './create/state.ts'
import { Created, Summary } from './create/summary.tsx'
import { drawerOf, forget, useKept } from './edit/kept.ts'
import { useKeyOptions } from './edit/key-picker.tsx'

const drawer = drawerOf<typeof startState>()
const place = '#create'

const parts: Readonly<Record<Exclude<Step, 'sum'>, (props: StepProps) => ReactElement>> = {
  who: Who,
  long: HowLong,
  online: Online,
  below: Below,
  where: Where,
}

export function Create(): ReactElement {
  const [turn, setTurn] = useState(0)
  const restart = () => {
    forget(place)
    setTurn((now) => now + 1)
  }
  return <Wizard key={turn} restart={restart} />
}

function Wizard({ restart }: { restart: () => void }): ReactElement {
  const { refresh } = useApp()
  const { state, patch } = useKept(drawer, place, () => startState)
  const options = useKeyOptions('')
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<ErrorData>()
  const [created, setCreated] = useState<SourceView>()
  const heading = useRef<HTMLHeadingElement>(null)
  const shown = useRef(state.step)
  const { step } = state
  const at = steps.indexOf(step)
  const missing = missingAt(step, state)
  // A step that appears is read from its beginning, as a page is.
  useEffect(() => {
    if (shown.current === step) return
    shown.current = step
    heading.current?.focus()
  }, [step])
  const go = (by: number) => {
    const next = steps[at + by]
    if (next !== undefined) patch({ step: next })
  }
  const create = async () => {
    const request = requestOf(state)
    if (request === undefined || busy) return
    setBusy(true)
    setProblem(undefined)
    const answer = await settle(bridge().repository.create(request))
    setBusy(false)
    if (!answer.ok) {
      setProblem(answer.error)
      return
    }
    forget(place)
    setCreated(answer.value)
    refresh()
  }
  if (created !== undefined) return <Created key="created" source={created} onMore={restart} />
  const Part = step === 'sum' ? undefined : parts[step]
  return (
    <Page
      key="wizard"
      title="New repository"
      where={`step ${at + 1} of ${steps.length}`}
      foot={
        <>
          <p className="grow" role="status">
            {busy
              ? 'Asking each key in turn. A small window may ask for a PIN.'
              : (missing ?? (step === 'sum' ? 'Nothing is written before every key has signed.' : ''))}
          </p>
          {at === 0 ? null : (
            <button type="button" className="button" disabled={busy} onClick={() => go(-1)}>
              Back
            </button>
          )}
          {busy ? (
            <button type="button" className="button" onClick={() => void settle(bridge().proposals.cancel())}>
              Cancel, create nothing
            </button>
          ) : null}
          {step === 'sum' ? (
            <button
              type="button"
              className="button go"
              disabled={busy || missing !== undefined}
              onClick={() => void create()}
            >
              Create and sign
            </button>
          ) : (
            <button type="button" className="button go" disabled={missing !== undefined} onClick={() => go(1)}>
              Next
            </button>
          )}
        </>
      }
    >
      <div className="stack content">
        <nav aria-label="Steps">
          <ol className="steps">
            {steps.map((one) => (
              <li key={one}>
                <button
                  type="button"
                  aria-current={one === step ? 'step' : undefined}
                  disabled={busy || !isOpen(one, state)}
                  onClick={() => patch({ step: one })}
                >
                  {stepNames[one]}
                </button>
              </li>
            ))}
          </ol>
        </nav>
        <section className="card stack roomy" aria-label={stepNames[step]}>
          <h2 ref={heading} tabIndex={-1}>
            {stepNames[step]}
          </h2>
          {Part === undefined ? <Summary state={state} /> : <Part state={state} patch={patch} options={options} />}
        </section>
        {problem === undefined ? null : <Problem error={problem} again={() => void create()} />}
      </div>
    </Page>
  )
}
