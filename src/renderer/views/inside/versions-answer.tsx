// What an older client would say, in words: yes or no, why, what it read, and the way it took.
import type { ReactElement } from 'react'
import type { ClientAnswer } from '../../../ipc/contract.ts'
import { Foreign } from '../../components/foreign.tsx'
import { plainForeign } from '../../foreign.ts'
import { countOf, listOf } from '../../format.ts'

export function VersionsAnswer({
  answer,
  onChoose,
}: {
  answer: ClientAnswer
  onChoose: (id: string) => void
}): ReactElement {
  const { accepted, sentence, proof, way, reads, error } = answer
  return (
    <div className={`note ${accepted ? 'tone-ok' : 'tone-bad'} stack tight`} role="status">
      <h2>{accepted ? 'It would accept' : 'It would refuse'}</h2>
      <p>
        <Foreign
          text={sentence.replace(/^(Accepted|Refused): (.)/, (_all, _word, first: string) => first.toUpperCase())}
        />
      </p>
      {accepted ? null : (
        <p>
          {error?.code === 'trust/expired'
            ? 'It waits for a new version, and changes nothing until then.'
            : 'It stays with what it has. Whoever published this has to explain it: no newer version of this history is taken.'}
        </p>
      )}
      {proof.length === 0 ? null : (
        <p className="small">
          Proven by{' '}
          {proof.map((one, at) => (
            <span key={one.cid}>
              {at === 0 ? '' : at === proof.length - 1 ? ' and ' : ', '}
              {one.id === undefined ? (
                <span className="mono">{one.title ?? `${one.cid.slice(0, 16)}…`}</span>
              ) : (
                <button type="button" className="link" onClick={() => onChoose(one.id ?? '')}>
                  <Foreign text={one.title ?? one.cid} />
                </button>
              )}
            </span>
          ))}
          .
        </p>
      )}
      {reads.length === 0 ? null : <p className="small soft">{readsText(reads)}</p>}
      {way.length === 0 ? null : (
        <details>
          <summary className="small">The {countOf(way.length, 'link')} that it followed</summary>
          <ol className="way-list small">
            {way.map((step, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: one link may be followed twice, and the place is the order
              <li key={at}>
                <Foreign text={step.from} /> <span className="soft">by {step.words} to</span> <Foreign text={step.to} />
              </li>
            ))}
          </ol>
        </details>
      )}
    </div>
  )
}

function readsText(reads: ClientAnswer['reads']): string {
  const parts = reads.map(({ role, blocks }) => `${countOf(blocks, 'block')} of ${plainForeign(role)}`)
  return `To know that, it read ${listOf(parts)}.`
}
