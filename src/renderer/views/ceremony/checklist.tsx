// People in turn, and what of it is done: large enough for the room to follow.
import type { ReactElement, ReactNode } from 'react'
import { Foreign } from '../../components/foreign.tsx'
import { CheckIcon } from '../../components/icons.tsx'

export interface Item {
  name: string
  done: boolean
  /** "signed", "not yet" */
  state: string
  detail?: string
}

export function Checklist({
  label,
  items,
  chosen,
  onPick,
  children,
}: {
  label: string
  items: readonly Item[]
  /** Whose turn it is; what they do stands below their name. */
  chosen?: string | undefined
  onPick?: (name: string) => void
  children?: ReactNode
}): ReactElement {
  return (
    <ul className="checklist" aria-label={label}>
      {items.map(({ name, done, state, detail }) => {
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
              {onPick === undefined || done || isChosen ? null : (
                <button type="button" className="button" onClick={() => onPick(name)}>
                  <Foreign text={name} />
                  ’s turn
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

/** Whose turn it is: whoever was picked, else the first who is not done. */
export function turnOf(items: readonly Item[], picked: string): string | undefined {
  const open = items.filter(({ done }) => !done)
  return open.find(({ name }) => name === picked)?.name ?? open[0]?.name
}
