// What a request says of itself, in the words of whoever sent it: marked as a claim, because nobody vouches for it.
import type { ReactElement } from 'react'
import type { AskedView } from '../../../ipc/contract.ts'
import { Foreign, Time } from '../../components/foreign.tsx'

export function AskedFacts({ asked }: { asked: AskedView }): ReactElement {
  const { repository, askedBy, reason, madeAt } = asked
  return (
    <div className="stack tight">
      <dl className="facts">
        <dt>Who asks</dt>
        <dd>{askedBy === '' ? 'It does not say' : <Foreign text={askedBy} />}</dd>
        <dt>Why</dt>
        <dd>{reason === '' ? 'It gives no reason' : <Foreign text={reason} />}</dd>
        <dt>For</dt>
        <dd>
          <Foreign text={repository} />
        </dd>
        <dt>Made</dt>
        <dd>
          <Time at={madeAt} />
        </dd>
      </dl>
      <p className="small soft">These are the words of whoever made the request. Nobody vouches for them.</p>
    </div>
  )
}

/** In one sentence, for review and receipt. */
export function screenSentence(secondScreen: 'compared' | 'skipped' | undefined): string {
  if (secondScreen === 'compared') return 'Three words of a second screen were compared.'
  if (secondScreen === 'skipped') return 'Skipped: no second screen was compared. The reply says so, too.'
  return 'Not compared yet. You are asked before you sign.'
}
