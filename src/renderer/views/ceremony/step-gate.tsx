// What the machine finds out about itself. A watch is held beside it; what is not as it must be is mended, or waived with a reason.
import { type ReactElement, useId, useState } from 'react'
import type { RunView } from '../../../ipc/contract.ts'
import { Foreign } from '../../components/foreign.tsx'
import { CheckIcon, CrossIcon } from '../../components/icons.tsx'
import { sentenceOf } from '../../format.ts'
import { gateName, gateWords } from './ceremony-words.ts'
import { Deed } from './deed.tsx'
import { WhoPicker } from './people.tsx'
import { type StepProps, useRunFrame, useTyped } from './run-context.ts'
import { TextBox } from './text-box.tsx'

export function GateStep({ step }: StepProps): ReactElement {
  const { view, who } = useRunFrame()
  const watch = useTyped('watch')
  return (
    <>
      <Measure watch={watch} who={who === '' ? (step.people[0] ?? '') : who} />
      <GateList gates={view.gates} />
    </>
  )
}

/** The zone of this computer: the watch of somebody who came from afar may show another. */
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone

function Measure({
  watch: [watch, setWatch],
  who,
}: {
  watch: [string, (text: string) => void]
  who: string
}): ReactElement {
  const { view, act, busy } = useRunFrame()
  const id = useId()
  const isTime = /^([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d)?$/.test(watch.trim())
  const again = view.gates.length > 0
  const measure = async () => {
    if (isTime && (await act({ act: 'measure', who, watch: watch.trim() }))) setWatch('')
  }
  return (
    <form
      className="stack tight"
      onSubmit={(event) => {
        event.preventDefault()
        if (busy === undefined) void measure()
      }}
    >
      <div className="field">
        <label htmlFor={id}>What a watch shows at this moment</label>
        <div className="row">
          <input
            id={id}
            className="input watch"
            inputMode="numeric"
            placeholder="14:03:30"
            maxLength={8}
            autoComplete="off"
            data-main={!again}
            aria-describedby={`${id}-hint`}
            value={watch}
            onChange={(event) => setWatch(event.target.value)}
          />
          <button
            type="submit"
            className={again ? 'button big' : 'button go big'}
            disabled={!isTime || busy !== undefined}
          >
            {again ? 'Measure again' : 'Measure'}
          </button>
        </div>
        <p id={`${id}-hint`} className="hint">
          Hours, minutes and seconds, with colons between them, in the time of this computer: <Foreign text={zone} />.
          Press Enter when the watch shows it.
        </p>
      </div>
    </form>
  )
}

function GateList({ gates }: Pick<RunView, 'gates'>): ReactElement | null {
  if (gates.length === 0) return null
  // What somebody has to do something about comes first.
  const sorted = [...gates].sort((a, b) => Number(b.outcome === 'failed') - Number(a.outcome === 'failed'))
  return (
    <ul className="stack tight" aria-label="What was measured">
      {sorted.map((gate) => (
        <Gate key={gate.name} gate={gate} />
      ))}
    </ul>
  )
}

function Gate({ gate }: { gate: RunView['gates'][number] }): ReactElement {
  const { text, tone } = gateWords[gate.outcome]
  return (
    <li className={`change tone-${tone}`}>
      <div className="change-head">
        <h2 className="gate-name">{gateName(gate.name)}</h2>
        <span className={`chip tone-${tone}`}>
          {gate.outcome === 'passed' ? <CheckIcon /> : <CrossIcon />}
          {text}
        </span>
      </div>
      <p>
        <Foreign text={sentenceOf(gate.found)} />
      </p>
      {gate.outcome === 'failed' ? gate.name === 'anchor' ? <Overtaken /> : <Waive name={gate.name} /> : null}
    </li>
  )
}

/** What was overtaken is not gone on with, whoever has a reason. */
function Overtaken(): ReactElement {
  return <p>This is not waived: end the ceremony, and make a new script from the root that is in force.</p>
}

function Waive({ name }: { name: string }): ReactElement {
  const { view } = useRunFrame()
  const [open, setOpen] = useState(false)
  const [who, setWho] = useState('')
  const [why] = useTyped(`waive ${name}`)
  if (!open)
    return (
      <div className="row">
        <span className="soft">Mend it and measure again; or go on all the same, with a reason.</span>
        <button type="button" className="button" onClick={() => setOpen(true)}>
          Waive it
        </button>
      </div>
    )
  return (
    <div className="stack tight">
      <TextBox
        name={`waive ${name}`}
        label="Why it goes on all the same"
        hint="It is noted as a deviation, and somebody else settles it before the end."
      />
      <WhoPicker legend="Who waives it?" people={view.people.map((one) => one.name)} who={who} onPick={setWho} />
      <div className="row">
        <Deed
          look="danger"
          act={who === '' || why.trim() === '' ? undefined : { act: 'waive', who, gate: name, why: why.trim() }}
        >
          Waive it, and note the deviation
        </Deed>
        <button type="button" className="button big" onClick={() => setOpen(false)}>
          Do not waive it
        </button>
      </div>
    </div>
  )
}
