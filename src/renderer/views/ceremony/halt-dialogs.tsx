// The two ways in which a ceremony rests: a break, and the stop of a witness. Esc goes back to the step and keeps what was typed.
import { type ReactElement, type ReactNode, useState } from 'react'
import { Dialog } from '../../components/dialog.tsx'
import { RehearsalChip } from '../../components/page.tsx'
import { Problem } from '../../components/problem.tsx'
import { Deed } from './deed.tsx'
import { WhoPicker } from './people.tsx'
import { useRunFrame, useTyped } from './run-context.ts'
import { TextBox } from './text-box.tsx'

export function BreakDialog({ onClose }: { onClose: () => void }): ReactElement {
  const { view } = useRunFrame()
  const [who, setWho] = useState('')
  const [said, setSaid] = useTyped('break')
  return (
    <RunDialog title="Take a break" of={['break']} onClose={onClose}>
      <p>Nothing can be done until somebody says that you are back. Two people stay with the machine and the tokens.</p>
      <WhoPicker
        main
        legend="Who asks for it?"
        people={view.people.map(({ name }) => name)}
        who={who}
        onPick={setWho}
      />
      <TextBox name="break" label="Why, if you like" hint="For instance who stays in the room." />
      <div className="row">
        <Deed
          look="go"
          act={who === '' ? undefined : { act: 'break', who, said: said.trim() }}
          onDone={() => {
            setSaid('')
            onClose()
          }}
        >
          Begin the break
        </Deed>
        <Back onClose={onClose} />
      </div>
    </RunDialog>
  )
}

export function StopDialog({ onClose }: { onClose: () => void }): ReactElement {
  const { view } = useRunFrame()
  const witnesses = view.people.filter(({ roles }) => roles.includes('witness')).map(({ name }) => name)
  const [who, setWho] = useState(witnesses.length === 1 ? (witnesses[0] ?? '') : '')
  const [said, setSaid] = useTyped('stop')
  return (
    <RunDialog title="Stop this ceremony for good" danger of={['stop']} onClose={onClose}>
      <p>
        After this nothing is signed any more, also not later. What was signed before stays in the record. Only a
        witness stops a ceremony.
      </p>
      <WhoPicker main legend="Which witness?" people={witnesses} who={who} onPick={setWho} />
      <TextBox name="stop" label="Why" hint="It is written into the record as you say it." />
      <div className="row">
        <Deed
          look="danger"
          act={who === '' || said.trim() === '' ? undefined : { act: 'stop', who, said: said.trim() }}
          onDone={() => {
            setSaid('')
            onClose()
          }}
        >
          Stop: nothing is signed any more
        </Deed>
        <Back onClose={onClose} />
      </div>
    </RunDialog>
  )
}

/** What goes wrong is said here, and not behind it. */
export function RunDialog({
  title,
  danger = false,
  of,
  onClose,
  children,
}: {
  title: string
  danger?: boolean
  of: readonly string[]
  onClose: () => void
  children: ReactNode
}): ReactElement {
  const { view, problem } = useRunFrame()
  return (
    <Dialog title={title} danger={danger} onCancel={onClose}>
      {view.rehearsal ? (
        <p>
          <RehearsalChip />
        </p>
      ) : null}
      {children}
      {problem !== undefined && of.includes(problem.of) ? <Problem level={3} error={problem.error} /> : null}
    </Dialog>
  )
}

export function Back({ onClose }: { onClose: () => void }): ReactElement {
  return (
    <button type="button" className="button big" onClick={onClose}>
      Back to the step
    </button>
  )
}
