// Who signs: keys in and out of each group, how many of them must sign, and groups that have no keys of their own yet.
import { type ReactElement, useMemo, useState } from 'react'
import type { KeyOption, ProjectView, SignersEditData } from '../../../ipc/contract.ts'
import type { Answer } from '../../bridge.ts'
import { plainForeign } from '../../foreign.ts'
import { Pick, Tick } from '../edit/fields.tsx'
import { Frame } from '../edit/frame.tsx'
import { HolderRows } from '../edit/holder-rows.tsx'
import { drawerOf, useKept } from '../edit/kept.ts'
import { choicesOf, KeyPicker, type PickedKey, useKeyOptions } from '../edit/key-picker.tsx'
import { type Made, made, missing } from '../edit/making.ts'
import { Threshold } from '../edit/threshold.tsx'
import type { ProjectFormProps } from './change.tsx'

type Group = ProjectView['groups'][number] & { isNew: boolean }

interface GroupKeys {
  removed: readonly string[]
  added: readonly PickedKey[]
  threshold: number
  /** The group goes, and another stands in for it. */
  isOut: boolean
}

interface SignersState {
  byName: Readonly<Record<string, GroupKeys>>
}

const drawer = drawerOf<SignersState>()

const meanings = {
  artifact: 'They sign releases, and everything else that has no keys of its own.',
  admin: 'They agree to changes of the signers. Without keys of their own, the signers of releases do.',
  master: 'They can take the place of the admins, when those have lost their keys. Kept apart, and rarely used.',
  revocation: 'They agree when a release is revoked. Without keys of their own, the admins do.',
} as const

export function SignersForm(form: ProjectFormProps): ReactElement {
  const { repository, place } = form
  const { state, patch } = useKept(drawer, place, (): SignersState => ({ byName: {} }))
  const groups = useMemo(() => groupsOf(repository), [repository])
  const [chosen, setChosen] = useState('')
  const options = useKeyOptions(repository.sourceId)
  const making = useMemo(() => signersMade(groups, state.byName), [groups, state])
  const group = groups.find(({ name }) => name === chosen) ?? groups[0]
  if (group === undefined)
    return (
      <Frame form={form} title="Change who signs" made={missing('Nobody signs here.')}>
        {null}
      </Frame>
    )
  const now = state.byName[group.name] ?? startKeys(group)
  const set = (part: Partial<GroupKeys>) =>
    patch((before) => ({
      byName: { ...before.byName, [group.name]: { ...(before.byName[group.name] ?? startKeys(group)), ...part } },
    }))
  return (
    <Frame form={form} title="Change who signs" made={making}>
      <Pick
        label="Group"
        hint={meanings[group.group]}
        value={group.name}
        options={groups.map(({ name, isNew }) => ({
          value: name,
          name: isNew ? `${name}, none of their own yet` : name,
        }))}
        onChange={setChosen}
      />
      {group.isNew || group.group === 'artifact' ? null : (
        <Tick checked={now.isOut} onChange={(isOut) => set({ isOut })}>
          Take the whole group out
        </Tick>
      )}
      {now.isOut ? null : (
        <>
          {group.isNew ? null : (
            <div className="field">
              <span className="field-name">Keys now</span>
              <HolderRows holders={group.holders} removed={now.removed} onRemoved={(removed) => set({ removed })} />
            </div>
          )}
          <KeyPicker
            key={group.name}
            legend="New keys"
            hint="Ed25519 keys alone. Each of them must sign this change, too."
            options={freeOf(options, group)}
            value={now.added}
            onChange={(added) => set({ added })}
          />
          <Threshold
            value={now.threshold}
            of={group.holders.length - now.removed.length + now.added.length}
            who="keys"
            onChange={(threshold) => set({ threshold })}
          />
        </>
      )}
    </Frame>
  )
}

/** Who stands in the group already is not offered again: a key counts once. */
function freeOf(options: Answer<KeyOption[]>, { holders }: Group): Answer<KeyOption[]> {
  if (options.kind !== 'ready') return options
  const taken = new Set(holders.map(({ fingerprint }) => fingerprint))
  return { ...options, value: options.value.filter(({ fingerprint }) => !taken.has(fingerprint)) }
}

function groupsOf({ groups, missing }: ProjectView): Group[] {
  const written = groups.map((one) => ({ ...one, name: plainForeign(one.name), isNew: false }))
  return [...written, ...missing.map((one) => ({ ...one, of: 1, threshold: 1, holders: [], isNew: true }))]
}

function startKeys({ threshold }: Group): GroupKeys {
  return { removed: [], added: [], threshold, isOut: false }
}

function groupEdits({ group, of, threshold, isNew }: Group, keys: GroupKeys | undefined): SignersEditData[] {
  if (keys === undefined) return []
  if (isNew) {
    const { added } = keys
    return added.length === 0 ? [] : [{ kind: 'group-add', group, keys: choicesOf(added), threshold: keys.threshold }]
  }
  if (keys.isOut) return [{ kind: 'group-remove', group, of }]
  return [
    ...keys.added.map((key): SignersEditData => ({ kind: 'key-add', group, of, key: key.choice })),
    ...keys.removed.map((key): SignersEditData => ({ kind: 'key-remove', group, of, key })),
    ...(keys.threshold === threshold ? [] : [{ kind: 'threshold', group, of, threshold: keys.threshold } as const]),
  ]
}

function signersMade(groups: readonly Group[], byName: SignersState['byName']): Made {
  // A list that loses a group counts anew from there: the last one goes first.
  const edits = groups.toReversed().flatMap((group) => groupEdits(group, byName[group.name]))
  return edits.length === 0
    ? missing('Take a key out, add one, or change how many must sign.')
    : made('signers', [{ kind: 'signers', edits }])
}
