// What clients will see of each artifact that a change can touch, before it and after it, as the client itself found out.
import { type ReactElement, useState } from 'react'
import type { Effects, Sight } from '../../../core/systems/tuf/effect.ts'
import { Foreign, Hex } from '../../components/foreign.tsx'
import { countOf } from '../../format.ts'
import { effectKind, effectsSentence, effectTone, hashOfSight, sightText } from './effect-words.ts'

const few = 8

export function EffectsCard({ effects }: { effects: Effects }): ReactElement {
  const [all, setAll] = useState(false)
  const shown = all ? effects.shown : effects.shown.slice(0, few)
  const unseen = effects.changed - effects.shown.filter((one) => effectKind(one) !== 'same').length
  return (
    <section className="card stack tight" aria-label="What clients will see">
      <h3 className="label">What clients will see</h3>
      <p>{effectsSentence(effects)}</p>
      {shown.length === 0 ? null : (
        <table className="table effects">
          <caption className="unseen">Artifacts, and what clients that ask for them get before and after</caption>
          <thead>
            <tr>
              <th scope="col">Artifact</th>
              <th scope="col">Before</th>
              <th scope="col">After</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((effect) => (
              <tr key={effect.path} className={`tone-${effectTone(effect)}`}>
                <th scope="row" className="mono">
                  <Foreign text={effect.path} />
                </th>
                <td>
                  <SightText sight={effect.before} />
                </td>
                <td className="after">
                  {effectKind(effect) === 'same' ? 'The same' : <SightText sight={effect.after} />}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {effects.shown.length > few ? (
        <div className="row">
          <button type="button" className="button quiet" aria-expanded={all} onClick={() => setAll(!all)}>
            {all ? `Only the first ${few}` : `Show all ${effects.shown.length}`}
          </button>
        </div>
      ) : null}
      {unseen > 0 ? (
        <p className="small soft">{countOf(unseen, 'more artifact')} change as well and are not listed here.</p>
      ) : null}
    </section>
  )
}

function SightText({ sight }: { sight: Sight }): ReactElement {
  const hash = hashOfSight(sight)
  return (
    <>
      <Foreign text={sightText(sight)} />
      {hash === undefined ? null : (
        <span className="soft digest" title={hash}>
          <Hex hex={hash.slice(0, 16)} />
        </span>
      )}
    </>
  )
}
