// A log of a registry as people look at it: what happened in it, who may do what, and what became of its releases.
import type { Change, Finding } from '../../core/proposal.ts'
import type { PublicKey } from '../../core/signer.ts'
import type { Context } from '../../core/system.ts'
import { timeText } from '../../core/systems/warg/encoding/time.ts'
import { kindOf } from '../../core/systems/warg/files.ts'
import { diffRecord } from '../../core/systems/warg/log/diff.ts'
import type { VerifiedRecord } from '../../core/systems/warg/log/log.ts'
import { LogState, type Release } from '../../core/systems/warg/log/log-state.ts'
import { type Permission, permissionsOf } from '../../core/systems/warg/log/record.ts'
import { namer, ownerOf } from '../../core/systems/warg/waiting/named.ts'
import type { OpenSource } from '../open-source.ts'
import { looking } from './looking.ts'

export interface RecordFact {
  number: number
  id: string
  keyId: string
  /** Of whoever signed it, by what this machine calls them. */
  by?: string
  time: string
  changes: readonly Change[]
  findings: readonly Finding[]
}

export interface HoldingFact {
  keyId: string
  /** Absent where the log never named it. */
  key?: PublicKey
  owner?: string
  permission: Permission
  /** Numbers of records. */
  from: number
  until?: number
}

/** What a log says after its last record. */
export interface StateFacts {
  length: number
  /** Of its newest record. */
  head?: string
  headAt?: string
  /** The newest first. */
  releases: readonly {
    version: string
    digest: string
    record: number
    time: string
    yanked?: { record: number; time: string }
  }[]
  permissions: readonly Permission[]
  holdings: readonly HoldingFact[]
  namespaces: readonly { namespace: string; record: number; registry?: string }[]
  findings: readonly Finding[]
}

export interface LogFacts extends StateFacts {
  subject: string
  head: string
  logLength: number
  checkpointAt: string
  /** The newest first, so many of them at most. */
  records: readonly RecordFact[]
}

/** `most`: of the newest records. Undefined where the registry has no such log. */
export async function logFacts(
  source: OpenSource,
  subject: string,
  context: Context,
  most = 200,
): Promise<LogFacts | undefined> {
  const { names = new Map() } = context
  // What a record changes is told of the newest alone: the others only lead to them.
  const before = new LogState(kindOf(subject))
  const newest: VerifiedRecord[] = []
  const see = (seen: VerifiedRecord): void => {
    newest.push(seen)
    const older = newest.length > most ? newest.shift() : undefined
    if (older !== undefined) before.add(older.record, older.keyId)
  }
  const { checkpoint, state } = await looking(source, context, async (registry) => ({
    checkpoint: registry.checkpoint,
    state: (await registry.log(subject, { see })).state,
  }))
  if (state.head === undefined) return undefined
  return {
    ...stateFacts(state, names),
    ...{ subject, head: state.head.id },
    logLength: checkpoint.logLength,
    checkpointAt: timeText({ seconds: checkpoint.timestamp, nanos: 0 }),
    records: recordFacts(before, newest, { subject, names, now: context.now }).reverse(),
  }
}

export function stateFacts(state: LogState, names: NonNullable<Context['names']>): StateFacts {
  return {
    length: state.length,
    ...(state.head === undefined ? {} : { head: state.head.id, headAt: timeText(state.head.time) }),
    releases: [...state.releases.values()].map(releaseFact).reverse(),
    permissions: permissionsOf[state.kind],
    holdings: state.permissions.holdings.map(({ keyId, permission, from, until }) => {
      const key = state.keys.get(keyId)
      const owner = key === undefined ? undefined : ownerOf(key, names)
      return {
        ...{ keyId, permission, from },
        ...(key === undefined ? {} : { key: key.key }),
        ...(owner === undefined ? {} : { owner }),
        ...(until === undefined ? {} : { until }),
      }
    }),
    namespaces: [...state.namespaces].map(([namespace, { record, registry: other }]) => ({
      ...{ namespace, record },
      ...(other === undefined ? {} : { registry: other }),
    })),
    findings: state.findings,
  }
}

function recordFacts(
  start: LogState,
  records: readonly VerifiedRecord[],
  { subject, names, now }: { subject: string; names: NonNullable<Context['names']>; now: Date },
): RecordFact[] {
  let before = start
  return records.map(({ number, record, keyId }) => {
    const named = record.entries.flatMap((one) => ('key' in one ? [one.key] : []))
    const nameOf = namer([...before.keys.values(), ...named], names)
    const { changes, findings, after } = diffRecord(before, record, keyId, { subject, nameOf, now })
    before = after
    const key = after.keys.get(keyId)
    const owner = key === undefined ? undefined : ownerOf(key, names)
    return {
      ...{ number, id: record.id, keyId, time: timeText(record.time), changes, findings },
      ...(owner === undefined ? {} : { by: owner }),
    }
  })
}

function releaseFact({ version, digest, record, time, yanked }: Release): StateFacts['releases'][number] {
  return {
    ...{ version, digest, record, time: timeText(time) },
    ...(yanked === undefined ? {} : { yanked: { record: yanked.record, time: timeText(yanked.time) } }),
  }
}
