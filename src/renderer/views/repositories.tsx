// Every repository that is pinned: what is trusted now, until when, and who holds the keys.
import { type ReactElement, useState } from 'react'
import type { ErrorData } from '../../core/error.ts'
import type { LastingRole, RoleView, SourceView } from '../../ipc/contract.ts'
import { useApp } from '../app-context.ts'
import { bridge, settle } from '../bridge.ts'
import { Findings } from '../components/change-card.tsx'
import { Dialog } from '../components/dialog.tsx'
import { ExpiryMeter } from '../components/expiry.tsx'
import { Foreign, Time } from '../components/foreign.tsx'
import { Page, RehearsalChip } from '../components/page.tsx'
import { Problem } from '../components/problem.tsx'
import { Fingerprint } from '../components/words.tsx'
import { plainForeign } from '../foreign.ts'
import { capital, countOf, daysText, expiryTone, listOf } from '../format.ts'
import { holderName } from '../quorum.ts'
import { hashOf } from '../route.ts'
import { AccessDialog } from './access.tsx'

export function Repositories({ sources, again }: { sources: readonly SourceView[]; again: () => void }): ReactElement {
  return (
    <Page
      title={
        sources.length === 0 ? 'No repository yet' : capital(countOf(sources.length, 'repository', 'repositories'))
      }
      where="pinned on this machine"
      by={
        <span className="row">
          <a className="button" href="#create">
            New repository
          </a>
          <a className="button" href="#found">
            New signers
          </a>
          <a className="button" href="#open">
            Open a repository
          </a>
        </span>
      }
      rehearsal={sources.length > 0 && sources.every((source) => source.rehearsal)}
    >
      <div className="stack wide content">
        {sources.map((source) => (
          <Source key={source.id} source={source} again={again} />
        ))}
      </div>
    </Page>
  )
}

function insideOf({ id: sourceId, project, registry }: SourceView): string {
  if (registry === true) return hashOf({ screen: 'registry', sourceId })
  return hashOf(project === true ? { screen: 'project', sourceId } : { screen: 'repository', sourceId, tab: 'roles' })
}

/** What waits for a registry on the web lies here alone. */
function isAddress({ location }: SourceView): boolean {
  return location.startsWith('warg+')
}

function Source({ source, again }: { source: SourceView; again: () => void }): ReactElement {
  const { refresh, say } = useApp()
  const [asked, setAsked] = useState(false)
  const [shown, setShown] = useState(false)
  const [problem, setProblem] = useState<ErrorData>()
  const forget = async () => {
    const outcome = await settle(bridge().sources.forget({ sourceId: source.id }))
    setAsked(false)
    if (outcome.ok) {
      say(`${plainForeign(source.name)} is forgotten here`)
      refresh()
    } else setProblem(outcome.error)
  }
  return (
    <section className="card stack" aria-label={plainForeign(source.name)}>
      <div className="row">
        <div className="grow">
          <h2>
            <Foreign text={source.name} /> {source.rehearsal ? <RehearsalChip /> : null}
          </h2>
          <p className={source.carried === true ? 'soft place' : 'mono soft place'}>
            <Foreign text={source.location} />
          </p>
        </div>
        {!source.inside && source.project !== true && source.registry !== true ? null : (
          <a className="button quiet" href={insideOf(source)}>
            Look inside<span className="unseen"> {plainForeign(source.name)}</span>
          </a>
        )}
        {source.access === undefined ? null : (
          <button type="button" className="button quiet" aria-haspopup="dialog" onClick={() => setShown(true)}>
            Access<span className="unseen"> to {plainForeign(source.name)}</span>
          </button>
        )}
        <button type="button" className="button quiet" aria-haspopup="dialog" onClick={() => setAsked(true)}>
          Forget<span className="unseen"> {plainForeign(source.name)}</span>
        </button>
      </div>
      {problem === undefined ? null : <Problem error={problem} level={3} />}
      {source.problem === undefined ? null : <Problem error={source.problem} again={again} level={3} />}
      {source.state === undefined ? null : (
        <>
          <Roles roles={source.state.roles} of={source.registry === true ? 'record' : 'version'} />
          {source.state.findings.length === 0 ? null : <Findings findings={source.state.findings} />}
          <details>
            <summary>
              Fingerprint of <Foreign text={source.state.anchorTitle} />, in words
            </summary>
            <div className="inset">
              <Fingerprint
                words={source.state.words}
                digest={source.state.digest}
                what={`the fingerprint of ${plainForeign(source.state.anchorTitle)}`}
                roomy
              />
            </div>
          </details>
        </>
      )}
      {shown ? <AccessDialog source={source} onClose={() => setShown(false)} /> : null}
      {asked ? (
        <Dialog title={`Forget ${plainForeign(source.name)}?`} onCancel={() => setAsked(false)}>
          <p>
            {source.registry === true && isAddress(source)
              ? 'What you pinned of it is removed from this machine, with the packages that you watch, who must approve, and every record that waits here. The registry itself is not touched. To open it again, you check its fingerprint again.'
              : source.carried === true
                ? 'What you pinned of it is removed from this machine, with everything that was carried here: signatures that were not carried back are lost. To take in another request of it, you check its fingerprint again.'
                : 'What you pinned of it is removed from this machine. The repository itself is not touched. To open it again, you check its fingerprint again.'}
          </p>
          <div className="row">
            <button type="button" className="button" data-first={true} onClick={() => setAsked(false)}>
              Keep it
            </button>
            <button type="button" className="button danger-edge" onClick={forget}>
              Forget it here
            </button>
          </div>
        </Dialog>
      ) : null}
    </section>
  )
}

function Roles({ roles, of }: { roles: readonly (RoleView | LastingRole)[]; of: string }): ReactElement {
  return (
    <ul className="roles">
      {roles.map((role) => (
        <li key={role.name}>
          <div>
            <h3>
              <Foreign text={role.name} />{' '}
              <span className="soft small">
                {of} {role.version}
              </span>
            </h3>
            <p className="small soft">
              {role.threshold} of {role.holders.length} {role.holders.length === 1 ? 'key' : 'keys'}:{' '}
              <Foreign text={listOf(role.holders.map(holderName))} />
            </p>
          </div>
          {role.expires === undefined ? null : (
            <>
              <ExpiryMeter role={role} />
              <p className="small left">
                <span className={`until tone-${expiryTone(role)}`}>{daysText(role.daysLeft)}</span>
                <span className="soft">
                  <Time at={role.expires} />
                </span>
              </p>
            </>
          )}
        </li>
      ))}
    </ul>
  )
}
