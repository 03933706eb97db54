// Before a change that was carried here is signed: three words of another screen, or the decision to go on without.
import { type ReactElement, useState } from 'react'
import type { ErrorData } from '../../../core/error.ts'
import type { ProposalView } from '../../../ipc/contract.ts'
import { useApp } from '../../app-context.ts'
import { bridge, settle } from '../../bridge.ts'
import { Dialog } from '../../components/dialog.tsx'
import { Problem } from '../../components/problem.tsx'
import { hashOf } from '../../route.ts'
import { limitOfSecondScreen, ScreenWords, whySecondScreen } from './screen-words.tsx'

interface SecondScreenProps {
  proposal: ProposalView
  onCancel: () => void
  /** Compared or skipped: either way it is recorded. */
  onDone: () => void
}

export function SecondScreenDialog({ proposal, onCancel, onDone }: SecondScreenProps): ReactElement {
  const { refresh } = useApp()
  const proposalId = proposal.id
  const [problem, setProblem] = useState<ErrorData>()
  const [busy, setBusy] = useState(false)
  const done = () => {
    refresh()
    onDone()
  }
  const skip = async () => {
    setBusy(true)
    setProblem(undefined)
    const outcome = await settle(bridge().carry.skip({ proposalId }))
    setBusy(false)
    if (outcome.ok) done()
    else setProblem(outcome.error)
  }
  return (
    <Dialog title="Compare with a second screen" onCancel={onCancel}>
      <p>{whySecondScreen}</p>
      <p className="small soft">
        Give it the same request:{' '}
        <a href={hashOf({ screen: 'carry', proposalId, what: 'screen' })}>show it as QR codes</a>, or carry the file.
        Then type its words for the other screen, those under these numbers.
      </p>
      <ScreenWords proposalId={proposalId} onCompared={done}>
        <button type="button" className="button" onClick={onCancel}>
          Cancel, sign nothing
        </button>
        <button type="button" className="button quiet push" disabled={busy} onClick={() => void skip()}>
          Skip, sign without
        </button>
      </ScreenWords>
      {problem === undefined ? null : <Problem error={problem} level={3} />}
      <p className="small soft">
        {limitOfSecondScreen} Whether you compared or skipped is recorded, and goes along with your signature.
      </p>
    </Dialog>
  )
}
