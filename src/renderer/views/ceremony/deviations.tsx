// What went otherwise than the script says: noted by whoever saw it, and settled by somebody else.
import { type ReactElement, useState } from 'react'
import type { RunView } from '../../../ipc/contract.ts'
import { Foreign } from '../../components/foreign.tsx'
import { CheckIcon } from '../../components/icons.tsx'
import { Deed } from './deed.tsx'
import { Back, RunDialog } from './halt-dialogs.tsx'
import { PeopleTicks, WhoPicker } from './people.tsx'
import { useRunFrame, useTyped } from './run-context.ts'
import { TextBox } from './text-box.tsx'

export function DeviationDialog({ onClose }: { onClose: () => void }): ReactElement {
  const { view } = useRunFrame()
  const [who, setWho] = useState('')
  const [what, setWhat] = useTyped('deviation what')
  const [fix, setFix] = useTyped('deviation fix')
  return (
    <RunDialog title="Note a deviation" of={['deviation', 'settle']} onClose={onClose}>
      {view.deviations.length === 0 ? null : (
        <section className="stack tight" aria-label="Noted so far">
          <h3>Noted so far</h3>
          <Deviations />
        </section>
      )}
      <p>Whatever went otherwise than the script says, also if it is small. It does no harm; leaving it out does.</p>
      <WhoPicker main legend="Who notes it?" people={view.people.map(({ name }) => name)} who={who} onPick={setWho} />
      <TextBox name="deviation what" label="What happened" />
      <TextBox name="deviation fix" label="What was done about it" hint="It may also be: nothing." />
      <div className="row">
        <Deed
          look="go"
          act={
            who === '' || what.trim() === '' ? undefined : { act: 'deviation', who, what: what.trim(), fix: fix.trim() }
          }
          onDone={() => {
            setWhat('')
            setFix('')
          }}
        >
          Note it
        </Deed>
        <Back onClose={onClose} />
      </div>
    </RunDialog>
  )
}

export function Deviations(): ReactElement {
  const { view } = useRunFrame()
  return (
    <ol className="stack tight">
      {view.deviations.map((one) => (
        <Deviation key={one.number} deviation={one} />
      ))}
    </ol>
  )
}

function Deviation({ deviation }: { deviation: RunView['deviations'][number] }): ReactElement {
  const { number, by, what, fix, settledBy } = deviation
  return (
    <li className={`change ${settledBy === undefined ? 'tone-warn' : 'tone-ok'}`}>
      <p>
        <strong>
          {number}. <Foreign text={what} />
        </strong>
      </p>
      <p className="soft">
        <Foreign text={fix === '' ? 'Nothing was done about it' : fix} /> · noted by <Foreign text={by} />
      </p>
      {settledBy === undefined ? (
        <Settle number={number} by={by} />
      ) : (
        <p className="holder signed">
          <span className="state">
            <CheckIcon /> settled by <Foreign text={settledBy} />
          </span>
        </p>
      )}
    </li>
  )
}

function Settle({ number, by }: { number: number; by: string }): ReactElement {
  const { view } = useRunFrame()
  const [open, setOpen] = useState(false)
  const [who, setWho] = useState('')
  const [agreed, setAgreed] = useState<readonly string[]>([])
  const others = view.people.map(({ name }) => name).filter((name) => name !== by)
  if (!open)
    return (
      <div className="row">
        <button type="button" className="button" onClick={() => setOpen(true)}>
          Settle deviation {number}
        </button>
      </div>
    )
  return (
    <div className="stack tight">
      <WhoPicker legend={`Who settles it? Somebody else than ${by}.`} people={others} who={who} onPick={setWho} />
      <PeopleTicks
        legend="Who else agrees that it is settled?"
        people={view.people.map(({ name }) => name)}
        ticked={agreed}
        onTick={setAgreed}
      />
      <div className="row">
        <Deed act={who === '' ? undefined : { act: 'settle', who, number, agreed }}>
          {who === '' ? 'It is settled' : `${who}: it is settled`}
        </Deed>
      </div>
    </div>
  )
}
