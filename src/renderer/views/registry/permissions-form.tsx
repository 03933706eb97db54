// Who may do what from now on: what is taken from those who hold it, and what is given to others. Who gives must hold it, too.
import { type ReactElement, useMemo } from 'react'
import type { LogView, RecordEntryData, RegistryPermission } from '../../../ipc/contract.ts'
import { Foreign } from '../../components/foreign.tsx'
import { plainForeign } from '../../foreign.ts'
import { holderName } from '../../quorum.ts'
import { Tick } from '../edit/fields.tsx'
import { Frame } from '../edit/frame.tsx'
import { drawerOf, useKept } from '../edit/kept.ts'
import { KeyPicker, type PickedKey, useKeyOptions } from '../edit/key-picker.tsx'
import { type Made, made, missing } from '../edit/making.ts'
import { holderAbout } from '../edit/role-facts.ts'
import { type LogFormProps, waitsWhere } from './log-form.ts'
import { deedOf, hasAny, logName } from './words.ts'

interface PermissionsState {
  /** "KEY/PERMISSION" that is taken. */
  taken: readonly string[]
  added: readonly PickedKey[]
  /** The same of those that come in, that they are not given. */
  withheld: readonly string[]
}

const drawer = drawerOf<PermissionsState>()
const nameOf = (key: string, permission: RegistryPermission): string => `${key}/${permission}`
const turned = (list: readonly string[], name: string, isIn: boolean): readonly string[] =>
  isIn ? [...list, name] : list.filter((one) => one !== name)

export function PermissionsForm(form: LogFormProps): ReactElement {
  const { repository: log, place } = form
  const { state, patch } = useKept(drawer, place, (): PermissionsState => ({ taken: [], added: [], withheld: [] }))
  const options = useKeyOptions(log.sourceId)
  const making = useMemo(() => permissionsMade(log, state), [log, state])
  return (
    <Frame form={form} title={`Who may do what in ${logName(log)}`} made={making} waits={waitsWhere(log)}>
      <div className="field">
        <span className="field-name">Now</span>
        <ul className="picked">
          {log.holders.filter(hasAny).map((holder) => (
            <li key={holder.id}>
              <fieldset className="plain-fieldset grow">
                <legend>
                  <strong>
                    <Foreign text={holderName(holder)} />
                  </strong>{' '}
                  <span className="small soft">
                    <Foreign text={holderAbout(holder)} />
                  </span>
                </legend>
                {standingOf(holder).map((permission) => (
                  <Tick
                    key={permission}
                    checked={!state.taken.includes(nameOf(holder.id, permission))}
                    onChange={(isKept) => patch({ taken: turned(state.taken, nameOf(holder.id, permission), !isKept) })}
                  >
                    May {deedOf[permission]}
                  </Tick>
                ))}
              </fieldset>
            </li>
          ))}
        </ul>
        <p className="hint">Take a tick away, and that is taken. What somebody lacks is given below.</p>
      </div>
      <KeyPicker
        legend="Give to"
        hint="P-256 keys, and none for practice. Whoever is given something may give it on."
        options={options}
        value={state.added}
        ofLog
        onChange={(added) => patch({ added })}
      />
      {state.added.map((key) => (
        <fieldset key={key.id} className="field">
          <legend>What {plainForeign(key.name)} may do</legend>
          {log.permissions.map((permission) => (
            <Tick
              key={permission}
              checked={!state.withheld.includes(nameOf(key.id, permission))}
              onChange={(isGiven) => patch({ withheld: turned(state.withheld, nameOf(key.id, permission), !isGiven) })}
            >
              May {deedOf[permission]}
            </Tick>
          ))}
        </fieldset>
      ))}
    </Frame>
  )
}

function standingOf({ holdings }: LogView['holders'][number]): RegistryPermission[] {
  return holdings.filter(({ until }) => until === undefined).map(({ permission }) => permission)
}

/** What is given comes first: who takes from themselves could give nothing after that. */
function permissionsMade(log: LogView, { taken, added, withheld }: PermissionsState): Made {
  const grants = added.flatMap(({ id, choice }): RecordEntryData[] => {
    const permissions = log.permissions.filter((one) => !withheld.includes(nameOf(id, one)))
    return permissions.length === 0 ? [] : [{ kind: 'grant', key: choice, permissions }]
  })
  const revokes = log.holders.flatMap((holder): RecordEntryData[] => {
    const permissions = standingOf(holder).filter((one) => taken.includes(nameOf(holder.id, one)))
    return permissions.length === 0 ? [] : [{ kind: 'revoke', keyId: holder.id, permissions }]
  })
  const entries = [...grants, ...revokes]
  if (entries.length === 0) return missing('Give something to somebody, or take it.')
  return made(log.subject, [{ kind: 'record', entries }])
}
