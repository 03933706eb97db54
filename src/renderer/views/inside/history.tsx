// The versions of a role as a time line: what changed, who signed each, and how the keys of a project changed.
import { type ReactElement, useId, useState } from 'react'
import type { ErrorData } from '../../../core/error.ts'
import type { HistoryView, RepositoryView, VersionView } from '../../../ipc/contract.ts'
import { useApp } from '../../app-context.ts'
import { bridge, useAnswer } from '../../bridge.ts'
import { Foreign, Time } from '../../components/foreign.tsx'
import { Waiting } from '../../components/page.tsx'
import { Problem } from '../../components/problem.tsx'
import { Fingerprint } from '../../components/words.tsx'
import { plainForeign } from '../../foreign.ts'
import { capital, listOf } from '../../format.ts'
import { holderName } from '../../quorum.ts'
import { keyFault, manyOf } from '../../repository-words.ts'
import { hashOf } from '../../route.ts'

export function HistoryTab({ view, role }: { view: RepositoryView; role: string | undefined }): ReactElement {
  const id = useId()
  const { sourceId } = view
  const name = role ?? view.roles[0]?.name
  const wrong = view.roles.find((one) => one.name === name)?.project?.problem
  return (
    <div className="stack wide content">
      <div className="row">
        <label htmlFor={id} className="label">
          Versions of
        </label>
        <select
          id={id}
          className="input pick"
          value={name}
          onChange={(event) => {
            window.location.hash = hashOf({ screen: 'repository', sourceId, tab: 'history', role: event.target.value })
          }}
        >
          {view.roles.some((one) => one.name === name) || name === undefined ? null : (
            <option value={name}>{plainForeign(name)}</option>
          )}
          {view.roles.map((one) => (
            <option key={one.name} value={one.name}>
              {plainForeign(one.name)}
            </option>
          ))}
        </select>
      </div>
      {name === undefined ? (
        <p className="soft">There is no role here.</p>
      ) : (
        <Line sourceId={sourceId} role={name} wrong={wrong} />
      )}
    </div>
  )
}

interface LineProps {
  sourceId: string
  role: string
  wrong: ErrorData | undefined
}

function Line({ sourceId, role, wrong }: LineProps): ReactElement {
  const { revision } = useApp()
  const { answer, again } = useAnswer(`${sourceId} ${role}`, revision, () =>
    bridge().repository.history({ sourceId, role }),
  )
  if (answer.kind === 'waiting') return <Waiting text="Reading its versions and checking who signed them." />
  if (answer.kind === 'failed') return <Problem error={answer.error} again={again} />
  const history = answer.value
  return (
    <>
      <KeyChanges history={history} wrong={wrong} />
      {history.versions.length === 0 ? <p className="soft">No version of it was published yet.</p> : null}
      <h2 className="unseen">Versions of {plainForeign(role)}</h2>
      <ol className="time-line" aria-label={`Versions of ${plainForeign(role)}, newest first`}>
        {history.versions.map((version, at) => (
          <Version key={version.version} version={version} isNewest={at === 0} />
        ))}
      </ol>
      {history.more === true ? (
        <p className="soft small">
          {history.older === undefined
            ? 'There are older versions, which are not listed here.'
            : `${capital(manyOf(history.older, 'older version'))} ${history.older === 1 ? 'is' : 'are'} not listed here.`}
        </p>
      ) : null}
      {history.gone ? <p className="soft small">The repository does not keep older versions.</p> : null}
    </>
  )
}

function Version({ version, isNewest }: { version: VersionView; isNewest: boolean }): ReactElement {
  const [open, setOpen] = useState(false)
  const names = [...new Set(version.signedBy.map((one) => plainForeign(holderName(one))))]
  return (
    <li className={version.problem === undefined ? undefined : 'tone-warn faulty'}>
      <div className="row">
        <h3>
          <Foreign text={version.title} />
        </h3>
        {isNewest ? <span className="chip tone-ok">in force</span> : null}
        <span className="soft small push">
          until <Time at={version.expires} />
        </span>
      </div>
      <p>
        <Foreign text={version.headline} />
      </p>
      <p className="soft small">
        {names.length === 0 ? 'No signature could be verified' : `Signed by ${listOf(names)}`}
      </p>
      {version.problem === undefined ? null : (
        <Problem
          error={version.problem}
          title={`What is known of ${plainForeign(version.title)} is not all verified`}
          level={3}
        />
      )}
      <details onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary className="small">
          Fingerprint in words<span className="unseen"> of {plainForeign(version.title)}</span>
        </summary>
        {open ? (
          <div className="inset">
            <Fingerprint
              words={version.words}
              digest={version.digest}
              what={`the fingerprint of ${plainForeign(version.title)}`}
              roomy
            />
          </div>
        ) : null}
      </details>
    </li>
  )
}

interface KeyChangesProps {
  history: HistoryView
  /** What is known to be wrong with the keys, when no change shows it. */
  wrong: ErrorData | undefined
}

function KeyChanges({ history, wrong }: KeyChangesProps): ReactElement | null {
  const { keyChanges, role } = history
  const problem = keyChanges.find((change) => change.problem !== undefined)?.problem ?? wrong
  if (keyChanges.length === 0 && problem === undefined) return null
  return (
    <section className="card stack tight" aria-label="Changes of its keys">
      <h2>Changes of its keys</h2>
      {problem === undefined ? null : <Problem error={problem} {...keyFault(problem, role)} level={3} />}
      <p className="soft small">
        {keyChanges.length === 0
          ? 'There is no change of its keys that its own maintainers signed.'
          : 'Each has to be signed by those who held the keys before it, and by every new key. The app checks this by itself.'}
      </p>
      <ol className="stack tight">
        {keyChanges.map((change) => (
          <li key={change.title} className="slot">
            <h3>
              <Foreign text={change.headline} />
            </h3>
            <p className="soft small">
              <Foreign text={change.title} />
              {change.signedBy.length === 0 ? ', signed by nobody' : ', signed by '}
              <Foreign text={listOf(change.signedBy)} />
              {change.problem === undefined ? null : '. What came after it is not right, see above.'}
            </p>
          </li>
        ))}
      </ol>
    </section>
  )
}
