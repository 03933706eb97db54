// Who could sign a record: one signature makes it, of any key with which it may follow. Entry by entry, a record can give what it then
// uses, and take from its own signer: so each key is tried by the rules of the log.
import type { Quorum, QuorumKey } from '../../../proposal.ts'
import type { LogKind } from '../encoding/ids.ts'
import type { WargKey } from '../encoding/key.ts'
import type { LogState } from './log-state.ts'
import type { Entry, LogRecord, Permission } from './record.ts'

/** Nobody should sign what needs no permission: of that there are no signers, though the log would take any. */
export function signersOf(state: LogState, record: LogRecord): Quorum {
  const [first] = record.entries
  const keys =
    first?.kind === 'init'
      ? [first.key]
      : [...state.keys.values()].filter(({ id }) => state.permissions.holdsAnything(id))
  const able = isIdle(record, state.kind) ? [] : keys.filter(({ id }) => refusal(state, record, id) === undefined)
  return { name: 'Who may sign this record', threshold: 1, keys: able.map(quorumKey), strangers: [] }
}

/** Why the record may not follow, whoever signs it: what the rules say to a key that holds all that it needs. */
export function refusalOf(state: LogState, record: LogRecord): unknown {
  const needed = new Set(record.entries.flatMap((entry) => neededFor(entry, state.kind)))
  const holder = [...state.keys.values()].find(({ id }) =>
    [...needed].every((permission) => state.permissions.holds(id, permission)),
  )
  return needed.size === 0 || holder === undefined ? undefined : refusal(state, record, holder.id)
}

/** A key in a quorum, before anybody has looked for its signature. */
export function quorumKey({ id, key }: WargKey): QuorumKey {
  return { ids: [id], key, label: 'P-256', signed: false, rehearsal: false }
}

function refusal(state: LogState, record: LogRecord, keyId: string): unknown {
  try {
    state.copy().add(record, keyId)
    return undefined
  } catch (error) {
    return error
  }
}

function isIdle({ entries }: LogRecord, kind: LogKind): boolean {
  return entries.every((entry) => entry.kind !== 'init' && neededFor(entry, kind).length === 0)
}

function neededFor(entry: Entry, kind: LogKind): readonly Permission[] {
  switch (entry.kind) {
    case 'init':
      return []
    case 'grant':
    case 'revoke':
      // An operator needs commit besides, but only where something is turned at all.
      return kind === 'operator' && entry.permissions.length > 0 ? [...entry.permissions, 'commit'] : entry.permissions
    case 'release':
    case 'yank':
      return [entry.kind]
    case 'define':
      return ['define-namespace']
    case 'import':
      return ['import-namespace']
  }
}
