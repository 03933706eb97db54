// Every role as a row: who signs for it, until when, and what is wrong with it; one of them opened beside the table.
import { type ReactElement, useId, useMemo, useState } from 'react'
import type { RepositoryView, RoleNode } from '../../../ipc/contract.ts'
import { ExpiryMeter } from '../../components/expiry.tsx'
import { Foreign, Time } from '../../components/foreign.tsx'
import { Problem } from '../../components/problem.tsx'
import { plainForeign } from '../../foreign.ts'
import { countOf } from '../../format.ts'
import {
  expiryText,
  faultOf,
  isUnborn,
  keyFault,
  manyOf,
  needsLook,
  thousands,
  thresholdText,
  toneOfRole,
  whoText,
} from '../../repository-words.ts'
import { hashOf } from '../../route.ts'
import { RoleDetail } from './role-detail.tsx'
import { arranged, type Order, type SortKey } from './table.ts'
import { useFocusBack } from './use-focus-back.ts'

/** As many loud problems as a person reads before the table; the rows carry them all. */
const loudest = 4
/** From here on a table is searched rather than read. */
const many = 12
/** Nobody reads further down than this; who wants to, may. */
const firstRows = 100

export function RolesTab({ view, selected }: { view: RepositoryView; selected: string | undefined }): ReactElement {
  const role = view.roles.find((one) => one.name === selected)
  useFocusBack(selected)
  return (
    <div className={role === undefined ? 'stack wide' : 'columns role-columns'}>
      <div className="stack wide">
        {selected !== undefined && role === undefined ? (
          <p role="status">There is no role named {plainForeign(selected)} here.</p>
        ) : null}
        <Loud view={view} />
        <RoleTable view={view} selected={role?.name} />
      </div>
      {role === undefined ? null : (
        <aside aria-label={`Role ${plainForeign(role.name)}`}>
          <RoleDetail view={view} role={role} tab="roles" />
        </aside>
      )}
    </div>
  )
}

function Loud({ view }: { view: RepositoryView }): ReactElement | null {
  const faults = view.roles.flatMap(({ name, problem, project }) => [
    ...(project?.problem === undefined ? [] : [{ ...keyFault(project.problem, name), error: project.problem }]),
    ...(problem === undefined
      ? []
      : [{ title: `${plainForeign(name)} could not be verified`, meaning: undefined, error: problem }]),
  ])
  if (faults.length === 0) return null
  const rest = faults.length - loudest
  return (
    <section className="stack tight content" aria-label="Problems">
      {faults.slice(0, loudest).map(({ title, meaning, error }) => (
        <Problem key={title} title={title} meaning={meaning} error={error} />
      ))}
      {rest > 0 ? <p>{countOf(rest, 'more problem')}: look for them in the table.</p> : null}
    </section>
  )
}

