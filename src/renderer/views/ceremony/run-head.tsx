// The top of a run: what it is of, whether it is practice, how far it is by acts, and the way out of the full screen.
import type { ReactElement } from 'react'
import { Foreign } from '../../components/foreign.tsx'
import { CheckIcon } from '../../components/icons.tsx'
import { RehearsalChip } from '../../components/page.tsx'
import { placeOf } from './ceremony-words.ts'
import { useFullScreen } from './full-screen.ts'
import { useRunFrame } from './run-context.ts'

export function RunHead(): ReactElement {
  const { view } = useRunFrame()
  const { isFull, toggle } = useFullScreen()
  const { step, of, act } = placeOf(view)
  const isOver = view.phase === 'closed'
  return (
    <header className="run-head">
      <div className="run-title">
        {view.rehearsal ? <RehearsalChip /> : null}
        <p>
          <Foreign text={view.title} />
        </p>
        <span className="run-place">{isOver ? 'Closed' : `Step ${step} of ${of}`}</span>
        <button type="button" className="button quiet" onClick={toggle}>
          {isFull ? 'Leave the full screen' : 'Full screen'}
        </button>
        <a className="button quiet" href="#ceremonies">
          All ceremonies
        </a>
      </div>
      <ol className="run-acts" aria-label="Acts">
        {view.acts.map(({ title, steps }, at) => {
          const state = isOver || at < act ? 'done' : at === act ? 'now' : 'later'
          const isDone = state === 'done' && steps.every((one) => one.state === 'done')
          return (
            <li
              key={title}
              className={isDone ? 'done' : state === 'done' ? 'left' : state}
              aria-current={state === 'now' ? 'step' : undefined}
            >
              {isDone ? <CheckIcon /> : null}
              <Foreign text={title} />
              {isDone ? <span className="unseen"> is done</span> : null}
            </li>
          )
        })}
      </ol>
    </header>
  )
}

/** Across everything, also in a picture of the screen: nobody takes practice for the real day. */
export function Watermark(): ReactElement {
  return (
    <div className="watermark" aria-hidden="true">
      <span />
      <span />
      <span />
    </div>
  )
}
