// One step, as the room reads it: who does it, what is done, what is then expected; and the body of its kind.
import type { ReactElement } from 'react'
import type { StepKind } from '../../../core/ceremony/script.ts'
import type { RunStep } from '../../../ipc/contract.ts'
import { Foreign } from '../../components/foreign.tsx'
import { Problem } from '../../components/problem.tsx'
import { capital } from '../../format.ts'
import { times } from './ceremony-words.ts'
import { WhoPicker } from './people.tsx'
import { type StepProps, useRunFrame, useTyped } from './run-context.ts'
import { AgreeStep } from './step-agree.tsx'
import { CloseStep } from './step-close.tsx'
import { CompareStep } from './step-compare.tsx'
import { ExportStep } from './step-export.tsx'
import { GateStep } from './step-gate.tsx'
import { ProveStep } from './step-prove.tsx'
import { ReceiveStep } from './step-receive.tsx'
import { RollCallStep } from './step-roll-call.tsx'
import { SayStep } from './step-say.tsx'
import { sides } from './step-sides.tsx'
import { SignStep } from './step-sign.tsx'
import { turnAt } from './turns.ts'

const bodies: Readonly<Record<StepKind, (props: StepProps) => ReactElement>> = {
  say: SayStep,
  gate: GateStep,
  'roll-call': RollCallStep,
  receive: ReceiveStep,
  compare: CompareStep,
  agree: AgreeStep,
  sign: SignStep,
  prove: ProveStep,
  export: ExportStep,
  close: CloseStep,
}

/** Said where it happens, not above the step: below the words, or in a dialog. */
const saidElsewhere: readonly string[] = ['compare', 'different', 'break', 'stop', 'deviation']

export function Step({ step }: StepProps): ReactElement {
  const { view, who, choose, problem } = useRunFrame()
  const Body = bodies[step.kind]
  const Side = sides[step.kind]
  const inTurn = step.kind === 'roll-call' || step.kind === 'agree' || step.kind === 'sign'
  return (
    <div className="run-step">
      <section className="run-text" aria-label="What is done now">
        <Who step={step} />
        <p className="run-do">
          <Foreign text={step.text} />
        </p>
        {step.expect === '' ? null : (
          <p className="run-expect">
            <span className="label">Then you see</span>
            <Foreign text={step.expect} />
          </p>
        )}
        {Side === undefined ? null : <Side />}
        {view.interruptions > 0 ? (
          <p className="run-resumed soft">
            This ceremony was interrupted {times(view.interruptions)}. It goes on at this step.
          </p>
        ) : null}
      </section>
      <section className="run-body stack" aria-label="What is to be filled in">
        {problem === undefined || saidElsewhere.includes(problem.of) ? null : (
          <Problem
            error={problem.error}
            title={problem.error.code === 'signer/wrong-key' ? 'This is the wrong token' : undefined}
          />
        )}
        <Body step={step} />
        {step.people.length > 1 ? (
          <WhoPicker
            main={step.kind === 'say'}
            legend={inTurn ? 'When all is done: who says so?' : 'Who does this step?'}
            people={step.people}
            who={who}
            onPick={choose}
          />
        ) : null}
      </section>
    </div>
  )
}

/** By name where there is one; a role by its people, so that everybody hears whether they are meant. */
function Who({ step }: { step: RunStep }): ReactElement {
  const { view } = useRunFrame()
  const [picked] = useTyped(`turn ${step.id}`)
  const { who, people } = step
  const turn = turnAt(view, step, picked)
  const [only, ...more] = turn === undefined ? people : [turn]
  if (only !== undefined && more.length === 0)
    return (
      <h1 className="run-who" tabIndex={-1}>
        <Foreign text={only} />
        {only === who ? null : <span className="run-role">{capital(who)}</span>}
      </h1>
    )
  return (
    <h1 className="run-who" tabIndex={-1}>
      {capital(who)}s
      <span className="run-role">
        <Foreign text={people.join(', ')} />
      </span>
    </h1>
  )
}
