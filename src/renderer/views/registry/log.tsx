// One log of a registry: whether it holds, what is alarming in it, its releases, who may do what, and its time line.
import { type ReactElement, useState } from 'react'
import type { ErrorData } from '../../../core/error.ts'
import type { LogView } from '../../../ipc/contract.ts'
import { useApp } from '../../app-context.ts'
import { bridge, settle } from '../../bridge.ts'
import { Findings } from '../../components/change-card.tsx'
import { CopyButton } from '../../components/copy.tsx'
import { Foreign, Time } from '../../components/foreign.tsx'
import { Page } from '../../components/page.tsx'
import { Problem } from '../../components/problem.tsx'
import { plainForeign } from '../../foreign.ts'
import { countOf, listOf } from '../../format.ts'
import { holderName } from '../../quorum.ts'
import { hashOf, type RegistryForm } from '../../route.ts'
import { ChangeMenu } from '../inside/change-menu.tsx'
import { PermissionTable } from './permission-table.tsx'
import { Releases } from './releases.tsx'
import { TimeLine } from './time-line.tsx'
import { holdersNow, logName } from './words.ts'

export function Log({ log }: { log: LogView }): ReactElement {
  const { sourceId, subject, name, kind } = log
  const to = (form: RegistryForm) => hashOf({ screen: 'registry', sourceId, subject, form })
  const changes =
    kind === 'operator'
      ? [
          { verb: 'Set up a namespace', href: to('namespace') },
          { verb: 'Change who may do what', href: to('permissions') },
          { verb: 'Say who must approve', href: to('approvers') },
        ]
      : [
          { verb: 'Release a file', href: to('release') },
          { verb: 'Yank a release', href: to('yank') },
          { verb: 'Change who may do what', href: to('permissions') },
          { verb: 'Say who must approve', href: to('approvers') },
        ]
  return (
    <Page
      title={logName(log)}
      where={
        <>
          in{' '}
          <a href={hashOf({ screen: 'registry', sourceId })}>
            <Foreign text={name} />
          </a>
        </>
      }
      by={<ChangeMenu changes={changes} label="Change ..." />}
    >
      <div className="stack wide content of-log">
        <Standing log={log} />
        {kind === 'operator' ? <Namespaces log={log} /> : <Releases log={log} />}
        <section className="card stack" aria-label="Who may do what">
          <h2>Who may do what</h2>
          <PermissionTable log={log} />
        </section>
        <Approvers log={log} />
        <TimeLine log={log} />
        {log.watched ? <Unwatch log={log} /> : null}
      </div>
    </Page>
  )
}

/** What holds, what is alarming, and what waits: the first thing that is read. */
function Standing({ log }: { log: LogView }): ReactElement {
  const { length, checkpoint, findings, pendingId, problem, head } = log
  const alarms = findings.filter(({ risk }) => risk === 'dangerous')
  const others = findings.filter(({ risk }) => risk !== 'dangerous')
  return (
    <>
      {alarms.length === 0 ? null : (
        <section className="note headline tone-bad" aria-label="Alarms">
          <h2>
            {alarms.length === 1 ? 'Something is wrong in this log' : `${alarms.length} things are wrong in this log`}
          </h2>
          <Findings findings={alarms} />
        </section>
      )}
      {problem === undefined ? null : (
        <Problem error={problem} title="A record waits, and cannot be reviewed" level={2} />
      )}
      <section className="card stack tight" aria-label="The log">
        <p>
          {length === 1
            ? 'Its one record is verified.'
            : `All ${length} records are verified, from the first to the last.`}{' '}
          <span className="soft">
            The registry’s checkpoint of <Time at={checkpoint.at} /> covers them, and the proof fits.
          </span>
        </p>
        {others.length === 0 ? null : <Findings findings={others} />}
        <div className="row">
          <CopyButton value={head} what="the id of the newest record" label="Copy the id of its newest record" />
          {pendingId === undefined ? null : (
            <a className="button push" href={hashOf({ screen: 'review', proposalId: pendingId })}>
              Review the record that waits
            </a>
          )}
        </div>
      </section>
    </>
  )
}

function Namespaces({ log }: { log: LogView }): ReactElement {
  const { namespaces } = log
  return (
    <section className="card stack" aria-label="Namespaces">
      <h2>Namespaces</h2>
      {namespaces.length === 0 ? (
        <p className="soft">None is set up yet.</p>
      ) : (
        <ul className="roles plain">
          {namespaces.map(({ namespace, record, registry }) => (
            <li key={namespace}>
              <div>
                <h3 className="mono">{plainForeign(namespace)}</h3>
                <p className="small soft">
                  {registry === undefined ? 'Here' : 'Left to '}
                  {registry === undefined ? null : <Foreign text={registry} />}, since record {record}
                </p>
              </div>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}

function Approvers({ log }: { log: LogView }): ReactElement {
  const { approvers, permissions } = log
  const [first] = permissions
  const signers = first === undefined ? [] : holdersNow(log, first)
  return (
    <section className="card stack tight" aria-label="Who must approve">
      <h2>Who must approve</h2>
      {approvers === undefined ? (
        <p className="soft">
          Nobody: {signers.length === 1 ? 'one key signs' : `any one of ${signers.length} keys signs`} a record alone.
          What you set here is kept on this machine, and travels with every change that is made here.
        </p>
      ) : (
        <p>
          {approvers.threshold} of {approvers.holders.length}, before the record is signed:{' '}
          <Foreign text={listOf(approvers.holders.map((one) => plainForeign(holderName(one))))} />.
        </p>
      )}
    </section>
  )
}

function Unwatch({ log }: { log: LogView }): ReactElement {
  const { sourceId, subject, length } = log
  const { refresh, say } = useApp()
  const [problem, setProblem] = useState<ErrorData>()
  const stop = async () => {
    const outcome = await settle(bridge().registry.unwatch({ sourceId, name: subject }))
    if (!outcome.ok) return setProblem(outcome.error)
    say(`${plainForeign(subject)} is not watched any more`)
    refresh()
    window.location.hash = hashOf({ screen: 'registry', sourceId })
  }
  return (
    <section className="stack tight" aria-label="Watching">
      <p className="soft small">
        While you watch it, {countOf(length, 'record')} are known here, and none of them can go away unseen. Stop
        watching, and that is forgotten.
      </p>
      <div className="row">
        <button type="button" className="button" onClick={() => void stop()}>
          Stop watching
        </button>
      </div>
      {problem === undefined ? null : <Problem error={problem} level={3} />}
    </section>
  )
}
