// The receipt: what was signed, with what, when, who is still missing, and what happens next.
import { type ReactElement, useState } from 'react'
import type { Receipt } from '../../ipc/contract.ts'
import { useApp, type Work } from '../app-context.ts'
import { CopyButton } from '../components/copy.tsx'
import { Foreign, Time } from '../components/foreign.tsx'
import { Page } from '../components/page.tsx'
import { QuorumBoard } from '../components/quorum-board.tsx'
import { Fingerprint } from '../components/words.tsx'
import { plainForeign } from '../foreign.ts'
import { countOf, sentenceOf, utcOf } from '../format.ts'
import { goneSentence, isReady, missingSentences, waitedFor } from '../quorum.ts'
import { hashOf } from '../route.ts'
import { screenSentence } from './carry/asked.tsx'
import { Confirm } from './confirm.tsx'

type Destination = NonNullable<Receipt['destination']>

export function Done({ work, receipt, onClose }: { work: Work; receipt: Receipt; onClose: () => void }): ReactElement {
  const { begin } = useApp()
  const [asked, setAsked] = useState(false)
  const [note, setNote] = useState<string>()
  const signed = receipt.kind === 'signed'
  const isHere = receipt.byItself === undefined && receipt.elsewhere === undefined && receipt.destination === undefined
  const publishable = signed && isReady(receipt) && isHere
  const publishLabel = `Publish ${plainForeign(receipt.title)}`
  const next = nextSentences(receipt)
  return (
    <Page
      title={`${signed ? 'Signed' : 'Published'}: ${plainForeign(receipt.title)} for ${plainForeign(receipt.sourceName)}`}
      rehearsal={receipt.rehearsal}
      aside={
        <>
          <QuorumBoard quorums={receipt.quorums} />
          <section className="card" aria-label="Fingerprint">
            <h2 className="label">The same on every screen</h2>
            <Fingerprint
              words={receipt.words}
              digest={receipt.digest}
              what={`the fingerprint of what was ${receipt.kind}`}
            />
          </section>
        </>
      }
      foot={
        <>
          <p className="grow" role="status">
            {note ?? (publishable ? 'Nothing is in force until it is published.' : '')}
          </p>
          <button type="button" className="button" onClick={onClose}>
            Back to home
          </button>
          {receipt.carried === undefined ? null : (
            <a className="button go" href={hashOf({ screen: 'carry', proposalId: work.proposal.id, what: 'back' })}>
              Carry the signature back
            </a>
          )}
          {publishable ? (
            <button type="button" className="button go" aria-haspopup="dialog" onClick={() => setAsked(true)}>
              {publishLabel}
            </button>
          ) : null}
        </>
      }
    >
      <div className="note headline tone-ok">
        <h2>
          {signed
            ? 'Your signature is in place and verified.'
            : receipt.registry === true
              ? receipt.remark === undefined
                ? 'The record is in the log.'
                : 'The record was sent.'
              : 'The change is in force.'}
        </h2>
        <p>{next[0]}</p>
      </div>
      <section className="card" aria-label="Receipt">
        <div className="row">
          <h2 className="label">Receipt</h2>
          <span className="push">
            <CopyButton value={receiptText(receipt)} what="the receipt as text" label="Copy receipt" />
          </span>
        </div>
        <dl className="facts">
          <dt>What</dt>
          <dd>
            <Foreign text={work.proposal.headline} />
          </dd>
          <dt>Where</dt>
          <dd>
            <Foreign text={`${receipt.title}, ${receipt.sourceName}`} />
          </dd>
          {receipt.signerLabel === undefined ? null : (
            <>
              <dt>Signed with</dt>
              <dd>
                <Foreign text={receipt.signerLabel} />
              </dd>
            </>
          )}
          <dt>When</dt>
          <dd>
            <Time at={receipt.at} />
          </dd>
          {receipt.secondScreen === undefined ? null : (
            <>
              <dt>Second screen</dt>
              <dd>{screenSentence(receipt.secondScreen)}</dd>
            </>
          )}
          {receipt.destination === undefined ? null : <Pushed destination={receipt.destination} />}
          <dt>{receipt.sentTo !== undefined ? 'Sent to' : signed ? 'Written' : 'Now in place'}</dt>
          <dd>
            <ul>
              {(receipt.sentTo === undefined ? receipt.files : [receipt.sentTo]).map((file) => (
                <li key={file} className="mono">
                  <Foreign text={file} />
                </li>
              ))}
            </ul>
          </dd>
        </dl>
      </section>
      <section className="stack tight measure" aria-label="What happens next">
        <h2 className="label">What happens next</h2>
        {receipt.remark === undefined ? null : (
          <p>
            <Foreign text={receipt.remark} />
          </p>
        )}
        {next.slice(1).map((sentence) => (
          <p key={sentence}>
            <Foreign text={sentence} />
          </p>
        ))}
      </section>
      {asked ? (
        <Confirm
          kind="publish"
          label={publishLabel}
          proposal={work.proposal}
          signer={undefined}
          onCancel={() => {
            setAsked(false)
            setNote('Cancelled. Nothing was published.')
          }}
          onConfirm={() => begin({ kind: 'publish', proposal: work.proposal })}
        />
      ) : null}
    </Page>
  )
}

