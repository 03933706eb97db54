// Replies that were handed over: what they sign and how many signatures they hold, then what became of each, with its reason.
import { type ReactElement, useId, useState } from 'react'
import type { ErrorData } from '../../../core/error.ts'
import type { CombinedView, HandedReply, ReplyPlace } from '../../../ipc/contract.ts'
import { useApp } from '../../app-context.ts'
import { bridge, settle } from '../../bridge.ts'
import { Choice } from '../../components/choice.tsx'
import { Foreign, Hex } from '../../components/foreign.tsx'
import { CheckIcon, CrossIcon } from '../../components/icons.tsx'
import { Page } from '../../components/page.tsx'
import { Problem } from '../../components/problem.tsx'
import { plainForeign } from '../../foreign.ts'
import { countOf, sentenceOf } from '../../format.ts'
import { isReady, missingSentences } from '../../quorum.ts'
import { hashOf } from '../../route.ts'
import type { HandedState } from '../../use-handed.tsx'
import { HandedProblems } from './problems.tsx'
import { placesOfAll } from './reply-places.ts'

interface RepliesProps {
  replies: readonly HandedReply[]
  problems: HandedState['problems']
  onAway: () => void
}

export function Replies({ replies, problems, onAway }: RepliesProps): ReactElement {
  const { refresh } = useApp()
  const places = placesOfAll(replies)
  const [sourceId, setSourceId] = useState(places.length === 1 ? (places[0]?.sourceId ?? '') : '')
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<ErrorData>()
  const [combined, setCombined] = useState<CombinedView>()
  const signatures = replies.reduce((sum, one) => sum + one.signatures, 0)
  const place = places.find((one) => one.sourceId === sourceId)
  const combine = async () => {
    setBusy(true)
    setProblem(undefined)
    const outcome = await settle(
      bridge().carry.combine({ handedIds: replies.map(({ handedId }) => handedId), sourceId }),
    )
    setBusy(false)
    if (!outcome.ok) return setProblem(outcome.error)
    setCombined(outcome.value)
    refresh()
  }
  const what = replies.length === 1 ? 'A reply' : `${countOf(replies.length, 'reply', 'replies')}`
  return (
    <Page
      title={`${what} with ${countOf(signatures, 'signature')}`}
      where={place === undefined ? undefined : <Foreign text={`for ${place.title}, ${place.sourceName}`} />}
      foot={
        combined === undefined ? (
          <>
            <p className="grow" role="status">
              {places.length === 0
                ? 'Nothing waits here for them.'
                : 'Nothing is done yet. Each signature is verified before it counts.'}
            </p>
            <Away onAway={onAway} name={replies.length === 1 ? 'Put it away' : 'Put them away'} />
            {places.length === 0 ? null : (
              <button type="button" className="button go" disabled={busy || place === undefined} onClick={combine}>
                {busy ? 'Verifying' : `Add ${signatures === 1 ? 'the signature' : 'the signatures'} to the change`}
              </button>
            )}
          </>
        ) : (
          <>
            <p className="grow" role="status">
              {endSentence(combined)}
            </p>
            <Away onAway={onAway} name="Back to home" />
            {place === undefined ? null : (
              <a className="button go" href={hashOf({ screen: 'review', proposalId: place.proposalId })}>
                {combined.proposals.some(isReady) ? 'Review and publish it' : 'Open the change'}
              </a>
            )}
          </>
        )
      }
    >
      <div className="stack wide content">
        <HandedProblems problems={problems} />
        {combined === undefined ? (
          replies.map((reply) => <Reply key={reply.handedId} reply={reply} />)
        ) : (
          <Outcomes combined={combined} />
        )}
        {combined === undefined && places.length > 1 ? (
          <Where places={places} chosen={sourceId} onChoose={setSourceId} />
        ) : null}
        {combined?.proposals.map(({ id, quorums }) => (
          <ul key={id} className="stack tight" aria-label="Where it stands">
            {missingSentences(quorums).map((sentence) => (
              <li key={sentence}>
                <Foreign text={sentence} />
              </li>
            ))}
          </ul>
        ))}
        {problem === undefined ? null : <Problem error={problem} />}
      </div>
    </Page>
  )
}

