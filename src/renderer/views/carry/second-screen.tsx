// Before a change that was carried here is signed: three words of another screen, typed. Main knows them; this window never does.
import { type ReactElement, useState } from 'react'
import type { ErrorData } from '../../../core/error.ts'
import type { ProposalView } from '../../../ipc/contract.ts'
import { useApp } from '../../app-context.ts'
import { bridge, settle, useAnswer } from '../../bridge.ts'
import { AskedWord } from '../../components/asked-word.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { Waiting } from '../../components/page.tsx'
import { Problem } from '../../components/problem.tsx'
import { hashOf } from '../../route.ts'

interface SecondScreenProps {
  proposal: ProposalView
  onCancel: () => void
  /** Compared or skipped: either way it is recorded. */
  onDone: () => void
}

export function SecondScreenDialog({ proposal, onCancel, onDone }: SecondScreenProps): ReactElement {
  const { refresh } = useApp()
  const proposalId = proposal.id
  const { answer } = useAnswer(`screen ${proposalId}`, 0, () => bridge().carry.ask({ proposalId }))
  const [typed, setTyped] = useState<Readonly<Record<number, string>>>({})
  const [problem, setProblem] = useState<ErrorData>()
  const [busy, setBusy] = useState(false)
  const positions = answer.kind === 'ready' ? answer.value.ask : []
  const ready = positions.length > 0 && positions.every((at) => (typed[at] ?? '').trim() !== '')
  const compare = async () => {
    setBusy(true)
    setProblem(undefined)
    const answers = Object.fromEntries(positions.map((at) => [String(at), (typed[at] ?? '').trim()]))
    const outcome = await settle(bridge().carry.answer({ proposalId, answers }))
    setBusy(false)
    if (!outcome.ok) return setProblem(outcome.error)
    refresh()
    onDone()
  }
  const skip = async () => {
    setBusy(true)
    setProblem(undefined)
    const outcome = await settle(bridge().carry.skip({ proposalId }))
    setBusy(false)
    if (!outcome.ok) return setProblem(outcome.error)
    refresh()
    onDone()
  }
  return (
    <Dialog title="Compare with a second screen" onCancel={onCancel}>
      <p>
        If this computer were taken over, it could show you one change and have you sign another. A second device that
        works the request out by itself would show other words.
      </p>
      <p className="small soft">
        Give it the same request:{' '}
        <a href={hashOf({ screen: 'carry', proposalId, what: 'screen' })}>show it as QR codes</a>, or carry the file.
        Then type the words that stand on its screen under these numbers.
      </p>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault()
          if (ready && !busy) void compare()
        }}
      >
        {answer.kind === 'waiting' ? <Waiting text="Working the words out." /> : null}
        {answer.kind === 'failed' ? <Problem error={answer.error} level={3} /> : null}
        <div className="asked-words">
          {positions.map((position) => (
            <AskedWord
              key={position}
              position={position}
              value={typed[position] ?? ''}
              onChange={(text) => setTyped({ ...typed, [position]: text })}
            />
          ))}
        </div>
        {problem === undefined ? null : (
          <Problem
            error={problem}
            level={3}
            title={problem.code === 'trust/changed' ? 'The two screens differ' : undefined}
            meaning={
              problem.code === 'trust/changed' ? 'Nothing was signed. Do not skip this before you know why.' : undefined
            }
          />
        )}
        <div className="row">
          <button type="submit" className="button go" disabled={!ready || busy}>
            Compare
          </button>
          <button type="button" className="button" onClick={onCancel}>
            Cancel, sign nothing
          </button>
          <button type="button" className="button quiet push" disabled={busy} onClick={() => void skip()}>
            Skip, sign without
          </button>
        </div>
      </form>
      <p className="small soft">
        The limit: a program that was taken over can fake what it records here. It cannot change what the other device
        works out. Whether you compared or skipped is recorded, and goes along with your signature.
      </p>
    </Dialog>
  )
}
