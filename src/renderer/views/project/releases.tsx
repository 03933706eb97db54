// Releases of a project, each with what its signatures say of it.
import type { ReactElement } from 'react'
import type { ProjectView } from '../../../ipc/contract.ts'
import { Foreign, Time } from '../../components/foreign.tsx'
import { plainForeign } from '../../foreign.ts'
import { capital, countOf, sentenceOf } from '../../format.ts'
import { hashOf } from '../../route.ts'

const standings = {
  signed: { text: 'signed', tone: 'tone-ok' },
  waits: { text: 'waits for signatures', tone: 'tone-warn' },
  revoked: { text: 'revoked', tone: 'tone-bad' },
  refused: { text: 'does not count', tone: 'tone-bad' },
} as const

export function Releases({ project }: { project: ProjectView }): ReactElement {
  const { releases, omitted, sees } = project
  const none = sees.kind === 'all' ? 'There is no release yet.' : 'No release of it is known here yet.'
  return (
    <section className="card stack" aria-label="Releases">
      <h2>Releases</h2>
      {releases.length === 0 ? <p className="soft">{none}</p> : <ReleaseList project={project} />}
      {omitted === 0 ? null : <p className="small soft">{capital(countOf(omitted, 'older release'))} not listed.</p>}
    </section>
  )
}

/** To a place on the web that cannot be listed nothing is written either. */
export function ReleaseList({ project: { sourceId, sees, releases } }: { project: ProjectView }): ReactElement {
  return (
    <ul className="roles plain">
      {releases.map(({ path, name, standing, at, why, revocationWaits }) => (
        <li key={path}>
          <div className="row">
            <div className="grow">
              <h3 className="mono place">
                <Foreign text={name} />
              </h3>
              <p className="small soft">
                {standing === 'revoked' && at !== undefined ? (
                  <>
                    Revoked on <Time at={at} />. Nobody should use it.
                  </>
                ) : why !== undefined ? (
                  <Foreign text={sentenceOf(why.message)} />
                ) : revocationWaits ? (
                  'Somebody proposes to revoke it, and not enough have agreed yet.'
                ) : null}
              </p>
            </div>
            <span className={`chip ${standings[standing].tone}`}>{standings[standing].text}</span>
            {standing !== 'signed' || revocationWaits || sees.kind === 'named' ? null : (
              <a className="button quiet" href={hashOf({ screen: 'project', sourceId, form: 'revocation', path })}>
                Revoke<span className="unseen"> {plainForeign(name)}</span>
              </a>
            )}
          </div>
        </li>
      ))}
    </ul>
  )
}
