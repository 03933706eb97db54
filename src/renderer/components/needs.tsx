// What else must be signed before a change can be published, one line each.
import type { ReactElement } from 'react'
import type { Need } from '../../core/proposal.ts'
import { Foreign } from './foreign.tsx'

export function Needs({ needs = [] }: { needs: readonly Need[] | undefined }): ReactElement | null {
  if (needs.length === 0) return null
  return (
    <ul className="plain-list small" aria-label="Needed before it can be published">
      {needs.map(({ subject, sentence }) => (
        <li key={`${subject} ${sentence}`}>
          <Foreign text={sentence} />.
        </li>
      ))}
    </ul>
  )
}
