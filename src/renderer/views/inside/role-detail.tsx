// One role in full: whose keys sign it, whom it delegates to and in which order, and what can be changed about it.
import { type ReactElement, useEffect, useRef, useState } from 'react'
import type { RepositoryView, RoleEdge, RoleNode } from '../../../ipc/contract.ts'
import { CopyButton } from '../../components/copy.tsx'
import { Foreign, Hex, Time } from '../../components/foreign.tsx'
import { RehearsalChip } from '../../components/page.tsx'
import { Problem } from '../../components/problem.tsx'
import { plainForeign } from '../../foreign.ts'
import { countOf, isLongHex } from '../../format.ts'
import { holderName, keyName } from '../../quorum.ts'
import {
  agreementText,
  expiryText,
  faultOf,
  isUnborn,
  keyFault,
  pathsText,
  projectText,
  thousands,
  thresholdText,
  toneOfRole,
} from '../../repository-words.ts'
import { hashOf } from '../../route.ts'
import { ChangeMenu } from './change-menu.tsx'
import { roleChanges } from './changes.ts'

interface RoleDetailProps {
  view: RepositoryView
  role: RoleNode
  /** Where one stays when another role is opened from here. */
  tab: 'roles' | 'map'
}

export function RoleDetail({ view, role, tab }: RoleDetailProps): ReactElement {
  const heading = useRef<HTMLHeadingElement>(null)
  const { sourceId } = view
  const { name, project } = role
  // Whoever opened another role reads it next; on the first screen the title of the page takes the focus after this.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the role is what is watched
  useEffect(() => {
    heading.current?.focus({ preventScroll: true })
  }, [name])
  const below = view.edges.filter((edge) => edge.from === name)
  const place = (to: string) => hashOf({ screen: 'repository', sourceId, tab, role: to })
  return (
    <section className="card stack role-detail">
      <div className="row role-head">
        <h2 ref={heading} tabIndex={-1}>
          <Foreign text={name} />
        </h2>
        <a className="button quiet push" href={hashOf({ screen: 'repository', sourceId, tab })}>
          Close<span className="unseen"> {plainForeign(name)}</span>
        </a>
      </div>
      {project?.problem === undefined ? null : (
        <Problem error={project.problem} {...keyFault(project.problem, name)} level={3} />
      )}
      {role.problem === undefined ? null : <Problem error={role.problem} title="It could not be verified" level={3} />}
      {role.pendingId === undefined ? null : (
        <p>
          A change of it waits.{' '}
          <a href={hashOf({ screen: 'review', proposalId: role.pendingId })}>
            Review it<span className="unseen">: {plainForeign(name)}</span>
          </a>
        </p>
      )}
      {view.carried === true ? null : (
        <ChangeMenu changes={roleChanges(view, role)} label={`Change ${plainForeign(name)} ...`} />
      )}
      <Facts role={role} sourceId={sourceId} />
      <Keys role={role} />
      <Delegations key={name} place={place} below={below} />
      <DelegatedBy edges={view.edges.filter((edge) => edge.to === name)} place={place} />
    </section>
  )
}

function Facts({ role, sourceId }: { role: RoleNode; sourceId: string }): ReactElement {
  const place = (tab: 'history' | 'artifacts') => hashOf({ screen: 'repository', sourceId, tab, role: role.name })
  return (
    <dl className="facts small">
      <dt>Version</dt>
      <dd>
        {isUnborn(role) ? (
          'none yet'
        ) : (
          <>
            {role.version}, <a href={place('history')}>see its history</a>
          </>
        )}
      </dd>
      {isUnborn(role) ? null : (
        <>
          <dt>Expires</dt>
          <dd>
            <span className={`until tone-${toneOfRole(role)}`}>{expiryText(role)}</span>
            <br />
            <Time at={role.expires} />
          </dd>
        </>
      )}
      <dt>Artifacts</dt>
      <dd>
        {role.targets === 0 ? (
          role.blocks ? (
            'none on purpose: it blocks what is delegated to it'
          ) : (
            'none'
          )
        ) : (
          <a href={place('artifacts')}>{thousands(role.targets)}</a>
        )}
      </dd>
      <dt>Kept by</dt>
      <dd>{role.keptBy === 'people' ? 'people' : 'the keys of the repository itself; no person is asked'}</dd>
      {role.project === undefined ? null : (
        <>
          <dt>Its keys</dt>
          <dd>{role.project.problem === undefined ? projectText(role.project.changes) : faultOf(role)}</dd>
        </>
      )}
      {isLongHex(role.digest) ? (
        <>
          <dt>SHA-256</dt>
          <dd>
            <Hex hex={role.digest} />
          </dd>
        </>
      ) : null}
    </dl>
  )
}

