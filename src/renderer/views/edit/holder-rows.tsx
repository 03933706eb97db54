// The holders of a role as they are now, each to be kept, taken out or replaced.
import type { ReactElement } from 'react'
import { Foreign } from '../../components/foreign.tsx'
import { RehearsalChip } from '../../components/page.tsx'
import { plainForeign } from '../../foreign.ts'
import { type HolderView, holderAbout, holderName } from './role-facts.ts'

interface HolderRowsProps {
  holders: readonly HolderView[]
  removed: readonly string[]
  onRemoved: (removed: readonly string[]) => void
}

export function HolderRows({ holders, removed, onRemoved }: HolderRowsProps): ReactElement {
  return (
    <ul className="picked" aria-label="Holders now">
      {holders.map((holder) => {
        const isOut = removed.includes(holder.id)
        return (
          <li key={holder.id} className={isOut ? 'out' : undefined}>
            <span className="grow">
              <strong>
                <Foreign text={holderName(holder)} />
              </strong>{' '}
              {holder.rehearsal ? <RehearsalChip /> : null}{' '}
              <span className="small soft">
                <Foreign text={holderAbout(holder)} />
              </span>
            </span>
            {isOut ? <span className="small state-out">is taken out</span> : null}
            <button
              type="button"
              className={isOut ? 'button quiet' : 'button quiet bad'}
              onClick={() => onRemoved(isOut ? removed.filter((id) => id !== holder.id) : [...removed, holder.id])}
            >
              {isOut ? 'Keep after all' : 'Take out'}
              <span className="unseen"> {plainForeign(holderName(holder))}</span>
            </button>
          </li>
        )
      })}
    </ul>
  )
}
