// Pinning: the one moment in which a repository becomes trusted. The person types two words that are not on this screen.
import { type ReactElement, useEffect, useId, useRef, useState } from 'react'
import type { ErrorData } from '../../core/error.ts'
import type { SourceInspection } from '../../ipc/contract.ts'
import { useApp } from '../app-context.ts'
import { bridge, settle } from '../bridge.ts'
import { AskedWord } from '../components/asked-word.tsx'
import { Foreign } from '../components/foreign.tsx'
import { Page, RehearsalChip } from '../components/page.tsx'
import { Problem } from '../components/problem.tsx'
import { Ways } from '../components/quorum-board.tsx'
import { Fingerprint } from '../components/words.tsx'
import { plainForeign } from '../foreign.ts'
import { countOf, listOf } from '../format.ts'
import { holderName, waysOf } from '../quorum.ts'

export interface PinProps {
  inspection: SourceInspection
  onDone: () => void
  onBack: () => void
}

export function Pin({ inspection, onDone, onBack }: PinProps): ReactElement {
  const { refresh, say } = useApp()
  const [name, setName] = useState(inspection.suggestedName)
  const [answers, setAnswers] = useState<Readonly<Record<string, string>>>({})
  const [problem, setProblem] = useState<ErrorData>()
  const [busy, setBusy] = useState(false)
  const nameId = useId()
  // Whoever has gone elsewhere meanwhile stays there.
  const isShown = useRef(false)
  useEffect(() => {
    isShown.current = true
    return () => {
      isShown.current = false
    }
  }, [])
  const complete = name.trim() !== '' && inspection.ask.every((position) => (answers[position] ?? '').trim() !== '')
  const { anchorWord, quorums, registry = false } = inspection
  const holders = quorums.flatMap((quorum) => quorum.holders)
  const rehearsal = holders.length > 0 && holders.every((holder) => holder.rehearsal)

  const pin = async () => {
    setBusy(true)
    setProblem(undefined)
    const typed = Object.fromEntries(
      inspection.ask.map((position) => [String(position), (answers[position] ?? '').trim()]),
    )
    const outcome = await settle(
      bridge().sources.pin({ location: inspection.location, name: name.trim(), answers: typed }),
    )
    setBusy(false)
    if (!outcome.ok) {
      setProblem(outcome.error)
      return
    }
    say(`${plainForeign(outcome.value.name)} is pinned`)
    refresh()
    if (isShown.current) onDone()
  }

  return (
    <Page
      title={`Is this the right ${registry ? 'registry' : 'repository'}?`}
      where="everything here is a claim until you pin it"
      rehearsal={rehearsal}
      aside={
        <section className="card" aria-label="Who holds the keys">
          <h2 className="label">Who holds the keys</h2>
          {registry ? (
            <p>
              Whoever runs it began with this key. Everything that it says of itself from then on is checked from there,
              and its own log says which other keys came.
            </p>
          ) : null}
          {waysOf(quorums).map((ways) => (
            <Ways key={ways[0]?.[0]?.name} ways={ways}>
              {(quorum) => (
                <Holders
                  key={quorum.name}
                  quorum={quorum}
                  of={registry ? undefined : `the ${anchorWord}`}
                  named={quorums.length > 1}
                />
              )}
            </Ways>
          ))}
        </section>
      }
    >
      <section className="card stack" aria-label="What it claims to be">
        <div>
          <h2>
            <Foreign text={inspection.title} />
          </h2>
          <p className="mono soft place">
            <Foreign text={inspection.location} />
          </p>
        </div>
        <Fingerprint
          words={inspection.words}
          digest={inspection.digest}
          what={`the fingerprint of its ${anchorWord}`}
          masked={inspection.ask}
          roomy
        />
      </section>
      <form
        className="card stack"
        aria-label="Check and pin"
        onSubmit={(event) => {
          event.preventDefault()
          if (complete && !busy) pin()
        }}
      >
        <div>
          <h2>Type {countOf(inspection.ask.length, 'word')} from another source</h2>
          <p className="soft measure">
            Ask a key holder, or look at the project's own page or a printed record. Compare the words you see here, and
            type {inspection.ask.length === 1 ? 'word' : 'words'} {listOf(inspection.ask.map(String))}, which this
            screen does not show.
          </p>
        </div>
        <div className="row">
          {inspection.ask.map((position) => (
            <AskedWord
              key={position}
              position={position}
              value={answers[position] ?? ''}
              onChange={(text) => setAnswers({ ...answers, [position]: text })}
            />
          ))}
        </div>
        <div className="field">
          <label htmlFor={nameId}>What you call it</label>
          <input
            id={nameId}
            className="input name"
            type="text"
            maxLength={120}
            autoComplete="off"
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        </div>
        {problem === undefined ? null : (
          <Problem
            error={problem}
            title={problem.code === 'trust/changed' ? 'These are not its words' : undefined}
            level={3}
          />
        )}
        <div className="row">
          <button type="submit" className="button go" disabled={!complete || busy}>
            {busy ? 'Checking' : `Pin this ${anchorWord}`}
          </button>
          <button type="button" className="button" onClick={onBack}>
            Not this one
          </button>
        </div>
      </form>
    </Page>
  )
}

interface HoldersProps {
  quorum: SourceInspection['quorums'][number]
  /** Nothing where it never changes. */
  of: string | undefined
  /** Where several must agree, each has its name. */
  named: boolean
}

function Holders({ quorum, of, named }: HoldersProps): ReactElement {
  const { name, threshold, holders } = quorum
  return (
    <>
      {of === undefined ? null : (
        <p>
          {threshold} of {holders.length} must sign a change of {of}
          {named ? (
            <>
              , as <Foreign text={name} />
            </>
          ) : null}
          .
        </p>
      )}
      <ul className="holders">
        {holders.map((holder) => (
          <li key={holder.id}>
            <Foreign text={holderName(holder)} /> <span className="soft small">{holder.label}</span>{' '}
            {holder.rehearsal ? <RehearsalChip /> : null}
          </li>
        ))}
      </ul>
    </>
  )
}
