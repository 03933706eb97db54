// What a log says after its last record, and whether a record may follow it: the rules, one after the other. Who signed it is
// verified elsewhere, before.
import type { ErrorCode } from '../../../error.ts'
import { thousands } from '../../../phrases.ts'
import type { Finding } from '../../../proposal.ts'
import type { LogKind } from '../encoding/ids.ts'
import { shortKeyId, type WargKey } from '../encoding/key.ts'
import { compareTimes, type Time, timeText } from '../encoding/time.ts'
import { type Fault, fault } from '../fault.ts'
import { PermissionTable } from './permissions.ts'
import { type Entry, type LogRecord, type Permission, permissionsOf } from './record.ts'

export interface Release {
  version: string
  digest: string
  /** The number of the record, from 1, and the key that signed it. */
  record: number
  by: string
  time: Time
  /** For ever: there is no way back. */
  yanked?: { record: number; by: string; time: Time }
}

export interface Namespace {
  record: number
  /** Where its packages are, if not here. */
  registry?: string
}

export interface Head {
  id: string
  time: Time
}

/** Where a record stands, for sentences and for whoever looks for it. */
export interface Place {
  number: number
  id: string
  keyId: string
  time: Time
}

/** Who may do what, as it is read: only the log itself changes it. */
export type Permissions = Omit<PermissionTable, 'give' | 'take' | 'copy'>

const maxFindings = 50

export class LogState {
  readonly kind: LogKind
  #length = 0
  #head: Head | undefined
  #initId: string | undefined
  readonly #keys = new Map<string, WargKey>()
  #permissions = new PermissionTable()
  readonly #releases = new Map<string, Release>()
  readonly #namespaces = new Map<string, Namespace>()
  readonly #findings: Finding[] = []
  /** How often each was found: any stranger can have a log say the same for ever. */
  readonly #counts = new Map<string, number>()

  constructor(kind: LogKind) {
    this.kind = kind
  }

  /** Records so far. */
  get length(): number {
    return this.#length
  }

  get head(): Head | undefined {
    return this.#head
  }

  /** The record that began it: what is pinned of an operator. */
  get initId(): string | undefined {
    return this.#initId
  }

  /** Every key that was ever named; none is taken out. */
  get keys(): ReadonlyMap<string, WargKey> {
    return this.#keys
  }

  get permissions(): Permissions {
    return this.#permissions
  }

  get releases(): ReadonlyMap<string, Release> {
    return this.#releases
  }

  get namespaces(): ReadonlyMap<string, Namespace> {
    return this.#namespaces
  }

  /** The first of each kind, and how many more there are. */
  get findings(): readonly Finding[] {
    const more = [...this.#counts].flatMap(([code, count]) => {
      const [first] = this.#findings.filter((one) => one.code === code)
      if (first === undefined || count <= maxFindings) return []
      const sentence = `The same is true of more records of this log, ${thousands(count - maxFindings)} in all`
      return [{ ...first, sentence }]
    })
    return [...this.#findings, ...more]
  }

  /** What is odd about a record that may follow. */
  findingsOf(record: LogRecord, keyId: string): Finding[] {
    const place = this.#placeOf(record, keyId)
    const isStranger = !this.permissions.holdsAnything(keyId)
    return [
      ...(this.length > 0 && isIdle(record) ? [idleFinding(place, isStranger)] : []),
      ...(record.isCanonical ? [] : [spellingFinding(place)]),
    ]
  }

  #find(finding: Finding): void {
    const count = (this.#counts.get(finding.code) ?? 0) + 1
    this.#counts.set(finding.code, count)
    if (count <= maxFindings) this.#findings.push(finding)
  }

  copy(): LogState {
    const state = new LogState(this.kind)
    state.#length = this.#length
    state.#head = this.#head
    state.#initId = this.#initId
    for (const [id, key] of this.#keys) state.#keys.set(id, key)
    state.#permissions = this.#permissions.copy()
    for (const [version, release] of this.#releases) state.#releases.set(version, release)
    for (const [name, namespace] of this.#namespaces) state.#namespaces.set(name, namespace)
    for (const one of this.#findings) state.#findings.push(one)
    for (const [code, count] of this.#counts) state.#counts.set(code, count)
    return state
  }

  /** The key that must have signed this record. */
  signerOf(record: LogRecord, keyId: string): WargKey {
    const place = this.#placeOf(record, keyId)
    const [first] = record.entries
    if (this.length === 0) {
      if (first?.kind !== 'init') throw refused('not-init-first', place, 'does not begin the log')
      if (first.key.id === keyId) return first.key
      throw refused('init-by-another-key', place, `names the key ${first.key.id} and is signed by ${keyId}`)
    }
    // As in the reference, where a key that a record names may have signed that same record.
    const named = record.entries.find((entry) => entry.kind === 'grant' && entry.key.id === keyId)
    const key = this.keys.get(keyId) ?? (named?.kind === 'grant' ? named.key : undefined)
    if (key !== undefined) return key
    throw refused('unknown-key', place, `is signed by the key ${keyId}, which this log never named`)
  }

  /** Adds the record, or throws; after that the state is of no use any more. */
  add(record: LogRecord, keyId: string): void {
    const place = this.#placeOf(record, keyId)
    this.checkFollows(record.prev, place)
    const findings = this.findingsOf(record, keyId)
    for (const [at, entry] of record.entries.entries()) {
      if (this.length === 0 && at === 0) this.#begin(entry, place)
      else this.#addEntry(entry, place)
    }
    for (const one of findings) this.#find(one)
    this.end(place)
  }

  #placeOf({ id, time }: LogRecord, keyId: string): Place {
    return { number: this.length + 1, id, keyId, time }
  }

  #begin(entry: Entry, place: Place): void {
    if (entry.kind !== 'init') throw refused('not-init-first', place, 'does not begin the log')
    this.begin(entry.key, permissionsOf[this.kind], place)
  }

  #addEntry(entry: Entry, place: Place): void {
    switch (entry.kind) {
      case 'init':
        throw refused('init-again', place, 'begins the log once more')
      case 'grant':
        this.#checkMayTurn(entry.permissions, place)
        this.give(entry.key, entry.permissions, place)
        return
      case 'revoke':
        this.#checkMayTurn(entry.permissions, place)
        for (const one of entry.permissions) this.take(entry.keyId, one, place)
        return
      case 'release':
        this.release(entry.version, entry.digest, place)
        return
      case 'yank':
        this.yank(entry.version, place)
        return
      case 'define':
        this.checkMay('define-namespace', place)
        this.#name(entry.namespace, {}, place)
        return
      case 'import':
        this.checkMay('import-namespace', place)
        this.#name(entry.namespace, { registry: entry.registry }, place)
    }
  }

  /** Nobody gives or takes what they do not hold; an operator needs commit besides. */
  #checkMayTurn(permissions: readonly Permission[], place: Place): void {
    if (this.kind === 'operator') this.checkMay('commit', place)
    for (const one of permissions) this.checkMay(one, place)
  }

  #name(name: string, { registry }: { registry?: string }, place: Place): void {
    const known = this.namespaces.get(name)
    if (known !== undefined) {
      throw refused('namespace-twice', place, `sets the namespace ${name}, which record ${known.record} set`)
    }
    this.#namespaces.set(name, { record: place.number, ...(registry === undefined ? {} : { registry }) })
  }

