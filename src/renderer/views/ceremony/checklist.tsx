// People in turn, and what of it is done: large enough for the room to follow.
import type { ReactElement, ReactNode } from 'react'
import { Foreign } from '../../components/foreign.tsx'
import { CheckIcon } from '../../components/icons.tsx'
import { plainForeign } from '../../foreign.ts'
import type { Item } from './turns.ts'

export function Checklist({
  label,
  items,
  chosen,
  onPick,
  children,
}: {
  label: string
  items: readonly Item[]
  /** Who does it now; how stands below their name. */
  chosen?: string | undefined
  onPick?: (name: string) => void
  children?: ReactNode
}): ReactElement {
  return (
    <ul className="checklist" aria-label={label}>
      {items.map(({ name, done, state, detail, mayNot = false }) => {
        const isChosen = name === chosen
        return (
          <li key={name} className={isChosen ? 'chosen' : done ? 'done' : undefined}>
            <div className="checklist-line">
              <span className={done ? 'tick done' : 'tick'}>{done ? <CheckIcon /> : null}</span>
              <span className="checklist-name">
                <strong>
                  <Foreign text={name} />
                </strong>
                {detail === undefined ? null : (
                  <span className="soft">
                    <Foreign text={detail} />
                  </span>
                )}
              </span>
              <span className={done ? 'checklist-state ok' : 'checklist-state'}>{state}</span>
              {onPick === undefined || done || mayNot || isChosen ? null : (
                <button type="button" className="button" onClick={() => onPick(name)}>
                  {`${plainForeign(name)}’s turn`}
                </button>
              )}
            </div>
            {isChosen ? <div className="checklist-body stack tight">{children}</div> : null}
          </li>
        )
      })}
    </ul>
  )
}
