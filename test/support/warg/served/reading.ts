// What anybody may ask of a registry: its checkpoint, its records, its proofs; and where it lies about them.
import { toBase64 } from '../../../../src/core/bytes.ts'
import type { LoggedRecord } from '../../../../src/core/systems/warg/encoding/wire.ts'
import { logIdOf, operatorSubject } from '../../../../src/core/systems/warg/files.ts'
import { encodeRecord, parseRecord } from '../../../../src/core/systems/warg/log/record.ts'
import { encodeLogProof } from '../encoders.ts'
import type { History } from '../history.ts'
import type { Person } from '../keys.ts'
import { signedBy } from '../records.ts'
import { type Asked, fieldsOf, Refusal, unknown } from './asked.ts'
import type { LieList } from './lies.ts'

export interface Reading {
  history: History
  lies: LieList
  now: () => Date
  clerk: Person
  stranger: Person
}

export function checkpointOf({ history, lies, now, clerk, stranger }: Reading): object {
  const length = history.length - (lies.get('rolled-back') ?? 0)
  const timestamp = Math.floor(now().getTime() / 1000) - (lies.get('stale-checkpoint') ?? 0)
  const by = lies.get('clerk-signs') ? clerk : lies.get('stranger-signs') ? stranger : history.operator
  return history.checkpoint({ length, timestamp, by, behind: lies.get('old-map-head') })
}

interface LogsQuestion {
  logLength?: number
  limit?: number
  operator?: string
  packages?: Record<string, string | null>
}

export function logsOf(reading: Reading, { body }: Asked): object {
  const { history, lies } = reading
  const question: LogsQuestion = fieldsOf(body, ['logLength', 'limit', 'operator', 'packages'])
  const { logLength = 0, limit = 100, operator, packages = {} } = question
  if (limit < 1 || limit > 1000) throw new Refusal(400, { message: `invalid records limit value ${limit}` })
  if (logLength > history.length) throw unknown('logLength', String(logLength))
  if (lies.get('endless-paging')) {
    return { more: true, operator: [], packages: Object.fromEntries(Object.keys(packages).map((id) => [id, []])) }
  }
  const most = Math.min(limit, lies.get('slow-paging') ?? limit)
  let more = false
  const slice = (logId: string, token: string | null | undefined): object[] => {
    const after = lies.get('repeated-page') ? -1 : placeOf(token)
    const all = history.slice(logId, logLength, after)
    if (all === undefined) throw unknown('log', logId)
    // As the reference has it: a full answer may have more behind it, whether it has or not.
    more ||= all.length > most || all.length === limit
    return all.slice(0, most).map((record) => spelled(told(reading, logId, logLength, record)))
  }
  const operators = slice(logIdOf(operatorSubject), operator)
  const logs = Object.entries(packages).map(([id, token]) => {
    if (isOf(lies.get('hidden-log'), id)) throw unknown('log', id)
    return [id, isOf(lies.get('empty-log'), id) ? [] : slice(id, token)] as const
  })
  return {
    more,
    operator: operators,
    packages: Object.fromEntries(logs),
    warnings: [{ message: 'a registry of tests' }],
  }
}

function placeOf(token: string | null | undefined): number {
  if (token === null || token === undefined) return -1
  const [, digits] = /^behind-(\d+)$/.exec(token) ?? []
  if (digits === undefined) throw unknown('fetchToken', token)
  return Number(digits)
}

function isOf(subject: string | undefined, logId: string): boolean {
  return subject !== undefined && logIdOf(subject) === logId
}

/** The newest record of a package is what is worth lying about. */
function told({ history, lies }: Reading, logId: string, length: number, record: LoggedRecord): LoggedRecord {
  const { registryIndex: index } = record
  if (record !== history.slice(logId, length, -1)?.at(-1)) return record
  if (isOf(lies.get('wrong-index'), logId))
    return { ...record, registryIndex: index + 1 < length ? index + 1 : index - 1 }
  if (isOf(lies.get('beyond-length'), logId)) return { ...record, registryIndex: length }
  if (!isOf(lies.get('swapped-record'), logId)) return record
  const key = history.keys.get(record.keyId)
  const subject = history.logs.get(logId)?.subject
  if (key === undefined || subject === undefined) return record
  return { ...signedBy(key, 'package', swapped(record.contents)), registryIndex: index }
}

/** The same record, a nanosecond later: as good as the other, and not the one that was published. */
function swapped(contents: Uint8Array): Uint8Array {
  const { prev, time, entries } = parseRecord('package', contents, 'a record')
  const later = { seconds: time.seconds, nanos: (time.nanos + 1) % 1e9 }
  return encodeRecord('package', { ...(prev === undefined ? {} : { prev }), time: later, entries })
}

function spelled({ contents, keyId, signature, registryIndex }: LoggedRecord): object {
  return { contentBytes: toBase64(contents), keyId, signature, registryIndex, fetchToken: `behind-${registryIndex}` }
}

export function inclusionOf({ history, lies }: Reading, { body }: Asked): object {
  const { logLength, leafs } = fieldsOf(body, ['logLength', 'leafs']) as { logLength: number; leafs: number[] }
  if (logLength > history.length) throw unknown('logLength', String(logLength))
  for (const leaf of leafs) if (leaf >= logLength) throw unknown('leaf', String(leaf))
  if (lies.get('zero-proofs')) return { log: nothing(logLength), map: '' }
  return history.inclusion(leafs, { length: logLength, behind: lies.get('old-map-head'), spelled: true })
}

export function consistencyOf({ history, lies }: Reading, { body }: Asked): object {
  const { from, to } = fieldsOf(body, ['from', 'to']) as { from: number; to: number }
  if (to > history.length || from > to || from < 1)
    throw new Refusal(422, { reason: 'failure', message: 'no such lengths' })
  return lies.get('zero-proofs') ? { proof: nothing(to) } : history.consistency(from, to)
}

function nothing(logLength: number): string {
  return toBase64(encodeLogProof({ logLength, consistentLengths: [], includedIndices: [], hashes: new Map() }))
}
