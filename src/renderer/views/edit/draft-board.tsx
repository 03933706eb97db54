// A draft as a reviewer will see it: headline, changes worst first, what is worth knowing, what clients will see.
import type { ReactElement, ReactNode } from 'react'
import type { DraftView } from '../../../ipc/contract.ts'
import { bridge } from '../../bridge.ts'
import { Findings } from '../../components/change-card.tsx'
import { ChangeList, sumOf } from '../../components/change-list.tsx'
import { Foreign } from '../../components/foreign.tsx'
import { Problem } from '../../components/problem.tsx'
import { plainForeign } from '../../foreign.ts'
import { capital, countOf, listOf, riskCount, thousands, toneOf } from '../../format.ts'
import { EffectsCard } from './effects.tsx'

const order = { dangerous: 0, notable: 1, routine: 2 } as const

interface BoardProps {
  sourceId: string
  draft: DraftView
  children: ReactNode
}

/** `children`: what the person must do before it can be proposed; it stands where nobody overlooks it. */
export function DraftBoard({ sourceId, draft, children }: BoardProps): ReactElement {
  const changes = [...draft.changes].sort((a, b) => order[a.risk] - order[b.risk])
  const findings = [...draft.findings].sort((a, b) => order[a.risk] - order[b.risk])
  return (
    <>
      <div className={`note headline tone-${toneOf(draft.risk)}`} data-risk={draft.risk}>
        <h3>
          <Foreign text={draft.headline} />
        </h3>
        <p>{riskCount(draft.changes, draft.moreChanges)}</p>
      </div>
      {draft.blocked === undefined ? null : (
        <Problem error={draft.blocked} title="Nobody could sign or publish this" level={3} />
      )}
      {children}
      {findings.length === 0 ? null : (
        <section className="card" aria-label="Worth knowing">
          <h3 className="label">Worth knowing</h3>
          <Findings findings={findings} />
        </section>
      )}
      {draft.effects === undefined ? null : <EffectsCard effects={draft.effects} />}
      <section className="stack tight" aria-label="Changes">
        <h3 className="label">Every change in the document</h3>
        <ChangeList
          changes={changes}
          more={draft.moreChanges}
          of={draft.digest}
          read={(offset, limit) => bridge().drafts.changes({ sourceId, digest: draft.digest, offset, limit })}
        />
        <p className="soft small">
          {draft.moreChanges === undefined
            ? `Nothing is hidden. ${capital(countOf(changes.length, 'change'))} shown, `
            : `Nothing is left out. ${thousands(changes.length + sumOf(draft.moreChanges))} changes, page by page, worst first; `}
          {countOf(draft.unchanged, 'field')} unchanged.
        </p>
        {draft.along.length === 0 ? null : (
          <p className="small">
            Comes along, to be signed as well: {listOf(draft.along.map((subject) => plainForeign(subject)))}.
          </p>
        )}
      </section>
    </>
  )
}
