// The room of ceremonies: those that are kept on this computer, a script to begin from, and a rehearsal with one click.
import { type ReactElement, useState } from 'react'
import type { ErrorData } from '../../../core/error.ts'
import type { CeremonySummary } from '../../../ipc/contract.ts'
import { useApp } from '../../app-context.ts'
import { bridge, settle, useAnswer } from '../../bridge.ts'
import { Foreign, Time } from '../../components/foreign.tsx'
import { Page, RehearsalChip, Waiting } from '../../components/page.tsx'
import { Problem } from '../../components/problem.tsx'
import { sentenceOf } from '../../format.ts'
import { hashOf, type Route } from '../../route.ts'
import { Line } from '../edit/fields.tsx'
import { whereItStands } from './ceremony-words.ts'

export function Ceremonies({ go }: { go: (route: Route) => void }): ReactElement {
  const { revision } = useApp()
  const { answer, again } = useAnswer('ceremonies', revision, () => bridge().ceremony.list())
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<ErrorData>()
  const rehearse = async () => {
    setBusy(true)
    setProblem(undefined)
    const outcome = await settle(bridge().ceremony.rehearse())
    setBusy(false)
    if (outcome.ok) go({ screen: 'ceremony', ceremonyId: outcome.value.ceremonyId })
    else setProblem(outcome.error)
  }
  const isEmpty = answer.kind === 'ready' && answer.value.length === 0
  return (
    <Page title="Ceremonies">
      <div className="stack wide content">
        {answer.kind === 'waiting' ? <Waiting text="Reading the records of ceremonies." /> : null}
        {answer.kind === 'failed' ? <Problem error={answer.error} again={again} /> : null}
        {isEmpty ? (
          <p className="lead measure">
            A ceremony is how several people in one room change the keys of a repository: a script says who does what,
            one step at a time, and a record of it can be checked by anybody later. A rehearsal takes ten minutes, needs
            nothing but this computer, and changes nothing.
          </p>
        ) : null}
        {problem === undefined ? null : <Problem error={problem} />}
        {answer.kind === 'ready' && !isEmpty ? (
          <ul className="stack tight" aria-label="Ceremonies on this computer">
            {answer.value.map((one) => (
              <Row key={one.ceremonyId} ceremony={one} />
            ))}
          </ul>
        ) : null}
        <div className="two-ways">
          <section className="card stack" aria-label="Rehearse">
            <div>
              <h2>Rehearse a ceremony</h2>
              <p className="soft">
                {isEmpty
                  ? 'With people that are made up, practice tokens, and a practice request.'
                  : 'With people that are made up, and practice tokens. It takes ten minutes and changes nothing.'}
              </p>
            </div>
            <div className="row">
              <button
                type="button"
                className={isEmpty ? 'button go' : 'button'}
                disabled={busy}
                onClick={() => void rehearse()}
              >
                {busy ? 'Making practice tokens' : 'Rehearse a ceremony'}
              </button>
            </div>
          </section>
          <ChooseScript go={go} />
        </div>
      </div>
    </Page>
  )
}

function Row({ ceremony }: { ceremony: CeremonySummary }): ReactElement {
  const { ceremonyId, title, repository, rehearsal, phase, startedAt, problem } = ceremony
  const { text, tone } = whereItStands(ceremony)
  const goesOn = phase === 'running' || phase === 'break'
  return (
    <li className="ceremony-row">
      <div>
        <h2>
          <Foreign text={title} /> {rehearsal ? <RehearsalChip /> : null}
        </h2>
        <p className={tone === 'plain' ? 'soft' : `tone-${tone} until`}>
          <Foreign text={text} />
        </p>
        <p className="soft small">
          <Foreign text={repository} />
          {startedAt === undefined ? null : (
            <>
              {repository === '' ? '' : ', '}begun <Time at={startedAt} />
            </>
          )}
        </p>
        {problem === undefined ? null : (
          <p className="small">
            <Foreign text={sentenceOf(problem.message)} /> <span className="mono soft">{problem.code}</span>
          </p>
        )}
      </div>
      {phase === undefined ? null : (
        <a className={goesOn ? 'button go' : 'button'} href={hashOf({ screen: 'ceremony', ceremonyId })}>
          {goesOn ? 'Go on' : 'Look'}
          <span className="unseen"> {title}</span>
        </a>
      )}
    </li>
  )
}

function ChooseScript({ go }: { go: (route: Route) => void }): ReactElement {
  const { info } = useApp()
  const [path, setPath] = useState('')
  const [problem, setProblem] = useState<ErrorData>()
  const choose = async () => {
    setProblem(undefined)
    const outcome = await settle(bridge().ceremony.script(info.canPick ? {} : { path: path.trim() }))
    if (!outcome.ok) setProblem(outcome.error)
    else if (outcome.value.script !== undefined)
      go({ screen: 'ceremony-script', scriptId: outcome.value.script.scriptId })
  }
  return (
    <section className="card stack" aria-label="From a script">
      <div>
        <h2>From a script</h2>
        <p className="soft">It was written and published before the day. You see it first; nothing begins yet.</p>
      </div>
      {info.canPick ? null : (
        <Line
          mono
          label="Where the script lies"
          hint="The whole path of the file."
          maxLength={4096}
          value={path}
          onChange={setPath}
        />
      )}
      <div className="row">
        <button
          type="button"
          className="button"
          disabled={!info.canPick && path.trim() === ''}
          onClick={() => void choose()}
        >
          {info.canPick ? 'Choose a script…' : 'Look at the script'}
        </button>
      </div>
      {problem === undefined ? null : <Problem level={3} error={problem} />}
    </section>
  )
}