function RoleTable({ view, selected }: { view: RepositoryView; selected: string | undefined }): ReactElement {
  const [filter, setFilter] = useState('')
  const [urgent, setUrgent] = useState(false)
  const [order, setOrder] = useState<Order>()
  const [all, setAll] = useState(false)
  const id = useId()
  const roles = useMemo(
    () => arranged(urgent ? view.roles.filter(needsLook) : view.roles, filter, order),
    [view.roles, urgent, filter, order],
  )
  const shown = all ? roles : roles.filter((role, at) => at < firstRows || role.name === selected)
  const looks = view.roles.filter(needsLook).length
  const head = (key: SortKey, name: string) => (
    <SortHead key={key} by={key} name={name} order={order} onSort={setOrder} />
  )
  return (
    <section className="stack" aria-label="Roles">
      {view.roles.length <= many ? null : (
        <div className="row filter">
          <label htmlFor={id} className="label">
            Find a role
          </label>
          <input
            id={id}
            className="input"
            type="search"
            value={filter}
            placeholder="name or person"
            spellCheck={false}
            onChange={(event) => setFilter(event.target.value)}
          />
          {looks === 0 ? null : (
            <label className="choice small">
              <input type="checkbox" checked={urgent} onChange={(event) => setUrgent(event.target.checked)} />
              <span>Only what needs a look ({looks})</span>
            </label>
          )}
          <span className="soft small" role="status">
            {roles.length === view.roles.length ? '' : `${roles.length} of ${manyOf(view.roles.length, 'role')}`}
          </span>
        </div>
      )}
      <div className="table-scroll">
        <table className="table role-table">
          <thead>
            <tr>
              {head('name', 'Role')}
              {head('threshold', 'Signed by')}
              {head('expiry', 'Expires')}
              <th scope="col" className="number">
                Artifacts
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map((role) => (
              <Row key={role.name} sourceId={view.sourceId} role={role} isOpen={role.name === selected} />
            ))}
          </tbody>
        </table>
      </div>
      {roles.length === 0 ? <p className="soft">No role fits.</p> : null}
      {shown.length === roles.length ? null : (
        <div className="row">
          <button type="button" className="button" onClick={() => setAll(true)}>
            Show all {manyOf(roles.length, 'role')}
          </button>
          <span className="soft small">the search looks through all of them</span>
        </div>
      )}
      {view.omitted === 0 ? null : (
        <p className="soft small">
          {manyOf(view.omitted, 'more role')} of the same kind, such as bins, not shown here.
        </p>
      )}
    </section>
  )
}

interface SortHeadProps {
  by: SortKey
  name: string
  order: Order | undefined
  onSort: (order: Order | undefined) => void
}

/** Up, down, and back to the order in which clients ask. */
function SortHead({ by, name, order, onSort }: SortHeadProps): ReactElement {
  const mine = order?.by === by ? order : undefined
  const next = mine === undefined ? { by, down: false } : mine.down ? undefined : { by, down: true }
  return (
    <th scope="col" aria-sort={mine === undefined ? undefined : mine.down ? 'descending' : 'ascending'}>
      <button type="button" className="sort" onClick={() => onSort(next)}>
        {name}
        <span aria-hidden="true" className="arrow">
          {mine === undefined ? '' : mine.down ? '↓' : '↑'}
        </span>
      </button>
    </th>
  )
}

function Row({ sourceId, role, isOpen }: { sourceId: string; role: RoleNode; isOpen: boolean }): ReactElement {
  const trouble = faultOf(role)
  return (
    <tr className={isOpen ? 'open' : undefined}>
      <th scope="row">
        <a
          href={hashOf({ screen: 'repository', sourceId, tab: 'roles', role: role.name })}
          aria-current={isOpen ? 'true' : undefined}
          data-role={role.name}
        >
          <Foreign text={role.name} />
        </a>
        <span className="soft small version">{isUnborn(role) ? 'no version yet' : `version ${role.version}`}</span>
        {trouble === undefined ? null : <span className="chip tone-bad">{trouble}</span>}
        {role.blocks ? <span className="chip">lists nothing on purpose</span> : null}
        {role.pendingId === undefined ? null : (
          <a className="chip pending" href={hashOf({ screen: 'review', proposalId: role.pendingId })}>
            change waits
            <span className="unseen"> for {plainForeign(role.name)}: review it</span>
          </a>
        )}
      </th>
      <td>
        <span className="nowrap">{thresholdText(role)}</span>
        <span className="soft small who">{role.keptBy === 'machine' ? 'the repository itself' : whoText(role)}</span>
      </td>
      <td>
        {isUnborn(role) ? (
          <span className="soft">-</span>
        ) : (
          <div className="until-cell">
            <span className={`until tone-${toneOfRole(role)}`}>{expiryText(role)}</span>
            <ExpiryMeter role={role} />
            <span className="soft small">
              <Time at={role.expires} />
            </span>
          </div>
        )}
      </td>
      <td className="number">{role.targets === 0 ? <span className="soft">none</span> : thousands(role.targets)}</td>
    </tr>
  )
}
