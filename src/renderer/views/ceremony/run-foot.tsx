// The foot of a run: what anybody may ask for at any time, what is kept, and the one thing that ends the step.
import { type ReactElement, useState } from 'react'
import type { RunStep } from '../../../ipc/contract.ts'
import { plainForeign } from '../../foreign.ts'
import { listOf } from '../../format.ts'
import { gateName, leftOut, missingWords, recordText } from './ceremony-words.ts'
import { Deed } from './deed.tsx'
import { DeviationDialog } from './deviations.tsx'
import { BreakDialog, StopDialog } from './halt-dialogs.tsx'
import { useRunFrame, useTyped } from './run-context.ts'

type Open = 'break' | 'deviation' | 'stop'

export function RunFoot({ step }: { step: RunStep | undefined }): ReactElement {
  const { view, who } = useRunFrame()
  const [open, setOpen] = useState<Open>()
  const close = () => setOpen(undefined)
  const isRunning = view.phase === 'running'
  const mayStop = isRunning || (view.phase === 'break' && view.halted === undefined)
  const failed = view.gates
    .filter(({ outcome }) => outcome === 'failed')
    .map(({ name }) => gateName(name).toLowerCase())
  const missing =
    failed.length > 0
      ? `Not as it should be: ${listOf(failed)}. Mend it and measure again, or waive it.`
      : view.missing !== undefined
        ? missingWords(view.missing)
        : who === ''
          ? 'Choose who says that it is done.'
          : leftOut(view, step)
  const left = view.deviations.filter(({ settledBy }) => settledBy === undefined).length
  if (view.phase === 'closed') {
    const unsigned = view.people.filter(({ present, witnessed }) => present !== undefined && !witnessed)
    return (
      <footer className="run-foot">
        {unsigned.length === 0 ? null : (
          <p className="run-missing" role="status">
            Still to sign the fingerprint, below the words: {listOf(unsigned.map(({ name }) => plainForeign(name)))}.
          </p>
        )}
        <div className="row">
          <span className="run-record small soft">{recordText(view)}</span>
          <a className="button big" href="#ceremonies">
            Leave, everything is kept
          </a>
        </div>
      </footer>
    )
  }
  return (
    <footer className="run-foot">
      {step !== undefined && missing !== undefined ? (
        <p className="run-missing" role="status">
          {missing}
        </p>
      ) : null}
      <div className="row">
        <button type="button" className="button" disabled={!isRunning} onClick={() => setOpen('break')}>
          Break
        </button>
        <button type="button" className="button" disabled={view.phase === 'break'} onClick={() => setOpen('deviation')}>
          Note a deviation
          {left === 0 ? null : <span className="count-mark">{left} open</span>}
        </button>
        <button type="button" className="button danger-edge" disabled={!mayStop} onClick={() => setOpen('stop')}>
          Stop (witness)
        </button>
        <span className="run-record small soft">{recordText(view)}</span>
        {step === undefined ? null : <End step={step} />}
      </div>
      {open === 'break' ? <BreakDialog onClose={close} /> : null}
      {open === 'deviation' ? <DeviationDialog onClose={close} /> : null}
      {open === 'stop' ? <StopDialog onClose={close} /> : null}
    </footer>
  )
}

function End({ step }: { step: RunStep }): ReactElement {
  const { view, who } = useRunFrame()
  const [said, setSaid] = useTyped(`said ${step.id}`)
  const failed = view.gates.some(({ outcome }) => outcome === 'failed')
  const ready = who !== '' && view.missing === undefined && !failed
  const isSay = step.kind === 'say'
  if (step.kind === 'close')
    return (
      <Deed look="go" main={ready} act={ready ? { act: 'close', who } : undefined}>
        Close the ceremony
      </Deed>
    )
  return (
    <Deed
      look={isSay || ready ? 'go' : 'plain'}
      main={ready}
      act={ready ? { act: 'done', who, said: said.trim() } : undefined}
      onDone={() => setSaid('')}
    >
      {who === '' ? 'Done, next step' : `${who}: done, next step`}
    </Deed>
  )
}
