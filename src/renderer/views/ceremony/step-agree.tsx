// Each signer in turn says yes to one sentence, by holding a button with their name on it. No is a good answer, too.
import type { ReactElement } from 'react'
import { Foreign } from '../../components/foreign.tsx'
import { HoldButton } from '../../components/hold-button.tsx'
import { deliberationFor } from '../../hold.ts'
import { Checklist } from './checklist.tsx'
import { type StepProps, useRunFrame, useTyped } from './run-context.ts'
import { agreeing, turnAt } from './turns.ts'

export function AgreeStep({ step }: StepProps): ReactElement {
  const { view, act, busy } = useRunFrame()
  const [picked, setPicked] = useTyped(`turn ${step.id}`)
  const risk = view.change?.risk ?? 'dangerous'
  const turn = turnAt(view, step, picked)
  return (
    <>
      <blockquote className="sentence">
        <Foreign text={view.sentence ?? ''} />
      </blockquote>
      <Checklist label="Who agrees" items={agreeing(view, step)} chosen={turn} onPick={setPicked}>
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
