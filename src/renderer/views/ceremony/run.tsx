// A ceremony while it is held: full screen, one step at a time, readable from across the room. Leaving it ends nothing.
import { type ReactElement, useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { RunView } from '../../../ipc/contract.ts'
import { Page, Waiting } from '../../components/page.tsx'
import { Problem } from '../../components/problem.tsx'
import { plainForeign } from '../../foreign.ts'
import { placeOf, stepNow } from './ceremony-words.ts'
import { Closed } from './closed.tsx'
import { OnBreak, Stopped } from './halted.tsx'
import { RunContext, type RunFrame } from './run-context.ts'
import { RunFoot } from './run-foot.tsx'
import { RunHead, Watermark } from './run-head.tsx'
import { Step } from './step.tsx'
import { type HeldRun, useRun } from './use-run.ts'

interface RunProps {
  ceremonyId: string
  /** A request that was read from codes for it, still packed. */
  scanned: string | undefined
}

export function Run({ ceremonyId, scanned }: RunProps): ReactElement {
  const held = useRun(ceremonyId)
  const { answer, again } = held
  if (answer.kind === 'ready') return <Held view={answer.value} held={held} scanned={scanned} />
  return (
    <Page
      title="Ceremony"
      by={
        <a className="button" href="#ceremonies">
          All ceremonies
        </a>
      }
    >
      {answer.kind === 'waiting' ? (
        <Waiting text="Reading the record of this ceremony." />
      ) : (
        <Problem error={answer.error} again={again} />
      )}
    </Page>
  )
}

/** A key that is still pressed, or pressed twice, belongs to the step before. */
const freshMs = 500

function Held({
  view,
  held: { act, busy, problem },
  scanned,
}: {
  view: RunView
  held: HeldRun
  scanned: string | undefined
}): ReactElement {
  const step = view.phase === 'closed' ? undefined : stepNow(view)
  const [picked, setPicked] = useState({ of: '', who: '' })
  const [typed, setTyped] = useState<Readonly<Record<string, string>>>({})
  const place = `${view.phase} ${step?.id ?? ''}`
  const shownAt = useRef(0)
  const main = useRef<HTMLElement>(null)

  const only = step?.people.length === 1 ? (step.people[0] ?? '') : ''
  const who = picked.of === step?.id ? picked.who : only
  const id = step?.id ?? ''
  const choose = useCallback((one: string) => setPicked({ of: id, who: one }), [id])
  const type = useCallback((name: string, text: string) => setTyped((now) => ({ ...now, [name]: text })), [])
  const isFresh = useCallback(() => performance.now() - shownAt.current < freshMs, [])
  const frame = useMemo(
    (): RunFrame => ({ view, act, busy, problem, who, choose, isFresh, scanned, typed, type }),
    [view, act, busy, problem, who, choose, isFresh, scanned, typed, type],
  )

  useEffect(() => {
    document.title = `${plainForeign(view.title)} · Countersign`
  }, [view.title])
  // The control that the step is about has the focus as soon as the step is there.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the place is what is watched
  useEffect(() => {
    shownAt.current = performance.now()
    const wanted = main.current?.querySelector<HTMLElement>('[data-main=true]:not(:disabled)')
    const heading = main.current?.querySelector<HTMLElement>('h1')
    main.current?.querySelector('.run-scroll')?.scrollTo(0, 0)
    ;(wanted ?? heading)?.focus({ preventScroll: true })
  }, [place])

  // What was taken in is read from its headline on.
  const digest = view.change?.digest
  // biome-ignore lint/correctness/useExhaustiveDependencies: the change is what is watched
  useEffect(() => {
    main.current?.querySelector('.run-scroll')?.scrollTo(0, 0)
  }, [digest])
  // What went wrong is seen, wherever the step was scrolled to.
  useEffect(() => {
    if (problem !== undefined) main.current?.querySelector('[role=alert]')?.scrollIntoView({ block: 'nearest' })
  }, [problem])

  return (
    <RunContext value={frame}>
      <main ref={main} className={view.rehearsal ? 'run rehearsal' : 'run'} aria-busy={busy !== undefined}>
        <RunHead />
        <div className="run-scroll">
          {view.phase === 'closed' ? (
            <Closed />
          ) : view.phase === 'break' ? (
            <OnBreak key="break" />
          ) : view.phase === 'stopped' ? (
            <Stopped key="stopped" />
          ) : step === undefined ? null : (
            <Step key={step.id} step={step} />
          )}
        </div>
        <RunFoot step={view.phase === 'running' ? step : undefined} />
        {view.rehearsal ? <Watermark /> : null}
        <p className="unseen" aria-live="polite">
          {spoken(view)}
        </p>
      </main>
    </RunContext>
  )
}

/** For whoever hears the screen: where it stands now, each time that changes. */
function spoken(view: RunView): string {
  if (view.phase === 'closed') return 'The ceremony is closed.'
  if (view.phase === 'break') return 'A break.'
  if (view.phase === 'stopped') return 'The ceremony is stopped. Nothing is signed any more.'
  const step = stepNow(view)
  const { step: number, of } = placeOf(view)
  return step === undefined ? '' : `Step ${number} of ${of}. ${step.people.join(', ')}: ${plainForeign(step.text)}`
}