function nextSentences(receipt: Receipt): string[] {
  if (receipt.kind === 'published' && receipt.registry === true) {
    if (receipt.remark !== undefined) return ['It is not in the log yet, as far as can be seen from here.']
    return [
      'The registry has taken it as the next record of its log.',
      'A record is for ever. Whoever asks the registry from now on is told of it.',
    ]
  }
  if (receipt.kind === 'published') {
    return [
      `${countOf(receipt.files.length, 'file')} put in place in one step.`,
      'Everybody who updates from now on gets this change. Those who do not update keep what they have.',
    ]
  }
  if (receipt.destination !== undefined) return handedIn(receipt, receipt.destination)
  const { byItself } = receipt
  // Whatever was counted before it was sent: somebody else may have signed, or withdrawn it, at the same moment.
  if (byItself?.kind === 'published') {
    return [
      'Enough keys have signed, and the repository has published the change.',
      'Everybody who updates from now on gets it. Those who do not update keep what they have.',
    ]
  }
  if (byItself?.kind === 'gone') return ['It was sent to the repository.', goneSentence]
  if (byItself?.kind === 'unknown') return ['It was sent to the repository.', sentenceOf(byItself.why)]
  if (byItself?.kind === 'waits' && receipt.complete) {
    const { why } = byItself
    return [
      'It was the last one needed.',
      why === undefined
        ? 'The repository publishes the change by itself.'
        : `The repository publishes the change by itself. It has not yet: ${why}.`,
    ]
  }
  if (receipt.complete && !isReady(receipt)) {
    return [
      'It was the last one needed on this change.',
      ...(receipt.needs ?? []).map(({ sentence }) => `${sentence}.`),
      'Until then nobody sees this change.',
    ]
  }
  if (receipt.complete && receipt.elsewhere !== undefined)
    return ['It was the last one needed.', sentenceOf(receipt.elsewhere)]
  if (receipt.complete) {
    return [
      'It was the last one needed.',
      'Every quorum is met. Publishing puts the change in force; until then nobody sees it.',
    ]
  }
  const open = waitedFor(receipt.quorums)
  return [
    receipt.elsewhere === undefined ? 'Others must sign before it can be published.' : 'Others must sign it, too.',
    ...missingSentences(open),
    ...(receipt.carried === undefined || receipt.elsewhere === undefined ? [] : [sentenceOf(receipt.elsewhere)]),
    ...(receipt.registry === true && receipt.carried === undefined && receipt.elsewhere === undefined
      ? ['It waits on this machine alone. Carry it to the others who must sign.']
      : []),
    'Until then nobody sees this change.',
  ]
}

function Pushed({ destination }: { destination: Destination }): ReactElement {
  const { event, url, isFork, compareUrl } = destination
  return (
    <>
      <dt>{isFork ? 'Pushed to your fork' : 'Pushed to'}</dt>
      <dd>
        <Foreign text={`${event} of ${url}`} />
      </dd>
      {compareUrl === undefined ? null : (
        <>
          <dt>Hand it in at</dt>
          <dd>
            <span className="mono">
              <Foreign text={compareUrl} />
            </span>{' '}
            <CopyButton value={compareUrl} what="the address of the pull request" label="Copy address" />
          </dd>
        </>
      )}
    </>
  )
}

/** Merging is for people on the forge, publishing for its CI. */
function handedIn(receipt: Receipt, { isFork }: Destination): string[] {
  const pull = isFork ? ['Open a pull request from your fork, so that your signature gets into the event.'] : []
  const last = 'When every document of the event is signed it is merged, and CI publishes it.'
  const needs = (receipt.needs ?? []).map(({ sentence }) => `${sentence}.`)
  if (receipt.complete) return ['This document has the signatures it needs.', ...needs, ...pull, last]
  const open = waitedFor(receipt.quorums)
  return ['Others must sign before the event can be merged.', ...pull, ...missingSentences(open), last]
}

function receiptText(receipt: Receipt): string {
  return [
    `${receipt.kind === 'signed' ? 'Signed' : 'Published'}: ${plainForeign(receipt.title)}, ${plainForeign(receipt.sourceName)}`,
    ...(receipt.signerLabel === undefined ? [] : [`With: ${plainForeign(receipt.signerLabel)}`]),
    `At: ${utcOf(receipt.at) ?? receipt.at}`,
    ...(receipt.secondScreen === undefined ? [] : [`Second screen: ${receipt.secondScreen}`]),
    `SHA-256: ${receipt.digest}`,
    `Words: ${receipt.words.join(' ')}`,
    ...(receipt.destination === undefined
      ? []
      : [`Pushed to: ${plainForeign(`${receipt.destination.event} of ${receipt.destination.url}`)}`]),
    ...(receipt.sentTo === undefined
      ? receipt.files.map((file) => `File: ${plainForeign(file)}`)
      : [`Sent to: ${plainForeign(receipt.sentTo)}`]),
    ...(receipt.rehearsal ? ['This was a rehearsal.'] : []),
  ].join('\n')
}
