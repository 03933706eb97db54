// What would change, for the room: the headline, every change with the most dangerous first, who must agree, and its words.
import type { ReactElement } from 'react'
import type { RunChange } from '../../../ipc/contract.ts'
import { ChangeCard, Findings } from '../../components/change-card.tsx'
import { Foreign } from '../../components/foreign.tsx'
import { QuorumBoard } from '../../components/quorum-board.tsx'
import { Fingerprint } from '../../components/words.tsx'
import { countOf, sentenceOf, toneOf } from '../../format.ts'

export function ChangeBoard({ change }: { change: RunChange }): ReactElement {
  const { title, headline, risk, words, digest, changes, more, findings, quorums } = change
  return (
    <div className="stack" role="status">
      <div className={`note headline tone-${toneOf(risk)}`}>
        <h2>
          <Foreign text={sentenceOf(headline)} />
        </h2>
        <p>
          <Foreign text={title} />
        </p>
      </div>
      <ul className="stack tight">
        {changes.map((one) => (
          <ChangeCard key={`${one.path} ${one.sentence}`} change={one} />
        ))}
      </ul>
      <p className="soft">
        {more === 0
          ? `All ${countOf(changes.length, 'change')} shown.`
          : `${countOf(more, 'more change')} not shown here.`}
      </p>
      {findings.length === 0 ? null : <Findings findings={findings} />}
      <QuorumBoard quorums={quorums} />
      <section className="card" aria-label="The words of this change">
        <h2 className="label">The words of this change</h2>
        <Fingerprint words={words} digest={digest} what="the fingerprint of this change" roomy />
      </section>
    </div>
  )
}
