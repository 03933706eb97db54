// One history of a registry: its logs, the log of all of them, and its map at each length, with the checkpoints and proofs about them.
// A folder is written from it, and the registry on loopback serves it; a registry that forks has two.
import { toBase64 } from '../../../src/core/bytes.ts'
import type { Envelope } from '../../../src/core/systems/warg/encoding/envelope.ts'
import { recordIdOf, signedCheckpoint } from '../../../src/core/systems/warg/encoding/ids.ts'
import { signatureText } from '../../../src/core/systems/warg/encoding/key.ts'
import { compareTimes, type Time, timeOf } from '../../../src/core/systems/warg/encoding/time.ts'
import { type LoggedRecord, signedBytes } from '../../../src/core/systems/warg/encoding/wire.ts'
import { kindOf, logIdOf, operatorSubject } from '../../../src/core/systems/warg/files.ts'
import { verifyLog } from '../../../src/core/systems/warg/log/log.ts'
import { LogState } from '../../../src/core/systems/warg/log/log-state.ts'
import { type Entry, encodeRecord } from '../../../src/core/systems/warg/log/record.ts'
import { encodeLogProof, encodeMapProofs } from './encoders.ts'
import type { Person } from './keys.ts'
import { signedBy } from './records.ts'
import { LogTree, MapTree } from './trees.ts'

interface Leaf {
  subject: string
  logId: string
  recordId: string
  envelope: Envelope
}

interface Log {
  subject: string
  records: LoggedRecord[]
  state: LogState
}

/** As it goes over the wire. */
interface Signed {
  [field: string]: string | { [field: string]: string | number }
}

/** What is not said is as it is: all records, signed by the operator. */
export interface CheckpointWish {
  length?: number
  /** In seconds. */
  timestamp: number
  by?: Person
  /** A package whose newest record the map does not have. */
  behind?: string | undefined
}

interface InclusionWish extends Pick<CheckpointWish, 'length' | 'behind'> {
  /** With the hash of what is empty written out, as the reference does. */
  spelled?: boolean
}

export class History {
  readonly operator: Person
  readonly leaves: Leaf[] = []
  /** By their ids. */
  readonly logs = new Map<string, Log>()
  /** Of whoever published here, by their ids. */
  readonly keys = new Map<string, Person>()
  private readonly tree = new LogTree()
  private readonly maps = new Map<string, MapTree>()
  private readonly clock: (length: number) => Date

  /** `clock`: when the record at that place is made. */
  constructor(operator: Person, clock: (length: number) => Date) {
    this.operator = operator
    this.clock = clock
  }

  get length(): number {
    return this.leaves.length
  }

  /** The same up to there. */
  async fork(length = this.length - 1): Promise<History> {
    const other = new History(this.operator, this.clock)
    for (const [id, key] of this.keys) other.keys.set(id, key)
    for (const { subject, envelope } of this.leaves.slice(0, length)) await other.append(subject, envelope)
    return other
  }

  /** Made, signed, and added: `operator`, or the name of a package. */
  async publish(subject: string, who: Person, entries: readonly Entry[], time?: Time): Promise<Envelope> {
    const envelope = this.signed(subject, who, entries, time)
    await this.append(subject, envelope)
    return envelope
  }

  /** What would follow. */
  signed(subject: string, who: Person, entries: readonly Entry[], time?: Time): Envelope {
    this.keys.set(who.id, who)
    const kind = kindOf(subject)
    const head = this.logs.get(logIdOf(subject))?.state.head
    const now = timeOf(this.clock(this.length))
    const then = head !== undefined && compareTimes(head.time, now) > 0 ? head.time : now
    const prev = head === undefined ? {} : { prev: head.id }
    return signedBy(who, kind, encodeRecord(kind, { ...prev, time: time ?? then, entries }))
  }

  /** Only what may follow. */
  async verify(subject: string, envelope: Envelope): Promise<LogState> {
    const kind = kindOf(subject)
    const from = this.logs.get(logIdOf(subject))?.state ?? new LogState(kind)
    return verifyLog(kind, [envelope], { from })
  }

  async append(subject: string, envelope: Envelope): Promise<LoggedRecord> {
    const logId = logIdOf(subject)
    const state = await this.verify(subject, envelope)
    const recordId = recordIdOf(kindOf(subject), envelope.contents)
    const record = { ...envelope, registryIndex: this.tree.push(logId, recordId) }
    const records = [...(this.logs.get(logId)?.records ?? []), record]
    this.logs.set(logId, { subject, records, state })
    this.leaves.push({ subject, logId, recordId, envelope })
    return record
  }

  /** Of one log, all of them. */
  recordsOf(subject: string): LoggedRecord[] {
    return [...(this.logs.get(logIdOf(subject))?.records ?? [])]
  }

  /** Those of one log that a registry gives: behind a place, and before a length. */
  slice(logId: string, length: number, after: number): LoggedRecord[] | undefined {
    return this.logs.get(logId)?.records.filter((one) => one.registryIndex < length && one.registryIndex > after)
  }

  /** The record that begins the operator’s log, as it is handed over to be pinned. */
  get anchor(): Uint8Array {
    const [first] = this.recordsOf(operatorSubject)
    if (first === undefined) throw new Error('no operator')
    const { contents, keyId, signature } = first
    return signedBytes({ contents, keyId, signature })
  }

  /** The id of that record, which a person compares. */
  get initId(): string {
    return this.leaves.find(({ subject }) => subject === operatorSubject)?.recordId ?? ''
  }

  // ---- what is signed, and proved; `behind`: a package whose newest record the map does not have ------------------------

  checkpoint({ length = this.length, timestamp, by = this.operator, behind }: CheckpointWish): Signed {
    const roots = { logRoot: this.tree.root(length), mapRoot: this.map(length, behind).root() }
    const contents = { ...roots, logLength: length, timestamp }
    return { contents, keyId: by.id, signature: signatureText(by.sign(signedCheckpoint(contents))) }
  }

  inclusion(leafs: readonly number[], wish: InclusionWish = {}): { log: string; map: string } {
    const { length = this.length, behind, spelled = false } = wish
    const map = this.map(length, behind)
    const proofs = leafs.map((leaf) => map.prove(this.leaves[leaf]?.logId ?? '', spelled))
    return {
      log: toBase64(encodeLogProof(this.tree.included(leafs, length))),
      map: toBase64(encodeMapProofs(proofs)),
    }
  }

  consistency(from: number, to = this.length): { proof: string } {
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
