// A script before anything begins: what it is for, who takes part, what is done, and two words of its hash from the paper.
import { type ReactElement, useState } from 'react'
import type { ErrorData } from '../../../core/error.ts'
import type { ScriptView } from '../../../ipc/contract.ts'
import { bridge, settle, useAnswer } from '../../bridge.ts'
import { AskedWord } from '../../components/asked-word.tsx'
import { Foreign } from '../../components/foreign.tsx'
import { Page, Waiting } from '../../components/page.tsx'
import { Problem } from '../../components/problem.tsx'
import { Fingerprint } from '../../components/words.tsx'
import { countOf, listOf } from '../../format.ts'
import type { Route } from '../../route.ts'
import { rolesText } from './ceremony-words.ts'
import { OnPaper } from './paper.tsx'

type Go = (route: Route) => void

export function CeremonyScript({ scriptId, go }: { scriptId: string; go: Go }): ReactElement {
  const { answer, again } = useAnswer(scriptId, 0, () => bridge().ceremony.script({ scriptId }))
  const script = answer.kind === 'ready' ? answer.value.script : undefined
  if (script !== undefined) return <Script script={script} go={go} />
  return (
    <Page title="The script of a ceremony" by={<Away />}>
      {answer.kind === 'failed' ? (
        <Problem error={answer.error} again={again} />
      ) : (
        <Waiting text="Reading the script." />
      )}
    </Page>
  )
}

function Away(): ReactElement {
  return (
    <a className="button" href="#ceremonies">
      All ceremonies
    </a>
  )
}

function Script({ script, go }: { script: ScriptView; go: Go }): ReactElement {
  const { title, purpose, repository, anchor, people, acts } = script
  const steps = acts.reduce((sum, act) => sum + act.steps, 0)
  return (
    <Page
      title="The script of a ceremony"
      where="nothing has begun"
      by={<Away />}
      aside={
        <>
          <section className="card" aria-label="Who takes part">
            <h2 className="label">Who takes part</h2>
            <ul className="script-people">
              {people.map(({ name, roles, tokens }) => (
                <li key={name}>
                  <strong>
                    <Foreign text={name} />
                  </strong>
                  <span className="soft">{rolesText(roles)}</span>
                  {tokens.length === 0 ? null : (
                    <span className="small soft">
                      <Foreign text={tokens.join(', ')} />
                    </span>
                  )}
                </li>
              ))}
            </ul>
          </section>
          <section className="card" aria-label="What is done">
            <h2 className="label">What is done, in {countOf(steps, 'step')}</h2>
            <ol className="script-acts">
              {acts.map((act) => (
                <li key={act.title}>
                  <Foreign text={act.title} /> <span className="soft small">{countOf(act.steps, 'step')}</span>
                </li>
              ))}
            </ol>
          </section>
          <div className="card">
            <OnPaper of={script.scriptId} document="script" />
          </div>
        </>
      }
    >
      <section className="card stack" aria-label="What it is for">
        <div>
          <h2>
            <Foreign text={title} />
          </h2>
          <p className="measure">
            <Foreign text={purpose} />
          </p>
        </div>
        <dl className="facts">
          <dt>Repository</dt>
          <dd>
            <Foreign text={repository} />
          </dd>
          <dt>It starts from</dt>
          <dd>{anchor === undefined ? 'nothing: this is the first root' : <Foreign text={anchor} />}</dd>
          <dt>Its rules</dt>
          <dd>{rulesText(script)}</dd>
        </dl>
      </section>
      <Begin script={script} go={go} />
    </Page>
  )
}

function rulesText({ rules: { devices, offline, sandbox, clockSeconds } }: ScriptView): string {
  const asked = [
    `the change is compared on ${devices} devices`,
    offline ? 'no network while signing' : 'a network is allowed',
    ...(sandbox ? ['this window runs in its sandbox'] : []),
    `the clock is right to ${clockSeconds} seconds`,
  ]
  return `${listOf(asked, 'and').replace(/^./, (first) => first.toUpperCase())}.`
}

function Begin({ script, go }: { script: ScriptView; go: Go }): ReactElement {
  const { scriptId, words, ask } = script
  const [answers, setAnswers] = useState<Readonly<Record<string, string>>>({})
  const [problem, setProblem] = useState<ErrorData>()
  const [busy, setBusy] = useState<'begin' | 'rehearse'>()
  const complete = ask.every((position) => (answers[position] ?? '').trim() !== '')
  const begin = async (rehearsal: boolean) => {
    setBusy(rehearsal ? 'rehearse' : 'begin')
    setProblem(undefined)
    const typed = rehearsal
      ? {}
      : Object.fromEntries(ask.map((position) => [String(position), (answers[position] ?? '').trim()]))
    const outcome = await settle(bridge().ceremony.begin({ scriptId, rehearsal, answers: typed }))
    setBusy(undefined)
    if (outcome.ok) go({ screen: 'ceremony', ceremonyId: outcome.value.ceremonyId })
    else setProblem(outcome.error)
  }
  return (
    <form className="card stack" aria-label="Begin" onSubmit={(event) => event.preventDefault()}>
      <div>
        <h2>Is it the script that was published?</h2>
        <p className="soft measure">
          Compare these words with those at the foot of the printed script. Type {countOf(ask.length, 'word')} that only
          the paper shows: {listOf(ask.map((position) => `word ${position}`))}.
        </p>
      </div>
      <Fingerprint words={words} digest="" what="the hash of this script" masked={ask} roomy />
      <div className="row">
        {ask.map((position) => (
          <AskedWord
            key={position}
            position={position}
            value={answers[position] ?? ''}
            onChange={(text) => setAnswers({ ...answers, [position]: text })}
          />
        ))}
      </div>
      {problem === undefined ? null : (
        <Problem
          level={3}
          error={problem}
          title={problem.code === 'trust/changed' ? 'These are not its words' : undefined}
          meaning={problem.code === 'trust/changed' ? 'Nothing has begun.' : undefined}
        />
      )}
      <div className="row">
        <button
          type="button"
          className="button go"
          disabled={!complete || busy !== undefined}
          onKeyDown={(event) => {
            if (event.key === 'Enter') event.preventDefault()
          }}
          onClick={() => void begin(false)}
        >
          {busy === 'begin' ? 'Beginning' : 'Begin the ceremony'}
        </button>
        <button type="button" className="button" disabled={busy !== undefined} onClick={() => void begin(true)}>
          {busy === 'rehearse' ? 'Making practice tokens' : 'Rehearse this script'}
        </button>
      </div>
      <p className="soft small">A rehearsal needs no words: practice tokens and a practice request stand in.</p>
    </form>
  )
}
