// A request that was handed over: what it asks for and from whom, who here vouches for it, and the question whether to take it in.
import { type ReactElement, useId, useState } from 'react'
import type { ErrorData } from '../../../core/error.ts'
import type { HandedRequest, SourceInspection } from '../../../ipc/contract.ts'
import { useApp } from '../../app-context.ts'
import { bridge, settle } from '../../bridge.ts'
import { AskedWord } from '../../components/asked-word.tsx'
import { Foreign } from '../../components/foreign.tsx'
import { Page, RehearsalChip } from '../../components/page.tsx'
import { Problem } from '../../components/problem.tsx'
import { QuorumBoard } from '../../components/quorum-board.tsx'
import { Fingerprint } from '../../components/words.tsx'
import { plainForeign } from '../../foreign.ts'
import { countOf, listOf, sentenceOf, toneOf } from '../../format.ts'
import { holderName, waysOf } from '../../quorum.ts'
import { hashOf } from '../../route.ts'
import { Tick } from '../edit/fields.tsx'
import { AskedFacts } from './asked.tsx'

export function Request({ request, onAway }: { request: HandedRequest; onAway: () => void }): ReactElement {
  const { pin, vouchedBy, replaces, reasons } = request
  const { refresh, say } = useApp()
  const [name, setName] = useState(pin?.suggestedName ?? '')
  const [answers, setAnswers] = useState<Readonly<Record<string, string>>>({})
  const [givesUp, setGivesUp] = useState(false)
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<ErrorData>()
  const typed = pin?.ask.every((position) => (answers[position] ?? '').trim() !== '') ?? true
  const complete = typed && (pin === undefined || name.trim() !== '') && (replaces === undefined || givesUp)
  const title = plainForeign(request.title)
  const take = async () => {
    setBusy(true)
    setProblem(undefined)
    const pinning =
      pin === undefined
        ? {}
        : {
            name: name.trim(),
            answers: Object.fromEntries(pin.ask.map((at) => [String(at), (answers[at] ?? '').trim()])),
          }
    const outcome = await settle(
      bridge().carry.receive({ handedId: request.handedId, replace: givesUp ? 'yes' : 'no', ...pinning }),
    )
    setBusy(false)
    if (!outcome.ok) {
      setProblem(outcome.error)
      return
    }
    say(`${title} waits in your inbox`)
    refresh()
    window.location.hash = hashOf({ screen: 'review', proposalId: outcome.value.proposalId })
  }
  const rehearsal = request.quorums.every(({ keys }) => keys.every((one) => one.rehearsal))
  return (
    <Page
      title={`A request to sign ${title}`}
      where={<Foreign text={request.name} />}
      rehearsal={rehearsal}
      aside={<QuorumBoard quorums={request.quorums} />}
      foot={
        <>
          <p className="grow" role="status">
            {vouchedBy === undefined
              ? 'Nothing is trusted, kept or signed yet.'
              : 'Nothing is kept or signed yet. You review it before you sign.'}
          </p>
          <button
            type="button"
            className="button"
            onClick={() => {
              onAway()
              window.location.hash = hashOf({ screen: 'home' })
            }}
          >
            Put it away
          </button>
          <button type="button" className="button go" disabled={!complete || busy} onClick={take}>
            {busy
              ? 'Checking'
              : pin === undefined
                ? 'Take it in for review'
                : `Pin this ${pin.anchorWord} and take it in`}
          </button>
        </>
      }
    >
      <div className={`note headline tone-${toneOf(request.risk)}`}>
        <h2>
          <Foreign text={request.headline} />
        </h2>
        <p>As far as the request itself shows. The review tells every change.</p>
      </div>
      <section className="card stack" aria-label="What the request says">
        <h2 className="label">What the request says</h2>
        <AskedFacts asked={request.asked} />
      </section>
      {vouchedBy === undefined ? null : (
        <div className="note tone-ok">
          <h2>
            It comes from <Foreign text={vouchedBy} />
          </h2>
          <p>It leads on from what you pinned under this name.</p>
        </div>
      )}
      {replaces === undefined ? null : (
        <div className="note tone-warn">
          <h2>Another change waits here already</h2>
          <p>
            <Foreign text={replaces.title} /> would be given up for this one.{' '}
            {replaces.signed.length === 0 ? 'Nobody has signed it.' : `${listOf(replaces.signed)} signed it.`} Ask which
            of the two is right.
          </p>
          <Tick checked={givesUp} onChange={setGivesUp}>
            Give the other one up
          </Tick>
        </div>
      )}
      {pin === undefined ? null : (
        <PinRoot
          pin={pin}
          reasons={reasons}
          name={name}
          answers={answers}
          onName={setName}
          onAnswer={(position, text) => setAnswers({ ...answers, [position]: text })}
        />
      )}
      {problem === undefined ? null : (
        <Problem
          error={problem}
          title={problem.code === 'trust/changed' && pin !== undefined ? 'These are not its words' : undefined}
        />
      )}
    </Page>
  )
}

