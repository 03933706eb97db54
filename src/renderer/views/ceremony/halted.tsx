// A ceremony that rests: in a break, or stopped. What can still be done stands here, and nothing else.
import { type ReactElement, useState } from 'react'
import { Foreign } from '../../components/foreign.tsx'
import { Problem } from '../../components/problem.tsx'
import { stepNow } from './ceremony-words.ts'
import { Deed } from './deed.tsx'
import { Deviations } from './deviations.tsx'
import { WhoPicker } from './people.tsx'
import { useRunFrame, useTyped } from './run-context.ts'
import { TextBox } from './text-box.tsx'

export function OnBreak(): ReactElement {
  const { view, problem } = useRunFrame()
  const [who, setWho] = useState('')
  const [said, setSaid] = useTyped('back')
  const step = stepNow(view)
  return (
    <div className="run-rest">
      <h1 className="run-who" tabIndex={-1}>
        Break
      </h1>
      <p className="run-do">Two people stay here with the machine and the tokens.</p>
      {view.halted === undefined ? null : <p className="run-do wrong">{whyStopped(view.halted)}</p>}
      {step === undefined ? null : (
        <p className="run-expect">
          <span className="label">Then it goes on with</span>
          <Foreign text={step.text} />
        </p>
      )}
      {problem?.of === 'back' ? <Problem error={problem.error} /> : null}
      <WhoPicker
        main
        legend="Everybody is back. Who says so?"
        people={view.people.map(({ name }) => name)}
        who={who}
        onPick={setWho}
      />
      <TextBox name="back" label="A remark for the record, if there is one" />
      <div className="row">
        <Deed
          look="go"
          act={who === '' ? undefined : { act: 'back', who, said: said.trim() }}
          onDone={() => setSaid('')}
        >
          Go on
        </Deed>
      </div>
    </div>
  )
}

export function Stopped(): ReactElement {
  const { view, problem } = useRunFrame()
  const [who, setWho] = useState('')
  const [said, setSaid] = useTyped('abandon')
  return (
    <div className="run-rest">
      <h1 className="run-who wrong" tabIndex={-1}>
        Stopped
      </h1>
      <p className="run-do">{whyStopped(view.halted)} Nothing is signed any more.</p>
      <p className="run-expect">
        Put the tokens away, and find out why. Note what you find below as a deviation; then end the ceremony, so that
        its record is whole.
      </p>
      {problem === undefined || problem.of !== 'abandon' ? null : <Problem error={problem.error} />}
      {view.deviations.length === 0 ? null : <Deviations />}
      <section className="card stack" aria-label="End it">
        <h2>End it</h2>
        <WhoPicker main legend="Who ends it?" people={view.people.map(({ name }) => name)} who={who} onPick={setWho} />
        <TextBox name="abandon" label="What happened, in a sentence" />
        <div className="row">
          <Deed
            look="danger"
            act={who === '' || said.trim() === '' ? undefined : { act: 'abandon', who, said: said.trim() }}
            onDone={() => setSaid('')}
          >
            End this ceremony
          </Deed>
        </div>
      </section>
    </div>
  )
}

function whyStopped(halted: 'stopped' | 'different' | undefined): string {
  return halted === 'different'
    ? 'Another device showed other words for this change.'
    : 'A witness stopped this ceremony.'
}
