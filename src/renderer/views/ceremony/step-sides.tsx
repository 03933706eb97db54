// What the room keeps an eye on while a step is done, below its text: who has compared, who has signed.
import type { ReactElement } from 'react'
import type { StepKind } from '../../../core/ceremony/script.ts'
import { Foreign } from '../../components/foreign.tsx'
import { CheckIcon } from '../../components/icons.tsx'
import { QuorumBoard } from '../../components/quorum-board.tsx'
import { useRunFrame } from './run-context.ts'

export const sides: Partial<Record<StepKind, () => ReactElement | null>> = {
  compare: Comparing,
  sign: Board,
  prove: Board,
}

function Board(): ReactElement | null {
  const { view } = useRunFrame()
  return view.change === undefined ? null : <QuorumBoard quorums={view.change.quorums} />
}

function Comparing(): ReactElement {
  return (
    <>
      <p className="soft measure">
        The other device works everything out by itself: if this computer were taken over, the two would show different
        words.
      </p>
      <Compared />
    </>
  )
}

function Compared(): ReactElement {
  const { view } = useRunFrame()
  const { compared, devicesAsked } = view
  const devices = new Set(compared.map(({ device }) => device))
  return (
    <div className="stack tight" role="status">
      <p className="figures">
        <strong>
          {devices.size} of {devicesAsked}
        </strong>{' '}
        devices have compared.
      </p>
      {compared.length === 0 ? null : (
        <ul>
          {compared.map(({ by, device }) => (
            <li key={`${by} ${device}`} className="compared">
              <CheckIcon />
              <span>
                <Foreign text={device} />, read by <Foreign text={by} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}