interface PinRootProps {
  pin: SourceInspection
  reasons: readonly string[]
  name: string
  answers: Readonly<Record<string, string>>
  onName: (text: string) => void
  onAnswer: (position: number, text: string) => void
}

function PinRoot({ pin, reasons, name, answers, onName, onAnswer }: PinRootProps): ReactElement {
  const nameId = useId()
  const { anchorWord, quorums } = pin
  const holders = quorums.flatMap((quorum) => quorum.holders)
  return (
    <>
      <section className="card stack" aria-label={`The ${anchorWord} it starts from`}>
        <div>
          <h2>No repository here vouches for it</h2>
          <p className="soft measure">
            {reasons.length === 0
              ? 'No repository is pinned on this computer yet.'
              : 'It leads from none of those that are pinned on this computer.'}{' '}
            It starts from a {anchorWord} of its own, which is a claim until you have checked it:{' '}
            <Foreign text={waysOf(quorums).map(waysText).join('; ')} /> must sign a change of it.{' '}
            {holders.every((one) => one.rehearsal) ? <RehearsalChip /> : null}
          </p>
        </div>
        {reasons.length === 0 ? null : (
          <details>
            <summary>Why none of them does</summary>
            <ul className="plain-list inset small reasons">
              {reasons.map((reason) => (
                <li key={reason}>
                  <Foreign text={sentenceOf(reason)} />
                </li>
              ))}
            </ul>
          </details>
        )}
        <h3>
          <Foreign text={pin.title} />, in words
        </h3>
        <Fingerprint
          words={pin.words}
          digest={pin.digest}
          what={`the fingerprint of its ${anchorWord}`}
          masked={pin.ask}
          roomy
        />
      </section>
      <section className="card stack" aria-label="Check and pin">
        <div>
          <h2>Type {countOf(pin.ask.length, 'word')} from another source</h2>
          <p className="soft measure">
            Ask a key holder, or look at a printed record: not at what came with the request. Compare the words above,
            and type words {listOf(pin.ask.map(String))}, which this screen does not show.
          </p>
        </div>
        <div className="row">
          {pin.ask.map((position) => (
            <AskedWord
              key={position}
              position={position}
              value={answers[position] ?? ''}
              onChange={(text) => onAnswer(position, text)}
            />
          ))}
        </div>
        <div className="field">
          <label htmlFor={nameId}>What you call the repository</label>
          <input
            id={nameId}
            className="input name"
            type="text"
            maxLength={120}
            autoComplete="off"
            value={name}
            onChange={(event) => onName(event.target.value)}
          />
        </div>
      </section>
    </>
  )
}

function waysText(ways: readonly SourceInspection['quorums'][]): string {
  return ways.map((way) => way.map(quorumText).join(' and ')).join(', or ')
}

function quorumText({ threshold, holders }: SourceInspection['quorums'][number]): string {
  return `${threshold} of ${listOf(holders.map(holderName))}`
}
