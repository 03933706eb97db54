// The frame of every change: its form on top, below it what it would do, and one deliberate action that proposes it.
import { type ReactElement, type ReactNode, useState } from 'react'
import type { ErrorData } from '../../../core/error.ts'
import type { DraftView, Proposed as ProposedAnswer } from '../../../ipc/contract.ts'
import { useApp } from '../../app-context.ts'
import { bridge, settle } from '../../bridge.ts'
import { RiskChip } from '../../components/change-card.tsx'
import { Foreign } from '../../components/foreign.tsx'
import { Page, Waiting } from '../../components/page.tsx'
import { Problem } from '../../components/problem.tsx'
import { ProgressLine, useProgress } from '../../components/progress.tsx'
import { QuorumBoard } from '../../components/quorum-board.tsx'
import { plainForeign } from '../../foreign.ts'
import { sentenceOf } from '../../format.ts'
import { DraftBoard } from './draft-board.tsx'
import { type Guard, Guards, guardedBy, openGuard } from './guards.tsx'
import { forget, isKept } from './kept.ts'
import type { FramedForm, Made } from './making.ts'
import { ProposeButton, proposingSentence, SigningFingerprint, signedWith, unsignable } from './propose-button.tsx'
import { Proposed } from './proposed.tsx'
import { usePreview } from './use-preview.ts'

interface FrameProps {
  form: FramedForm
  /** The act in plain words: "Add a release to loom". */
  title: string
  made: Made
  /** What comes after it was proposed, where that is special. */
  next?: string
  /** Where it waits, when others do not see it by themselves. */
  waits?: string
  children: ReactNode
}

export function Frame({ form, title, made, next, waits, children }: FrameProps): ReactElement {
  const { repository, place, restart } = form
  const { refresh } = useApp()
  const [guard, setGuard] = useState<Guard>(openGuard)
  const { outcome, isAsking } = usePreview(repository.sourceId, made, guard.onto)
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<ErrorData>()
  const [written, setWritten] = useState<{ draft: DraftView; made: ProposedAnswer }>()
  const [signerId, setSignerId] = useState('')
  // Whoever comes back to a form finds what was left in it, and is told so once.
  const [wasKept] = useState(() => isKept(place))
  const far = useProgress(busy)
  const where = plainForeign(repository.name)
  const draft = outcome?.ok === true ? outcome.value : undefined
  const open = !made.ready
    ? made.missing
    : isAsking
      ? 'Working out what this would do.'
      : draft === undefined
        ? 'This cannot be proposed; the reason is above.'
        : (guardedBy(draft, guard) ?? unsignable(draft, signerId))

  const propose = async () => {
    if (!made.ready || draft === undefined || open !== undefined || busy) return
    setBusy(true)
    setProblem(undefined)
    const answer = await settle(
      bridge().drafts.propose({
        sourceId: repository.sourceId,
        digest: draft.digest,
        replace: guard.waiting === 'asked' ? 'no' : 'yes',
        sentence: draft.sentence === undefined ? '' : guard.typed,
        ...signedWith(draft, signerId),
      }),
    )
    setBusy(false)
    if (!answer.ok) {
      setProblem(answer.error)
      return
    }
    forget(place)
    setWritten({ draft, made: answer.value })
    refresh()
  }

  if (written !== undefined) {
    return (
      <Proposed
        key="proposed"
        {...written}
        where={where}
        rehearsal={repository.rehearsal}
        next={next}
        waits={waits}
        onMore={restart}
      />
    )
  }
  return (
    <Page
      key="form"
      title={title}
      where={where}
      rehearsal={repository.rehearsal}
      aside={
        draft === undefined ? (
          <section className="card" aria-label="Who must agree">
            <h2 className="label">Who must agree</h2>
            <p className="soft small">Their names stand here as soon as there is a change.</p>
          </section>
        ) : (
          <>
            <QuorumBoard quorums={draft.quorums} />
            <SigningFingerprint draft={draft} />
          </>
        )
      }
      foot={
        <>
          <p className="grow" role="status">
            {busy ? 'Writing the change.' : open !== undefined ? open : <BarSentence draft={draft} />}
          </p>
          <button type="button" className="button" disabled={busy} onClick={restart}>
            Start over
          </button>
          <ProposeButton
            draft={draft}
            repository={repository}
            signerId={signerId}
            onChoose={setSignerId}
            disabled={busy || open !== undefined}
            onPropose={() => void propose()}
          />
        </>
      }
    >
      {wasKept ? <p className="small soft">What you had filled in is still here. Nothing of it was proposed.</p> : null}
      <section className="card stack roomy" aria-label="The change">
        {children}
      </section>
      <section className="stack" aria-label="What it would do">
        <div className="row">
          <h2>What it would do</h2>
          <span className="small soft">
            {isAsking ? 'Working it out' : made.ready ? 'As a reviewer will see it' : ''}
          </span>
        </div>
        {!made.ready ? (
          <p className="soft">Nothing yet. {made.missing}</p>
        ) : outcome === undefined ? (
          <Waiting text="Reading the repository and working out what this would do." />
        ) : outcome.ok ? (
          <DraftBoard sourceId={form.repository.sourceId} draft={outcome.value}>
            <Guards draft={outcome.value} guard={guard} onGuard={setGuard} />
          </DraftBoard>
        ) : (
          <Problem error={outcome.error} title="This cannot be proposed" level={3} />
        )}
        {busy ? <ProgressLine far={far} what="Writing the change" stop="Stop, propose nothing" /> : null}
        {problem === undefined ? null : <Problem error={problem} again={() => void propose()} level={3} />}
      </section>
    </Page>
  )
}

/** Whoever scrolled past the headline is told here too how much it matters. */
function BarSentence({ draft }: { draft: DraftView | undefined }): ReactElement {
  if (draft === undefined) return <>{proposingSentence(draft)}</>
  return (
    <>
      {draft.risk === 'routine' ? null : <RiskChip risk={draft.risk} />} <Foreign text={sentenceOf(draft.headline)} />{' '}
      {proposingSentence(draft)}
    </>
  )
}
