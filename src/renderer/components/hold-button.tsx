// The button that approves: pressed and held by pointer or space bar. Enter does nothing here, and a click is not enough.
import {
  type CSSProperties,
  type KeyboardEvent,
  type PointerEvent,
  type ReactElement,
  useEffect,
  useId,
  useRef,
  useState,
} from 'react'
import { type Hold, type HoldEvent, heldBy, nextHold } from '../hold.ts'

export interface HoldButtonProps {
  label: string
  holdMs: number
  disabled: boolean
  danger: boolean
  /** What did not happen when it is let go too early: "Nothing was signed." */
  otherwise: string
  onHeld: () => void
}

export function HoldButton({ label, holdMs, disabled, danger, otherwise, onHeld }: HoldButtonProps): ReactElement {
  const [hold, setHold] = useState<Hold>({ step: 'idle' })
  const latest = useRef<Hold>(hold)
  const told = useRef(false)
  const hintId = useId()

  const send = (event: HoldEvent) => {
    // A disabled button hears no clicks, but it does hear pointers: the missing word must stop those as well.
    if (disabled && event.kind !== 'lose') return
    const next = nextHold(latest.current, event, holdMs)
    latest.current = next
    setHold(next)
    if (next.step === 'held' && !told.current) {
      told.current = true
      onHeld()
    }
  }
  const sendLatest = useRef(send)
  sendLatest.current = send

  const holding = hold.step === 'holding'
  useEffect(() => {
    if (!holding) return
    const lose = () => sendLatest.current({ kind: 'lose' })
    const timer = setTimeout(() => sendLatest.current({ kind: 'tick', at: performance.now() }), holdMs + 10)
    window.addEventListener('blur', lose)
    return () => {
      clearTimeout(timer)
      window.removeEventListener('blur', lose)
    }
  }, [holding, holdMs])

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape' || event.key === 'Tab') return
    event.preventDefault()
    const by = heldBy(event.key)
    if (by !== undefined && !event.repeat) send({ kind: 'press', by, at: performance.now() })
  }
  const onKeyUp = (event: KeyboardEvent) => {
    const by = heldBy(event.key)
    if (by === undefined) return
    event.preventDefault()
    send({ kind: 'release', by, at: performance.now() })
  }
  const onPointerDown = (event: PointerEvent) => {
    if (event.button !== 0 || !event.isPrimary) return
    event.currentTarget.setPointerCapture(event.pointerId)
    send({ kind: 'press', by: 'pointer', at: performance.now() })
  }
  const onPointerUp = () => send({ kind: 'release', by: 'pointer', at: performance.now() })
  const style: CSSProperties & { '--hold-ms': string } = { '--hold-ms': `${holdMs}ms` }
  const seconds = holdMs / 1000

  return (
    <div className="stack tight hold-part">
      <button
        type="button"
        className={`button go hold${danger ? ' danger' : ''}${holding ? ' holding' : ''}`}
        style={style}
        disabled={disabled}
        aria-describedby={hintId}
        onKeyDown={onKeyDown}
        onKeyUp={onKeyUp}
        onPointerDown={onPointerDown}
        onPointerUp={onPointerUp}
        onPointerCancel={() => send({ kind: 'lose' })}
        onContextMenu={(event) => event.preventDefault()}
        onBlur={() => send({ kind: 'lose' })}
      >
        <span className="fill" />
        {label}
      </button>
      <p id={hintId} className="small soft">
        Press and hold for {seconds === 1 ? 'one second' : 'two seconds'}, with the pointer or the space bar.
      </p>
      <p className="small" role="status">
        {holding ? 'Keep holding' : hold.step === 'early' ? `Let go too early. ${otherwise}` : ''}
      </p>
    </div>
  )
}
