// Who may sign: holders of a role taken out and added, and how many of them must sign. Several roles go into one change.
import { type ReactElement, useMemo, useState } from 'react'
import type { EditData, RoleNode } from '../../../ipc/contract.ts'
import { plainForeign } from '../../foreign.ts'
import { hashOf } from '../../route.ts'
import { Pick } from './fields.tsx'
import { Frame } from './frame.tsx'
import { HolderRows } from './holder-rows.tsx'
import { drawerOf, useKept } from './kept.ts'
import { KeyPicker, type PickedKey, useKeyOptions } from './key-picker.tsx'
import { type FormProps, type Made, made, missing } from './making.ts'
import { keyRolesOf } from './role-facts.ts'
import { Threshold } from './threshold.tsx'

export interface RoleKeys {
  removed: readonly string[]
  added: readonly PickedKey[]
  threshold: number
}

interface KeysState {
  byRole: Readonly<Record<string, RoleKeys>>
}

const drawer = drawerOf<KeysState>()

export function KeysForm(form: FormProps): ReactElement {
  const { repository, subject, place } = form
  const { state, patch } = useKept(drawer, place, (): KeysState => ({ byRole: {} }))
  const roles = useMemo(() => keyRolesOf(repository, subject), [repository, subject])
  const [chosen, setChosen] = useState('')
  const options = useKeyOptions(repository.sourceId)
  const making = useMemo(() => keysMade(subject, roles, state.byRole), [subject, roles, state])
  const role = roles.find((one) => one.name === chosen) ?? roles[0]
  const name = plainForeign(subject)
  const title = subject === 'root' ? 'Change who may sign' : `Change who may sign below ${name}`
  if (role === undefined) {
    return (
      <Frame form={form} title={title} made={missing(`${name} delegates to nobody yet.`)}>
        <p className="soft">
          {name} delegates to nobody yet, so there are no keys to change here.{' '}
          <a href={hashOf({ screen: 'edit', sourceId: repository.sourceId, subject, form: 'delegate' })}>
            Delegate to somebody
          </a>
        </p>
      </Frame>
    )
  }
  const now = state.byRole[role.name] ?? startKeys(role)
  const set = (part: Partial<RoleKeys>) =>
    patch((before) => ({
      byRole: { ...before.byRole, [role.name]: { ...(before.byRole[role.name] ?? startKeys(role)), ...part } },
    }))
  const count = role.holders.length - now.removed.length + now.added.length
  const touched = roles.filter((one) => keyEdits(one, state.byRole[one.name]).length > 0)
  return (
    <Frame form={form} title={title} made={making}>
      <p className="soft measure">
        Is it your own token that goes?{' '}
        <a href={hashOf({ screen: 'edit', sourceId: repository.sourceId, subject, form: 'replace' })}>
          Replace my token, step by step
        </a>
      </p>
      <Pick
        label="Role"
        hint={
          touched.length > 1
            ? `Changed in this draft: ${touched.map((one) => plainForeign(one.name)).join(', ')}.`
            : roleMeaning(role.name)
        }
        value={role.name}
        options={roles.map((one) => ({ value: one.name, name: plainForeign(one.name) }))}
        onChange={setChosen}
      />
      <div className="field">
        <span className="field-name">Holders now</span>
        <HolderRows holders={role.holders} removed={now.removed} onRemoved={(removed) => set({ removed })} />
      </div>
      <KeyPicker
        key={role.name}
        legend="New holders"
        hint="Each of them will be able to sign from this version on."
        options={options}
        value={now.added}
        onChange={(added) => set({ added })}
      />
      <Threshold value={now.threshold} of={count} onChange={(threshold) => set({ threshold })} />
    </Frame>
  )
}

function startKeys(role: RoleNode): RoleKeys {
  return { removed: [], added: [], threshold: role.threshold }
}

export function roleMeaning(role: string): string {
  switch (role) {
    case 'root':
      return 'Root says who may sign everything else. Old and new holders must both agree to its changes.'
    case 'targets':
      return 'Targets lists the artifacts, or says who lists them.'
    case 'snapshot':
    case 'timestamp':
      return 'Kept by a key of the repository itself, which signs without a person.'
    default:
      return 'Its holders sign what it lists.'
  }
}

function keyEdits(role: RoleNode, keys: RoleKeys | undefined): EditData[] {
  if (keys === undefined) return []
  return [
    // A key that comes stands before one that goes: no step on the way has fewer keys than it needs.
    ...keys.added.map((key): EditData => ({ kind: 'key-add', role: role.name, key: key.choice })),
    ...keys.removed.map((keyId): EditData => ({ kind: 'key-remove', role: role.name, keyId })),
    ...(keys.threshold === role.threshold
      ? []
      : [{ kind: 'threshold', role: role.name, threshold: keys.threshold } as const]),
  ]
}

export function keysMade(
  subject: string,
  roles: readonly RoleNode[],
  byRole: Readonly<Record<string, RoleKeys>>,
): Made {
  const edits = roles.flatMap((role) => keyEdits(role, byRole[role.name]))
  return edits.length === 0
    ? missing('Take a holder out, add one, or change how many must sign.')
    : made(subject, edits)
}