  // ---- steps, which version 0.1.0 puts together by its own rules ----

  checkFollows(prev: string | undefined, place: Place): void {
    if (this.head === undefined) {
      if (prev === undefined) return
      throw refused('prev-on-first', place, `is the first, and follows ${prev}`)
    }
    if (prev === undefined) throw refused('prev-missing', place, 'does not say which record it follows')
    if (prev !== this.head.id)
      throw refused('prev-differs', place, `follows ${prev}, where the log is at ${this.head.id}`)
    const { time } = place
    if (compareTimes(time, this.head.time) >= 0) return
    const before = timeText(this.head.time)
    throw refused('time-backwards', place, `is of ${timeText(time)}, and follows one of ${before}`, 'trust/rollback')
  }

  checkMay(permission: Permission, place: Place): void {
    if (this.permissions.holds(place.keyId, permission)) return
    throw refused('not-permitted', place, `is signed by ${place.keyId}, which does not hold ${permission}`)
  }

  begin(key: WargKey, permissions: readonly Permission[], place: Place): void {
    this.#initId = place.id
    this.give(key, permissions, place)
  }

  give(key: WargKey, permissions: readonly Permission[], { number, keyId }: Place): void {
    this.#keys.set(key.id, this.keys.get(key.id) ?? key)
    for (const one of permissions) this.#permissions.give(key.id, one, number, keyId)
  }

  take(keyId: string, permission: Permission, place: Place): void {
    if (this.#permissions.take(keyId, permission, place.number, place.keyId)) return
    throw refused('revoke-not-held', place, `takes ${permission} from ${keyId}, which does not hold it`)
  }

  release(version: string, digest: string, place: Place): void {
    this.checkMay('release', place)
    const { number: record, keyId: by, time } = place
    const known = this.releases.get(version)
    if (known === undefined) this.#releases.set(version, { version, digest, record, by, time })
    else throw refused('released-twice', place, `releases ${version}, which record ${known.record} released`)
  }

  yank(version: string, place: Place): void {
    this.checkMay('yank', place)
    const { number: record, keyId: by, time } = place
    const known = this.releases.get(version)
    if (known === undefined) throw refused('yank-unreleased', place, `yanks ${version}, which was never released`)
    if (known.yanked !== undefined) {
      throw refused('yanked-twice', place, `yanks ${version}, which record ${known.yanked.record} yanked`)
    }
    this.#releases.set(version, { ...known, yanked: { record, by, time } })
  }

  /** After all that a record says. */
  end({ id, time }: Place): void {
    this.#length++
    this.#head = { id, time }
  }
}

/** "record 3 (sha256:…) yanks 1.0.0, which was never released" */
export function refused(
  name: Fault,
  { number, id }: Pick<Place, 'number' | 'id'>,
  what: string,
  code: ErrorCode = 'trust/changed',
): Error {
  return fault(name, code, `record ${number} (${id}) ${what}`, {
    hint: 'do not use this log; ask who runs the registry, and the people of the package',
    data: { record: number, id },
  })
}

/** Without an entry that needs a permission. */
function isIdle({ entries }: LogRecord): boolean {
  return entries.every((entry) => (entry.kind === 'grant' || entry.kind === 'revoke') && entry.permissions.length === 0)
}

function idleFinding({ number, keyId }: Place, isStranger: boolean): Finding {
  if (!isStranger) {
    return {
      code: 'no-op',
      risk: 'notable',
      sentence: `Record ${number} changes nothing; the key ${shortKeyId(keyId)} signed it`,
    }
  }
  return {
    code: 'no-op-by-stranger',
    risk: 'dangerous',
    sentence: `Record ${number} changes nothing, and the key ${shortKeyId(keyId)} that signed it may do nothing in this log: find out why it was let in`,
  }
}

function spellingFinding({ number }: Place): Finding {
  return {
    code: 'not-canonical',
    risk: 'notable',
    sentence: `Record ${number} is not written as other programs write it: they may read it in another way`,
  }
}
