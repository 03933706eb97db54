// A button that leaves a line in the record. Enter does nothing here: what is done in a ceremony is done on purpose.
import type { KeyboardEvent, ReactElement, ReactNode } from 'react'
import type { Act } from '../../../ipc/ceremony.ts'
import { useRunFrame } from './run-context.ts'

interface DeedProps {
  /** Absent: not yet, because something is missing. */
  act: Act | undefined
  /** The one that the step is about. */
  main?: boolean
  look?: 'go' | 'plain' | 'danger'
  onDone?: () => void
  children: ReactNode
}

export function Deed({ act: doing, main = false, look = 'plain', onDone, children }: DeedProps): ReactElement {
  const { act, busy, isFresh } = useRunFrame()
  const isOff = doing === undefined || busy !== undefined
  const press = async () => {
    if (doing === undefined || isFresh()) return
    if (await act(doing)) onDone?.()
  }
  const looks = { go: 'button go big', plain: 'button big', danger: 'button danger big' }
  return (
    <button
      type="button"
      className={looks[look]}
      data-main={main}
      disabled={isOff}
      onKeyDown={noEnter}
      onClick={() => void press()}
    >
      {children}
    </button>
  )
}

export function noEnter(event: KeyboardEvent): void {
  if (event.key === 'Enter') event.preventDefault()
}