function Away({ name, onAway }: { name: string; onAway: () => void }): ReactElement {
  return (
    <button
      type="button"
      className="button"
      onClick={() => {
        onAway()
        window.location.hash = hashOf({ screen: 'home' })
      }}
    >
      {name}
    </button>
  )
}

function Reply({ reply }: { reply: HandedReply }): ReactElement {
  const { name, subject, digest, signatures, secondScreen, places, reasons } = reply
  return (
    <section className="card stack tight" aria-label={plainForeign(name)}>
      <h2>
        <Foreign text={name} />
      </h2>
      <dl className="facts">
        <dt>Holds</dt>
        <dd>
          {countOf(signatures, 'signature')} for a change of <Foreign text={subject} />
        </dd>
        <dt>Signs</dt>
        <dd>
          <Hex hex={digest} />
        </dd>
        <dt>Second screen</dt>
        <dd>{secondScreen === 'compared' ? 'Compared, as the reply says' : 'Skipped, as the reply says'}</dd>
      </dl>
      {places.length > 0 ? null : (
        <div className="note tone-warn reasons">
          <h3>No change here waits for it</h3>
          {reasons.length === 0 ? (
            <p>It was published or given up since, or the reply is for another computer.</p>
          ) : (
            reasons.map((reason) => (
              <p key={reason}>
                <Foreign text={sentenceOf(reason)} />
              </p>
            ))
          )}
        </div>
      )}
    </section>
  )
}

function Where(props: { places: readonly ReplyPlace[]; chosen: string; onChoose: (id: string) => void }): ReactElement {
  const group = useId()
  return (
    <fieldset className="field">
      <legend>Where should they go?</legend>
      {props.places.map(({ sourceId, sourceName, title }) => (
        <Choice key={sourceId} name={group} checked={sourceId === props.chosen} onPick={() => props.onChoose(sourceId)}>
          <Foreign text={`${title}, ${sourceName}`} />
        </Choice>
      ))}
    </fieldset>
  )
}

const outcomeWords = { added: 'added, and verified', known: 'was there already', refused: 'does not count' } as const

function Outcomes({ combined }: { combined: CombinedView }): ReactElement {
  return (
    <>
      {combined.replies.map(({ name, signatures, secondScreen }, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two replies may have one name, and they never move
        <section key={at} className="card stack tight" aria-label={plainForeign(name)}>
          <h2>
            <Foreign text={name} />
          </h2>
          <ul className="stack tight reasons">
            {signatures.map(({ who, outcome, reason }) => (
              <li key={`${who} ${outcome} ${reason}`} className="finding">
                <span className={outcome === 'refused' ? 'risk-mark tone-bad' : 'risk-mark tone-ok'}>
                  {outcome === 'refused' ? <CrossIcon /> : <CheckIcon />}
                </span>
                <span>
                  <strong>
                    <Foreign text={who} />
                  </strong>
                  : {outcomeWords[outcome]}
                  {reason === undefined ? null : (
                    <>
                      , because <Foreign text={reason} />
                    </>
                  )}
                  .
                </span>
              </li>
            ))}
          </ul>
          {secondScreen === 'compared' ? null : (
            <p className="small soft">No second screen was compared before these were made, as the reply says.</p>
          )}
        </section>
      ))}
    </>
  )
}

function endSentence({ replies, proposals }: CombinedView): string {
  const all = replies.flatMap(({ signatures }) => signatures)
  const added = all.filter(({ outcome }) => outcome === 'added').length
  if (proposals.some(isReady))
    return 'Every signature that is needed is there. Nothing is in force until it is published.'
  if (added > 0) return `${countOf(added, 'signature')} added.`
  return 'Nothing was added.'
}
