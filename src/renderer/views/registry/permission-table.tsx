// Who holds which permission since which record, and what was taken from whom when. Those who hold something come first.
import type { ReactElement } from 'react'
import type { LogView, RegistryPermission } from '../../../ipc/contract.ts'
import { Foreign } from '../../components/foreign.tsx'
import { holderName, keyName } from '../../quorum.ts'
import { hasAny, shortOf } from './words.ts'

type Holder = LogView['holders'][number]

export function PermissionTable({ log }: { log: LogView }): ReactElement {
  const { holders, permissions } = log
  const ordered = [...holders.filter(hasAny), ...holders.filter((one) => !hasAny(one))]
  return (
    <table className="table permission-table">
      <caption className="unseen">Permissions, by key</caption>
      <thead>
        <tr>
          <th scope="col">Key</th>
          {permissions.map((one) => (
            <th key={one} scope="col">
              {shortOf[one]}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {ordered.map((holder) => (
          <tr key={holder.id}>
            <th scope="row">
              <span className={hasAny(holder) ? undefined : 'soft'}>
                <Foreign text={holderName(holder)} />
              </span>
              {holder.owner === undefined ? null : (
                <span className="small soft mono key-beside">
                  <Foreign text={keyName(holder)} />
                </span>
              )}
            </th>
            {permissions.map((permission) => (
              <Cell key={permission} holder={holder} permission={permission} />
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function Cell({ holder, permission }: { holder: Holder; permission: RegistryPermission }): ReactElement {
  const times = holder.holdings.filter((one) => one.permission === permission)
  const now = times.find(({ until }) => until === undefined)
  if (now !== undefined) return <td>since record {now.from}</td>
  const last = times.at(-1)
  if (last === undefined)
    return (
      <td className="soft">
        <span aria-hidden="true">–</span>
        <span className="unseen">never</span>
      </td>
    )
  return (
    <td className="soft">
      record {last.from} to {last.until}
    </td>
  )
}
