// A token waits for a finger, or an agent for its answer: which one, for what, how long still. For the practice token the finger is
// a button here.
import { type KeyboardEvent, type ReactElement, useEffect, useState } from 'react'
import { useApp } from '../app-context.ts'
import { bridge, settle } from '../bridge.ts'
import { sentenceOf } from '../format.ts'
import { groupSerials } from '../token-words.ts'
import { Dialog } from './dialog.tsx'
import { Foreign } from './foreign.tsx'
import { RehearsalChip } from './page.tsx'

export interface Touch {
  device: string
  purpose: string
  timeoutMs: number
  practice: boolean
  /** Another program signs, and may be asking in its own way. */
  agent: boolean
  since: number
}

function wayOf({ agent, practice }: Touch, does: string): string {
  if (agent)
    return 'The ssh-agent may be asking for a touch, a PIN or a confirmation, in a way of its own. Allowing it signs'
  return `${practice ? 'It is made of software: the button below is its touch.' : 'It blinks.'} Touching it ${does}`
}

/** `does`: what the touch brings about, "signs" or "allows". */
export function TouchWords({ touch, does }: { touch: Touch; does: string }): ReactElement {
  return <p className="soft">{wayOf(touch, does)} exactly this:</p>
}

export function PracticeTouch(): ReactElement {
  const { say } = useApp()
  const [pressed, setPressed] = useState(false)
  const press = async (touched: 'yes' | 'no') => {
    setPressed(true)
    const outcome = await settle(bridge().tokens.touchPractice({ touched }))
    setPressed(false)
    if (!outcome.ok) say(sentenceOf(outcome.error.message))
  }
  // Approving must not be a habit of the fingers: the space bar and the pointer touch, Enter does not.
  const noEnter = (event: KeyboardEvent) => {
    if (event.key === 'Enter') event.preventDefault()
  }
  return (
    <div className="row">
      <button type="button" className="button go" disabled={pressed} onKeyDown={noEnter} onClick={() => press('yes')}>
        Touch the practice token
      </button>
      <button type="button" className="button" disabled={pressed} onClick={() => press('no')}>
        Refuse
      </button>
    </div>
  )
}

/** Over a page that is not a signature of its own: while a key is made, or, where it `signs`, in a ceremony. */
export function TouchDialog({
  touch,
  signs,
  onCancel,
}: {
  touch: Touch
  signs: boolean
  onCancel: () => void
}): ReactElement {
  return (
    <Dialog title={`${touch.agent ? 'Waiting for' : 'Touch'} ${groupSerials(touch.device)}`} onCancel={onCancel}>
      <div className="touch-over stack">
        <div className="row">
          <Ring touch={touch} />
          {touch.practice ? <RehearsalChip /> : null}
        </div>
        <TouchWords touch={touch} does={signs ? 'signs' : 'allows'} />
        <p className="say">
          <Foreign text={sentenceOf(touch.purpose)} />
        </p>
        {touch.practice ? <PracticeTouch /> : null}
        <div className="row">
          <button type="button" className="button" data-first={true} onClick={onCancel}>
            {signs ? 'Cancel, sign nothing' : 'Cancel, change nothing'}
          </button>
        </div>
      </div>
    </Dialog>
  )
}

const radius = 48
const around = 2 * Math.PI * radius

/** Seconds left, as a number and as a ring; once a second, so it is calm and also right with reduced motion. */
export function Ring({ touch }: { touch: Touch }): ReactElement {
  const [now, setNow] = useState(touch.since)
  useEffect(() => {
    const timer = setInterval(() => setNow(performance.now()), 250)
    return () => clearInterval(timer)
  }, [])
  const leftMs = Math.max(0, touch.timeoutMs - (now - touch.since))
  const seconds = Math.ceil(leftMs / 1000)
  return (
    <svg
      className="ring"
      viewBox="0 0 112 112"
      width="112"
      height="112"
      role="img"
      aria-label={`${seconds} seconds left`}
    >
      <circle cx="56" cy="56" r={radius} />
      <circle
        className="left"
        cx="56"
        cy="56"
        r={radius}
        strokeDasharray={around}
        strokeDashoffset={around * (1 - leftMs / touch.timeoutMs)}
        transform="rotate(-90 56 56)"
      />
      <text x="56" y="64">
        {seconds}
      </text>
    </svg>
  )
}
