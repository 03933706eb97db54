// The end: one number stands for all of it. It is read aloud, written down by hand, and signed by everybody's token.
import { type ReactElement, useState } from 'react'
import { CopyButton } from '../../components/copy.tsx'
import { Foreign, Hex } from '../../components/foreign.tsx'
import { Problem } from '../../components/problem.tsx'
import { Checklist } from './checklist.tsx'
import { OnPaper } from './paper.tsx'
import { useRunFrame } from './run-context.ts'
import { SaveCopies } from './save-copies.tsx'
import { SignWith } from './sign-turn.tsx'
import { type Item, turnOf } from './turns.ts'

export function Closed(): ReactElement {
  const { view, problem } = useRunFrame()
  const { fingerprint, outcome } = view
  return (
    <div className="run-rest wide">
      <h1 className="run-who" tabIndex={-1}>
        {outcome === 'complete' ? 'The ceremony is closed' : 'The ceremony was ended'}
      </h1>
      <p className="run-do">
        {view.people.every(({ present, witnessed }) => present === undefined || witnessed)
          ? 'Every token has signed the fingerprint. Save the copies of the record, then you may go.'
          : 'Read these words aloud. Everybody writes them down by hand; then every token signs them.'}
      </p>
      {fingerprint === undefined ? null : <BigWords {...fingerprint} />}
      {problem === undefined ? null : (
        <Problem
          error={problem.error}
          title={problem.error.code === 'signer/wrong-key' ? 'This is the wrong token' : undefined}
        />
      )}
      <div className="two-ways">
        <Witnesses />
        <div className="stack">
          <SaveCopies />
          <OnPaper of={view.ceremonyId} document="record" />
        </div>
      </div>
    </div>
  )
}

function BigWords({ digest, words }: { digest: string; words: readonly string[] }): ReactElement {
  const groups: number[] = []
  for (let start = 0; start < words.length; start += 4) groups.push(start)
  return (
    <section aria-label="The fingerprint of the record" className="stack tight">
      <div className="big-words">
        {groups.map((start) => (
          <ol key={start} aria-label={`Words ${start + 1} to ${start + 4}`}>
            {words.slice(start, start + 4).map((word, at) => {
              const position = start + at + 1
              return (
                <li key={position}>
                  <span>{position}</span>
                  <strong>{word}</strong>
                </li>
              )
            })}
          </ol>
        ))}
      </div>
      <div className="row soft">
        <Hex hex={digest} />
        <CopyButton value={digest} what="the fingerprint of the record" label="Copy hex" />
      </div>
    </section>
  )
}

function Witnesses(): ReactElement {
  const { view } = useRunFrame()
  const [picked, setPicked] = useState('')
  const items = view.people
    .filter(({ present }) => present !== undefined)
    .map(({ name, witnessed, tokens }): Item => {
      return { name, done: witnessed, state: witnessed ? 'signed' : 'not yet', detail: tokens.join(', ') }
    })
  const turn = turnOf(items, picked)
  return (
    <section className="stack tight" aria-label="Every token signs the fingerprint">
      <h2>
        Every token signs it: {items.filter(({ done }) => done).length} of {items.length}
      </h2>
      <Checklist label="Tokens that sign the fingerprint" items={items} chosen={turn} onPick={setPicked}>
        {turn === undefined ? null : <SignWith name={turn} act="fingerprint" people={items.map(({ name }) => name)} />}
      </Checklist>
      {turn === undefined ? (
        <p>
          <Foreign text={`The record of ${view.title} is complete.`} />
        </p>
      ) : null}
    </section>
  )
}
