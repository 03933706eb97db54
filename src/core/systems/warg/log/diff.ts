// What a record changes, entry by entry: nothing that it says is left out, also where it changes nothing.
import { lookAlike } from '../../../look-alike.ts'
import { capital, utcOf } from '../../../phrases.ts'
import type { Change, Finding, Risk } from '../../../proposal.ts'
import { inQuotes, visible } from '../../../visible.ts'
import type { LogKind } from '../encoding/ids.ts'
import { shortDigest } from '../encoding/key.ts'
import { isToCome, timeText } from '../encoding/time.ts'
import { operatorSubject } from '../files.ts'
import type { LogState } from './log-state.ts'
import { type Entry, type LogRecord, type Permission, permissionsOf } from './record.ts'

export interface RecordDiff {
  changes: readonly Change[]
  findings: readonly Finding[]
  /** The log with this record; the one before stays as it is. */
  after: LogState
  /** What nobody may do any more, for ever. */
  lost: readonly Permission[]
}

/** What a holder of a key is called. */
export type NameOf = (keyId: string) => string

export interface DiffContext {
  /** The name of the package, or the registry. */
  subject: string
  nameOf?: NameOf
  now: Date
  /** Other packages that people here know: a new name should not be taken for one of them. */
  known?: Iterable<string>
}

/** Throws where the rules do not allow it; whether it is signed is not asked. */
export function diffRecord(
  before: LogState,
  record: LogRecord,
  keyId: string,
  { subject, nameOf = (id) => `the key ${id}`, known = [], now }: DiffContext,
): RecordDiff {
  const after = before.copy()
  after.add(record, keyId)
  const telling: Telling = { kind: before.kind, subject, nameOf, held: heldIn(before) }
  const changes = [
    ...record.entries.flatMap((entry, at) => entryChanges(entry, at + 1, telling)),
    timeChange(before, record),
  ]
  const other =
    before.length === 0
      ? lookAlike(
          subject,
          [...known].filter((one) => one !== subject),
        )
      : undefined
  const lost = lostIn(before, after)
  const findings = [
    ...before.findingsOf(record, keyId),
    ...lost.map(lockoutFinding),
    ...(isToCome(record.time, now) ? [toComeFinding(record)] : []),
    ...(other === undefined || other === subject ? [] : [lookAlikeFinding(subject, other)]),
  ]
  return { changes, findings, after, lost }
}

interface Telling {
  kind: LogKind
  subject: string
  nameOf: NameOf
  /** As it stands before the entry that is told. */
  held: Set<string>
}

const holdingName = (keyId: string, permission: Permission): string => `${keyId}/${permission}`

function heldIn({ permissions }: LogState): Set<string> {
  return new Set(permissions.standing.map(({ keyId, permission }) => holdingName(keyId, permission)))
}

const deeds: Readonly<Record<Permission, string>> = {
  release: 'release versions',
  yank: 'yank versions',
  commit: 'sign for the whole registry, and let others do so',
  'define-namespace': 'set up namespaces',
  'import-namespace': 'leave namespaces to other registries',
  'update-auth': 'give and take permissions',
}

