// The keys in the ssh-agent of this session, below the key files: what can sign, what cannot and why, or why nobody knows.
import type { ReactElement } from 'react'
import type { AgentView } from '../../ipc/contract.ts'
import type { Answer } from '../bridge.ts'
import { Foreign } from '../components/foreign.tsx'
import { Problem } from '../components/problem.tsx'
import { capital, countOf } from '../format.ts'
import { KeyCard } from './key-card.tsx'

export function AgentKeys({ answer, again }: { answer: Answer<AgentView>; again: () => void }): ReactElement | null {
  // As a rule there is an answer at once, or no agent.
  if (answer.kind === 'waiting') return null
  if (answer.kind === 'failed') return <Problem error={answer.error} again={again} />
  const { keys, unusable, problem } = answer.value
  return (
    <>
      {problem === undefined ? null : (
        <Problem error={problem} title="What the ssh-agent holds is not known" again={again} />
      )}
      {keys.map((key) => (
        <KeyCard key={key.id} entry={key} again={again} />
      ))}
      {unusable.length === 0 ? null : (
        <details className="small">
          <summary>{capital(countOf(unusable.length, 'key'))} in the ssh-agent cannot sign here</summary>
          <ul>
            {unusable.map(({ comment, type, why }, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: two may be called the same, and none moves
              <li key={at}>
                <Foreign text={`${comment === '' ? type : `${comment} (${type})`}: ${why}`} />
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  )
}
