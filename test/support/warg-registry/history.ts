// One history of a registry: its logs, the log of all of them, and its map at each length, with the proofs about them. A registry that
// forks has two.
import { toBase64 } from '../../../src/core/bytes.ts'
import type { Envelope } from '../../../src/core/systems/warg/envelope.ts'
import { logIdOf, operatorSubject } from '../../../src/core/systems/warg/files.ts'
import { type LogKind, recordIdOf, signedCheckpoint } from '../../../src/core/systems/warg/ids.ts'
import { signatureText } from '../../../src/core/systems/warg/key.ts'
import { verifyLog } from '../../../src/core/systems/warg/log.ts'
import { LogState } from '../../../src/core/systems/warg/log-state.ts'
import { type Entry, encodeRecord } from '../../../src/core/systems/warg/record.ts'
import { compareTimes, type Time, timeOf } from '../../../src/core/systems/warg/time.ts'
import type { LoggedRecord } from '../../../src/core/systems/warg/wire.ts'
import { encodeLogProof, encodeMapProofs } from '../warg.ts'
import { LogTree, MapTree } from '../warg-trees.ts'
import { signedWith, type WargTestKey } from './key.ts'

interface Leaf {
  subject: string
  logId: string
  recordId: string
  envelope: Envelope
}

interface Log {
  subject: string
  kind: LogKind
  records: LoggedRecord[]
  state: LogState
}

export class History {
  readonly leaves: Leaf[] = []
  /** By their ids. */
  readonly logs = new Map<string, Log>()
  /** Of whoever published here, by their ids. */
  readonly keys = new Map<string, WargTestKey>()
  private readonly tree = new LogTree()
  private readonly maps = new Map<string, MapTree>()
  private readonly now: () => Date

  constructor(now: () => Date) {
    this.now = now
  }

  get length(): number {
    return this.leaves.length
  }

  /** The same up to there. */
  async fork(length = this.length - 1): Promise<History> {
    const other = new History(this.now)
    for (const [id, key] of this.keys) other.keys.set(id, key)
    for (const { subject, envelope } of this.leaves.slice(0, length)) await other.append(subject, envelope)
    return other
  }

  /** Made, signed, and added: `operator`, or the name of a package. */
  async publish(subject: string, entries: readonly Entry[], key: WargTestKey, time?: Time): Promise<Envelope> {
    const envelope = this.signed(subject, entries, key, time)
    await this.append(subject, envelope)
    return envelope
  }

  /** What would follow. */
  signed(subject: string, entries: readonly Entry[], key: WargTestKey, time?: Time): Envelope {
    this.keys.set(key.id, key)
    const kind = subject === operatorSubject ? 'operator' : 'package'
    const head = this.logs.get(logIdOf(subject))?.state.head
    const now = timeOf(this.now())
    const then = head !== undefined && compareTimes(head.time, now) > 0 ? head.time : now
    const prev = head === undefined ? {} : { prev: head.id }
    return signedWith(key, kind, encodeRecord(kind, { ...prev, time: time ?? then, entries }))
  }

  /** Only what may follow. */
  async verify(subject: string, envelope: Envelope): Promise<LogState> {
    const kind = subject === operatorSubject ? 'operator' : 'package'
    const from = this.logs.get(logIdOf(subject))?.state ?? new LogState(kind)
    return verifyLog(kind, [envelope], { from })
  }

  async append(subject: string, envelope: Envelope): Promise<LoggedRecord> {
    const kind = subject === operatorSubject ? 'operator' : 'package'
    const logId = logIdOf(subject)
    const state = await this.verify(subject, envelope)
    const recordId = recordIdOf(kind, envelope.contents)
    const record = { ...envelope, registryIndex: this.tree.push(logId, recordId) }
    const records = [...(this.logs.get(logId)?.records ?? []), record]
    this.logs.set(logId, { subject, kind, records, state })
    this.leaves.push({ subject, logId, recordId, envelope })
    return record
  }

  records(logId: string, length: number, after: number): LoggedRecord[] | undefined {
    return this.logs.get(logId)?.records.filter((one) => one.registryIndex < length && one.registryIndex > after)
  }

  // ---- what is signed, and proved; `behind`: a package whose newest record the map does not have ------------------------

  checkpoint(length: number, timestamp: number, key: WargTestKey, behind?: string): object {
    const contents = {
      logRoot: this.tree.root(length),
      logLength: length,
      mapRoot: this.map(length, behind).root(),
      timestamp,
    }
    return { contents, keyId: key.id, signature: signatureText(key.sign(signedCheckpoint(contents))) }
  }

  inclusion(length: number, leafs: readonly number[], behind?: string): { log: string; map: string } {
    const map = this.map(length, behind)
    const proofs = leafs.map((leaf) => map.prove(this.leaves[leaf]?.logId ?? '', true))
    return {
      log: toBase64(encodeLogProof(this.tree.included(leafs, length))),
      map: toBase64(encodeMapProofs(proofs)),
    }
  }

  consistency(from: number, to: number): { proof: string } {
    return { proof: toBase64(encodeLogProof(this.tree.consistent(from, to))) }
  }

  private map(length: number, behind = ''): MapTree {
    const name = `${length} ${behind}`
    const known = this.maps.get(name)
    if (known !== undefined) return known
    const map = new MapTree()
    const last = this.leaves.slice(0, length).findLastIndex(({ subject }) => subject === behind)
    for (const [at, { logId, recordId }] of this.leaves.slice(0, length).entries())
      if (at !== last) map.set(logId, recordId)
    this.maps.set(name, map)
    return map
  }
}
