// Replacing one's own token, as one guided act: the old key, the new one, then who signs in which order.
import { type ReactElement, useMemo } from 'react'
import type { RoleNode } from '../../../ipc/contract.ts'
import { Foreign } from '../../components/foreign.tsx'
import { plainForeign } from '../../foreign.ts'
import { listOf } from '../../format.ts'
import { Tick, Ways } from './fields.tsx'
import { Frame } from './frame.tsx'
import { drawerOf, useKept } from './kept.ts'
import { KeyPicker, type PickedKey, useKeyOptions } from './key-picker.tsx'
import { type FormProps, type Made, made, missing } from './making.ts'
import { type HolderView, holderAbout, holderName, keyRolesOf } from './role-facts.ts'

export interface ReplaceState {
  old: string
  next: readonly PickedKey[]
  /** Roles in which the old key stays. */
  kept: readonly string[]
}

const drawer = drawerOf<ReplaceState>()

export function ReplaceForm(form: FormProps): ReactElement {
  const { repository, subject, place } = form
  const { state, patch } = useKept(drawer, place, (): ReplaceState => ({ old: '', next: [], kept: [] }))
  const options = useKeyOptions(repository.sourceId)
  const roles = useMemo(() => keyRolesOf(repository, subject), [repository, subject])
  const making = useMemo(() => replaceMade(subject, roles, state), [subject, roles, state])
  const holders = useMemo(() => peopleOf(roles), [roles])
  const old = holders.find((holder) => holder.id === state.old)
  const standing = roles.filter((role) => standsIn(role, state.old))
  const next = state.next[0]
  const isInRoot = subject === 'root' && standing.some((role) => role.name === 'root') && !state.kept.includes('root')
  return (
    <Frame
      form={form}
      title="Replace a key"
      made={making}
      {...(old === undefined || next === undefined ? {} : { next: nextWords(subject, isInRoot, old, next) })}
    >
      {holders.length === 0 ? (
        <p className="soft">No person's key stands in {plainForeign(subject)}.</p>
      ) : (
        <Ways
          legend="1. The key that goes"
          value={state.old}
          ways={holders.map((holder) => ({
            value: holder.id,
            name: <Foreign text={holderName(holder)} />,
            meaning: (
              <>
                <Foreign text={holderAbout(holder)} />. Stands in{' '}
                <Foreign text={listOf(roles.filter((role) => standsIn(role, holder.id)).map((role) => role.name))} />
              </>
            ),
          }))}
          onChange={(id) => patch({ old: id, kept: [] })}
        />
      )}
      <KeyPicker
        legend="2. The key that comes"
        hint="Plug the new token in and enrol it under Tokens first; then it stands here under its holder's name."
        options={options}
        value={state.next}
        max={1}
        onChange={(keys) => patch({ next: keys })}
      />
      {old === undefined || standing.length < 2 ? null : (
        <fieldset className="field">
          <legend>3. Where it is replaced</legend>
          {standing.map((role) => (
            <Tick
              key={role.name}
              checked={!state.kept.includes(role.name)}
              onChange={(isOn) =>
                patch({ kept: isOn ? state.kept.filter((one) => one !== role.name) : [...state.kept, role.name] })
              }
            >
              <Foreign text={role.name} />
            </Tick>
          ))}
        </fieldset>
      )}
      {old === undefined || next === undefined ? (
        <p className="soft measure">
          {subject === 'root'
            ? 'Afterwards both keys sign in turn: the old one agrees that it goes, the new one shows that it is really there.'
            : `The holders of ${plainForeign(subject)} sign this change.`}{' '}
          Do not throw the old token away before.
        </p>
      ) : (
        <p className="measure">{nextWords(subject, isInRoot, old, next)}</p>
      )}
    </Frame>
  )
}

/** In root the old and the new holders agree; elsewhere the holders of the document decide for both. */
function nextWords(subject: string, isInRoot: boolean, old: HolderView, next: PickedKey): string {
  const keep = 'Keep the old token until the change is in force.'
  const [before, after] = [plainForeign(holderName(old)), plainForeign(next.name)]
  return isInRoot
    ? `Both keys sign in turn: first ${before} with the old one (${holderAbout(old)}), then ${after} with the new one. ${keep}`
    : `The holders of ${plainForeign(subject)} sign this change. From then on ${after} signs with the new key, and ${before} no longer with the old one (${holderAbout(old)}). ${keep}`
}

function standsIn(role: RoleNode, keyId: string): boolean {
  return role.holders.some((holder) => holder.id === keyId)
}

function peopleOf(roles: readonly RoleNode[]): HolderView[] {
  const holders = roles.filter((role) => role.keptBy === 'people').flatMap((role) => role.holders)
  return [...new Map(holders.map((holder) => [holder.id, holder])).values()]
}

export function replaceMade(subject: string, roles: readonly RoleNode[], { old, next, kept }: ReplaceState): Made {
  if (old === '') return missing('Choose the key that goes.')
  const [key] = next
  if (key === undefined) return missing('Choose the key that comes.')
  const standing = roles.filter((role) => standsIn(role, old) && !kept.includes(role.name))
  if (standing.length === 0) return missing('Choose at least one role in which it is replaced.')
  return made(
    subject,
    standing.map((role) => ({ kind: 'key-replace', role: role.name, keyId: old, key: key.choice })),
  )
}
