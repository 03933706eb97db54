// A registry as a whole: what it has signed of itself last, who runs it, and the packages that are looked at from here.
import type { ReactElement } from 'react'
import type { PackageView, RegistryView } from '../../../ipc/contract.ts'
import { Findings } from '../../components/change-card.tsx'
import { Foreign, Time } from '../../components/foreign.tsx'
import { Page } from '../../components/page.tsx'
import { Problem } from '../../components/problem.tsx'
import { plainForeign } from '../../foreign.ts'
import { capital, countOf, sentenceOf, thousands } from '../../format.ts'
import { hashOf } from '../../route.ts'
import { WatchField } from './watch.tsx'
import { namesOf } from './words.ts'

export function WholeRegistry({ registry }: { registry: RegistryView }): ReactElement {
  const { sourceId, name, location, checkpoint, operator, packages, lists } = registry
  return (
    <Page
      title={plainForeign(name)}
      where={
        <span className="mono place">
          <Foreign text={location} />
        </span>
      }
      by={
        <a className="button" href={hashOf({ screen: 'registry', sourceId, subject: 'new', form: 'begin' })}>
          Begin a package ...
        </a>
      }
    >
      <div className="stack wide content of-log">
        <section className="card stack tight" aria-label="The registry">
          <h2>Checked as of its last checkpoint</h2>
          <p>
            The registry signed this state on <Time at={checkpoint.at} />: {thousands(checkpoint.records)}{' '}
            {checkpoint.records === 1 ? 'record' : 'records'} in all its logs together.
          </p>
          <dl className="facts">
            <dt>Who signs for it</dt>
            <dd>
              <Foreign text={namesOf(operator.holders)} />
            </dd>
            <dt>Namespaces</dt>
            <dd>
              <Namespaces namespaces={operator.namespaces} />
            </dd>
          </dl>
          {operator.findings.length === 0 ? null : <Findings findings={operator.findings} />}
          <div className="row">
            <a className="button quiet" href={hashOf({ screen: 'registry', sourceId, subject: 'operator' })}>
              Log of the operator, {countOf(operator.records, 'record')}
            </a>
          </div>
        </section>
        <section className="card stack" aria-label="Packages">
          <div>
            <h2>Packages</h2>
            <p className="soft small">
              {lists
                ? 'All that are in this folder.'
                : 'A registry lists none. These are the ones that you watch from here.'}
            </p>
          </div>
          {packages.length === 0 ? (
            <p className="soft">{lists ? 'There is no package in it yet.' : 'You watch none yet. Name one below.'}</p>
          ) : (
            <ul className="roles plain">
              {packages.map((one) => (
                <Package key={one.subject} sourceId={sourceId} of={one} />
              ))}
            </ul>
          )}
          {lists ? null : <WatchField sourceId={sourceId} />}
        </section>
      </div>
    </Page>
  )
}

function Namespaces({ namespaces }: Pick<RegistryView['operator'], 'namespaces'>): ReactElement {
  if (namespaces.length === 0) return <>none is set up yet</>
  return (
    <ul>
      {namespaces.map(({ namespace, registry }) => (
        <li key={namespace}>
          <span className="mono">{plainForeign(namespace)}</span>
          {registry === undefined ? null : (
            <span className="soft">
              , left to <Foreign text={registry} />
            </span>
          )}
        </li>
      ))}
    </ul>
  )
}

function Package({ sourceId, of }: { sourceId: string; of: PackageView }): ReactElement {
  const { subject, problem, records, newest, holders, alarms, approvers } = of
  const href = hashOf({ screen: 'registry', sourceId, subject })
  return (
    <li>
      <div className="stack tight">
        <div className="row">
          <h3 className="mono place grow">
            <Foreign text={subject} />
          </h3>
          {problem === undefined ? (
            <Newest newest={newest} records={records} />
          ) : (
            <span className="chip tone-bad">not verified</span>
          )}
          {alarms.length === 0 ? null : <span className="chip tone-bad">{countOf(alarms.length, 'alarm')}</span>}
          {records === 0 ? null : (
            <a className="button quiet" href={href}>
              Open<span className="unseen"> {plainForeign(subject)}</span>
            </a>
          )}
        </div>
        {problem !== undefined ? (
          <Problem error={problem} title={`${plainForeign(subject)} cannot be shown`} level={3} />
        ) : records === 0 ? (
          <p className="small soft">The registry has no such package yet.</p>
        ) : (
          <p className="small soft">
            {capital(countOf(records, 'record'))}. Signed by <Foreign text={namesOf(holders)} />
            {approvers === undefined
              ? '.'
              : `, after ${approvers.threshold} of ${approvers.holders.length} have approved.`}
          </p>
        )}
        {alarms.map(({ code, sentence }) => (
          <p key={`${code} ${sentence}`} className="note tone-bad">
            <Foreign text={sentenceOf(sentence)} />
          </p>
        ))}
      </div>
    </li>
  )
}

function Newest({
  newest,
  records,
}: {
  newest: PackageView['newest'] | undefined
  records: number
}): ReactElement | null {
  if (records === 0) return null
  if (newest === undefined) return <span className="soft small">no release yet</span>
  return newest.yanked ? (
    <span className="chip tone-bad">{plainForeign(newest.version)}, yanked</span>
  ) : (
    <span className="chip tone-ok">{plainForeign(newest.version)}</span>
  )
}