function entryChanges(entry: Entry, number: number, telling: Telling): Change[] {
  const { kind, subject, nameOf, held } = telling
  switch (entry.kind) {
    case 'init': {
      for (const one of permissionsOf[kind]) held.add(holdingName(entry.key.id, one))
      const of = subject === operatorSubject ? '' : ` of ${subject}`
      const claim = kind === 'package' ? `Claims the name ${subject} for ever` : `Begins the log of the operator${of}`
      const sentence = `${claim}: ${nameOf(entry.key.id)} may do everything here, and nobody can begin it anew`
      return [change(`init/${entry.key.id}`, 'dangerous', sentence, { after: entry.key.text })]
    }
    case 'grant':
      return turned(entry.key.id, entry.permissions, true, number, telling)
    case 'revoke':
      return turned(entry.keyId, entry.permissions, false, number, telling)
    case 'release': {
      // The whole digest stands beside it, where it is compared.
      const sentence = `Releases ${entry.version}, with the content ${shortDigest(entry.digest)}`
      return [change(`releases/${entry.version}`, 'routine', sentence, { after: entry.digest })]
    }
    case 'yank': {
      const sentence = `Yanks ${entry.version} for ever: nothing takes that back, and the version stays taken`
      return [
        change(`releases/${entry.version}/yanked`, 'dangerous', sentence, { before: 'released', after: 'yanked' }),
      ]
    }
    case 'define':
      return [
        change(`namespaces/${entry.namespace}`, 'notable', `Sets up the namespace ${entry.namespace}, for ever`, {
          after: 'here',
        }),
      ]
    case 'import': {
      const from = `“${inQuotes(entry.registry.slice(0, 120))}”`
      const sentence = `Leaves the namespace ${entry.namespace} to the registry ${from}, for ever`
      return [change(`namespaces/${entry.namespace}`, 'dangerous', sentence, { after: visible(entry.registry) })]
    }
  }
}

function turned(
  keyId: string,
  permissions: readonly Permission[],
  isGiven: boolean,
  number: number,
  { nameOf, held }: Telling,
): Change[] {
  const who = nameOf(keyId)
  const nothing = (why: string): Change =>
    change(`entries/${number}`, 'notable', `Entry ${number} changes nothing: ${why}`)
  if (permissions.length === 0)
    return [
      nothing(
        `it names ${who} and no permission${isGiven ? ', which lets that key add records that say nothing' : ''}`,
      ),
    ]
  return permissions.map((permission) => {
    const name = holdingName(keyId, permission)
    if (isGiven && held.has(name)) return nothing(`${who} may ${deeds[permission]} already`)
    if (isGiven) held.add(name)
    else held.delete(name)
    const path = `permissions/${name}`
    if (!isGiven) return change(path, 'notable', `From now on ${who} may not ${deeds[permission]}`, { before: 'held' })
    const risk: Risk = permission === 'commit' ? 'dangerous' : 'notable'
    return change(path, risk, `From now on ${who} may ${deeds[permission]}, and let others do so`, { after: 'held' })
  })
}

function timeChange({ head }: LogState, { time }: LogRecord): Change {
  const at = timeText(time)
  const sentence = `Is dated ${utcOf(at) ?? at}`
  const before = head === undefined ? {} : { before: timeText(head.time) }
  return change('time', 'routine', sentence, { ...before, after: timeText(time) })
}

/** Nothing can be later than the last moment that can be written: after that the log could never go on. */
function toComeFinding({ time }: LogRecord): Finding {
  const sentence = `This record is of ${timeText(time)}, which is to come, and no record of before that could ever follow it`
  return { code: 'time-to-come', risk: 'dangerous', sentence }
}

function change(path: string, risk: Risk, sentence: string, texts: { before?: string; after?: string } = {}): Change {
  return { path, ...texts, risk, sentence: capital(sentence) }
}

function lookAlikeFinding(subject: string, other: string): Finding {
  const sentence = `The name ${visible(subject)} is easily taken for ${visible(other)}, which is another package`
  return { code: 'look-alike-name', risk: 'dangerous', sentence }
}

/** Only who holds a permission can give it: once nobody does, it is gone. */
function lostIn(before: LogState, after: LogState): Permission[] {
  const isHeld = ({ permissions }: LogState, one: Permission): boolean =>
    permissions.standing.some(({ permission }) => permission === one)
  return permissionsOf[before.kind].filter((one) => (before.length === 0 || isHeld(before, one)) && !isHeld(after, one))
}

function lockoutFinding(lost: Permission): Finding {
  const sentence = `After this nobody may ${deeds[lost]} any more, and nobody can ever be allowed to again`
  return { code: 'lock-out', risk: 'dangerous', sentence }
}
