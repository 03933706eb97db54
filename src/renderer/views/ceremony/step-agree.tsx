// Each signer in turn says yes to one sentence, by holding a button with their name on it. No is a good answer, too.
import { type ReactElement, useState } from 'react'
import { Foreign } from '../../components/foreign.tsx'
import { HoldButton } from '../../components/hold-button.tsx'
import { deliberationFor } from '../../hold.ts'
import { Checklist, type Item, turnOf } from './checklist.tsx'
import { type StepProps, useRunFrame } from './run-context.ts'

export function AgreeStep({ step }: StepProps): ReactElement {
  const { view, act, busy } = useRunFrame()
  const [picked, setPicked] = useState('')
  const risk = view.change?.risk ?? 'dangerous'
  const items = view.people
    .filter(({ name }) => step.people.includes(name))
    .map(({ name, agreed }): Item => ({ name, done: agreed, state: agreed ? 'agreed' : 'not yet' }))
  const turn = turnOf(items, picked)
  return (
    <>
      <blockquote className="sentence">
        <Foreign text={view.sentence ?? ''} />
      </blockquote>
      <Checklist label="Who agrees" items={items} chosen={turn} onPick={setPicked}>
        {turn === undefined ? null : (
          <div className="hold-big">
            <HoldButton
              // Anew for each of them: who agreed does not hold for the next one.
              key={`${turn} ${view.lines}`}
              label={`I, ${turn}, agree`}
              holdMs={deliberationFor(risk).holdMs}
              disabled={busy !== undefined}
              danger={risk === 'dangerous'}
              otherwise="Nothing was written down."
              onHeld={() => void act({ act: 'agree', who: turn })}
            />
          </div>
        )}
      </Checklist>
      <p className="soft">Whoever does not agree holds nothing, and does not sign. Note why as a deviation.</p>
    </>
  )
}
