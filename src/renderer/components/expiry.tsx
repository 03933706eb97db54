// The expiry radar: every role, by repository, the repository with the next expiry first.
import type { CSSProperties, ReactElement } from 'react'
import type { RoleView, SourceView } from '../../ipc/contract.ts'
import { plainForeign } from '../foreign.ts'
import { daysText, expiryShare, expiryTone, localOf, utcOf } from '../format.ts'
import { Foreign } from './foreign.tsx'
import { RehearsalChip } from './page.tsx'

export function ExpiryList({ sources }: { sources: readonly SourceView[] }): ReactElement {
  const groups = sources
    .map((source) => ({
      source,
      roles: byExpiry((source.state?.roles ?? []).flatMap((role) => (role.expires === undefined ? [] : role))),
    }))
    .filter((group) => group.roles.length > 0)
    .sort((a, b) => (a.roles[0]?.daysLeft ?? 0) - (b.roles[0]?.daysLeft ?? 0))
  if (groups.length === 0) {
    const isLasting = sources.length > 0 && sources.every(({ state }) => state !== undefined)
    return <p className="soft small">{isLasting ? 'Nothing here expires.' : 'No verified role has an expiry.'}</p>
  }
  return (
    <>
      {groups.map(({ source, roles }) => (
        <div key={source.id} className="expiry">
          <h3>
            <Foreign text={source.name} /> {source.rehearsal ? <RehearsalChip /> : null}
          </h3>
          <ul>
            {roles.map((role) => (
              <li key={role.name} title={expiryTitle(role.expires)}>
                <Foreign text={role.name} />
                <ExpiryMeter role={role} />
                <span className={`left tone-${expiryTone(role)}`}>{daysText(role.daysLeft)}</span>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </>
  )
}

export function ExpiryMeter({ role }: { role: Pick<RoleView, 'daysLeft' | 'due'> }): ReactElement {
  const style: CSSProperties = { width: `${Math.round(expiryShare(role.daysLeft) * 100)}%` }
  return (
    <span className={`meter tone-${expiryTone(role)}`} aria-hidden="true">
      <i style={style} />
    </span>
  )
}

function byExpiry(roles: readonly RoleView[]): RoleView[] {
  return [...roles].sort((a, b) => a.daysLeft - b.daysLeft)
}

function expiryTitle(expires: string): string {
  const utc = utcOf(expires)
  return utc === undefined ? plainForeign(expires) : `${utc}, here ${localOf(expires)}`
}
