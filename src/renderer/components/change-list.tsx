// The changes of a document, worst first: all of them where they are few, else page by page, so that a change of a million
// artifacts is no longer on the page than what is in sight.
import { type ReactElement, useEffect, useRef, useState } from 'react'
import type { Change } from '../../core/proposal.ts'
import type { MoreChanges, Outcome } from '../../ipc/contract.ts'
import { useApp } from '../app-context.ts'
import { useAnswer } from '../bridge.ts'
import { thousands } from '../format.ts'
import { ChangeCard } from './change-card.tsx'
import { Waiting } from './page.tsx'
import { Problem } from './problem.tsx'

interface ListProps {
  /** The first ones. */
  changes: readonly Change[]
  more: MoreChanges | undefined
  /** Of what the changes are; another one begins at its first change. */
  of: string
  read(offset: number, limit: number): Promise<Outcome<readonly Change[]>>
}

export function ChangeList({ changes, more, of, read }: ListProps): ReactElement {
  return more === undefined ? (
    <Cards changes={changes} />
  ) : (
    <Paged key={of} of={of} changes={changes} total={changes.length + sumOf(more)} read={read} />
  )
}

export function sumOf(more: MoreChanges | undefined): number {
  return more === undefined ? 0 : more.dangerous + more.notable + more.routine
}

function Paged({ changes, of, total, read }: Omit<ListProps, 'more'> & { total: number }): ReactElement {
  const { revision } = useApp()
  const [offset, setOffset] = useState(0)
  const size = changes.length
  const top = useRef<HTMLDivElement>(null)
  const { answer, again } = useAnswer(`changes ${of} ${offset}`, revision, () =>
    offset === 0 ? Promise.resolve({ ok: true, value: changes } as const) : read(offset, size),
  )
  // Whoever turns the page at its end begins to read at its start.
  useEffect(() => {
    if (offset > 0) top.current?.scrollIntoView({ block: 'start' })
  }, [offset])
  const last = Math.floor((total - 1) / size) * size
  return (
    <div className="stack tight" ref={top}>
      {offset === 0 ? (
        <Cards changes={changes} />
      ) : answer.kind === 'waiting' ? (
        <Waiting text="Reading more changes." />
      ) : answer.kind === 'failed' ? (
        <Problem error={answer.error} again={again} level={3} />
      ) : (
        <Cards changes={answer.value} />
      )}
      <nav className="row" aria-label="More changes">
        <button type="button" className="button" disabled={offset === 0} onClick={() => setOffset(0)}>
          First
        </button>
        <button type="button" className="button" disabled={offset === 0} onClick={() => setOffset(offset - size)}>
          Before
        </button>
        <button type="button" className="button" disabled={offset >= last} onClick={() => setOffset(offset + size)}>
          Next {size}
        </button>
        <button type="button" className="button" disabled={offset >= last} onClick={() => setOffset(last)}>
          Last
        </button>
        <span className="soft small" role="status">
          {thousands(offset + 1)} to {thousands(Math.min(total, offset + size))} of {thousands(total)} changes
        </span>
      </nav>
    </div>
  )
}

function Cards({ changes }: { changes: readonly Change[] }): ReactElement {
  return (
    <ul className={changes.length > 60 ? 'stack tight many' : 'stack tight'}>
      {changes.map((change) => (
        <ChangeCard key={`${change.path} ${change.sentence}`} change={change} />
      ))}
    </ul>
  )
}