function Keys({ role }: { role: RoleNode }): ReactElement {
  return (
    <section className="stack tight" aria-label="Keys">
      <h3>{thresholdText(role)} must sign</h3>
      <ul className="stack tight">
        {role.holders.map((holder) => (
          <li key={holder.id} className="key-line">
            <span>
              <Foreign text={holderName(holder)} /> {holder.rehearsal ? <RehearsalChip /> : null}
              <span className="soft small"> {holder.label}</span>
            </span>
            <span className="soft small mono">
              <span className="unseen">Key </span>
              <Foreign text={keyName(holder)} />
            </span>
            <details className="soft small">
              <summary>
                Details<span className="unseen"> of the key of {plainForeign(holderName(holder))}</span>
              </summary>
              <span className="row key-id">
                <span>Key id {isLongHex(holder.id) ? <Hex hex={holder.id} /> : <Foreign text={holder.id} />}</span>
                <CopyButton value={holder.id} what={`the key id of ${plainForeign(holderName(holder))}`} />
              </span>
            </details>
          </li>
        ))}
      </ul>
    </section>
  )
}

/** More than a person reads at once are shown when asked for. */
const firstOnes = 12

type Place = (role: string) => string

function Delegations({ place, below }: { place: Place; below: readonly RoleEdge[] }): ReactElement | null {
  const [all, setAll] = useState(false)
  if (below.length === 0) return null
  const shown = all ? below : below.slice(0, firstOnes)
  return (
    <section className="stack tight" aria-label="Delegations">
      <h3>Delegates to {countOf(below.length, 'role')}</h3>
      {below.length > 1 && below.some((edge) => edge.paths.length > 0) ? (
        <p className="soft small">Clients ask them in this order.</p>
      ) : null}
      <ol className="stack tight delegations">
        {shown.map((edge, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: one role may stand twice, and the place is the order
          <li key={`${edge.to} ${at}`}>
            <span className="soft small place-number">{at + 1}</span>
            <div>
              <a href={place(edge.to)}>
                <Foreign text={edge.to} />
              </a>
              <EdgeWords edge={edge} />
            </div>
          </li>
        ))}
      </ol>
      {below.length > shown.length ? (
        <div className="row">
          <button type="button" className="button quiet" onClick={() => setAll(true)}>
            Show all {below.length}
          </button>
        </div>
      ) : null}
    </section>
  )
}

function EdgeWords({ edge }: { edge: RoleEdge }): ReactElement | null {
  const agreement = agreementText(edge)
  if (edge.paths.length === 0 && agreement === undefined && !edge.terminating) return null
  return (
    <p className="soft small">
      {edge.paths.length === 0 ? null : <span className="place">for {pathsText(edge)}</span>}
      {agreement === undefined ? null : <span>; {agreement}</span>}
      {edge.terminating ? <span>; then clients stop looking</span> : null}
    </p>
  )
}

function DelegatedBy({ edges, place }: { edges: readonly RoleEdge[]; place: Place }): ReactElement | null {
  const above = [...new Set(edges.map((edge) => edge.from))]
  if (above.length === 0) return null
  return (
    <p className="small">
      <span className="soft">Its keys are named by </span>
      {above.map((name, at) => (
        <span key={name}>
          {at === 0 ? '' : ', '}
          <a href={place(name)}>
            <Foreign text={name} />
          </a>
        </span>
      ))}
    </p>
  )
}
