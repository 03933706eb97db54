// The signers file of every generation as groups of keys. What was received stays; this is a view of it.

import { isObject, type JsonObject, type JsonValue } from '../../json.ts'
import { countOf } from '../../phrases.ts'
import type { Finding } from '../../proposal.ts'
import { listIn, malformed, objectOf, parseObject, textOf, unsupported } from './document.ts'
import { type GroupName, groupNames } from './group-names.ts'
import { materialOf, parseKeyText, type SignerKey } from './keys.ts'
import { type Moment, parseMoment } from './moment.ts'
import { maxBytes } from './names.ts'

/** 0: one file a signature; 1: minisign keys, one file for all signatures; 2: keys of its own, signed metadata. */
export type Generation = 0 | 1 | 2

export interface Group {
  threshold: number
  /** Each key once, however often it is listed. */
  keys: readonly SignerKey[]
}

export type { GroupName }

export interface SignersFile {
  bytes: Uint8Array
  generation: Generation
  timestamp?: Moment
  /** As written, without what stands in for a missing one; all groups of a list must be complete. */
  written: ReadonlyMap<GroupName, readonly Group[]>
  findings: readonly Finding[]
}

export const memberOf: Readonly<Record<GroupName, string>> = {
  artifact: 'artifact_signers',
  admin: 'admin_keys',
  master: 'master_keys',
  revocation: 'revocation_keys',
}

/** Of all groups together: more are no people, and would keep every review waiting that compares them. */
const maxKeys = 1024

export function parseSignersFile(bytes: Uint8Array, what: string): SignersFile {
  const { value } = parseObject(bytes, what, maxBytes.signers)
  const findings: Finding[] = []
  if (value.artifact_signers !== undefined) return grouped(bytes, value, what, findings)
  if (value.signers === undefined || value.threshold === undefined) {
    const found = Object.keys(value).slice(0, 6).join(', ')
    throw unsupported(what, `a signers file of no known generation, with ${found === '' ? 'nothing in it' : found}`)
  }
  const threshold = objectOf(value.threshold, `${what}: threshold`).signatures_required
  const signers = listIn(value.signers, `${what}: signers`)
  checkCount(signers.length, what)
  const keys = signers.map((one, at) =>
    minisigned(formatted(one, `${what}: signer ${at + 1}`), `${what}: signer ${at + 1}`),
  )
  const group = groupOf(keys, threshold, 'signers', what, findings)
  return { bytes, generation: 0, written: new Map([['artifact', [group]]]), findings }
}

function grouped(bytes: Uint8Array, value: JsonObject, what: string, findings: Finding[]): SignersFile {
  if (value.version !== 1) throw unsupported(what, `a signers file of version ${JSON.stringify(value.version)}, not 1`)
  const timestamp = parseMoment(textOf(value.timestamp, `${what}: timestamp`), `${what}: timestamp`)
  const written = new Map<GroupName, readonly Group[]>()
  let isFormatted = false
  let count = 0
  for (const name of groupNames) {
    const member = memberOf[name]
    const list = value[member]
    if (list === undefined || list === null) continue
    const groups = listIn(list, `${what}: ${member}`).map((one, at) => {
      const group = objectOf(one, `${what}: ${member} ${at + 1}`)
      const signers = listIn(group.signers, `${what}: ${member} ${at + 1}: signers`)
      count += signers.length
      checkCount(count, what)
      const keys = signers.map((signer, of) => {
        const place = `${what}: ${member} ${at + 1}, signer ${of + 1}`
        const { kind, data } = objectOf(signer, place)
        if (kind !== 'key') throw unsupported(place, `a signer of kind ${JSON.stringify(kind)}, not “key”`)
        isFormatted ||= isObject(data) && data.format !== undefined
        return formatted(data, place)
      })
      return groupOf(keys, group.threshold, member, what, findings)
    })
    // An empty list counts as a missing one, as their own reader has it.
    if (groups.length > 0) written.set(name, groups)
  }
  if (!written.has('artifact')) throw malformed(what, 'it names nobody who may sign releases')
  const keys = [...written.values()].flatMap((groups) => groups.flatMap((group) => group.keys))
  const isOwn = keys.some(({ form }) => form !== 'minisign')
  if (isOwn && isFormatted) throw unsupported(what, 'keys of two generations stand in it side by side')
  const file: SignersFile = { bytes, generation: isOwn ? 2 : 1, timestamp, written, findings }
  checkMasterApart(file, what, findings)
  return file
}

function checkCount(count: number, what: string): void {
  if (count > maxKeys) throw malformed(what, `it lists more than ${maxKeys} keys`, 'do not use this signers file')
}

/** {"format": "minisign", "pubkey": ".."}, or the text alone tells what it is. */
function formatted(value: JsonValue | undefined, what: string): SignerKey {
  const { format, pubkey } = objectOf(value, what)
  const key = parseKeyText(textOf(pubkey, `${what}: pubkey`), what)
  if (format === undefined || (format === 'minisign' && key.form === 'minisign')) return key
  throw unsupported(what, `a key of format ${JSON.stringify(format)}`)
}

/** In the first generation the file itself is signed: a bare key would sign whatever a mirror calls a release, also a root of TUF. */
function minisigned(key: SignerKey, what: string): SignerKey {
  if (key.form === 'minisign') return key
  throw unsupported(what, 'a key that minisign did not make, and the first generation knows no others')
}

function groupOf(
  keys: readonly SignerKey[],
  threshold: JsonValue | undefined,
  name: string,
  what: string,
  findings: Finding[],
): Group {
  const distinct = [...new Map(keys.map((key) => [materialOf(key), key])).values()]
  if (distinct.length < keys.length) {
    findings.push({
      code: 'key-twice',
      risk: 'dangerous',
      sentence: `${what} lists a key twice in ${name}: it counts once here, and other programs may count it twice, so that one person has two votes`,
    })
  }
  if (distinct.length === 0) throw malformed(what, `${name} has a group without keys`)
  if (typeof threshold !== 'number' || threshold < 1)
    throw malformed(what, `${name} asks for ${JSON.stringify(threshold)} signatures, and at least one is needed`)
  if (threshold > distinct.length) {
    throw malformed(
      what,
      `${name} asks for ${countOf(threshold, 'signature')}, and has ${countOf(distinct.length, 'different key')}`,
      'name more keys, or ask for fewer signatures',
    )
  }
  return { threshold, keys: distinct }
}

/** Keys that can replace all others must not be in daily use: refused where the format says so, told where it does not. */
function checkMasterApart({ written, generation }: SignersFile, what: string, findings: Finding[]): void {
  const master = new Set((written.get('master') ?? []).flatMap(({ keys }) => keys.map(materialOf)))
  const others = [...written].flatMap(([name, groups]) => (name === 'master' ? [] : groups.flatMap(({ keys }) => keys)))
  if (!others.some((key) => master.has(materialOf(key)))) return
  if (generation === 2) throw malformed(what, 'a master key stands in another group too', 'keep master keys apart')
  findings.push({
    code: 'master-in-use',
    risk: 'notable',
    sentence: `A master key of ${what} is used for other things too; who holds it can replace everybody else, so it is kept apart elsewhere`,
  })
}

/** The groups that decide: a missing one is stood in for by the one that its format names. */
export function groupsOf({ written }: SignersFile, name: GroupName): readonly Group[] {
  const artifact = written.get('artifact') ?? []
  const admin = written.get('admin') ?? artifact
  if (name === 'artifact') return artifact
  if (name === 'admin') return admin
  return written.get(name) ?? (name === 'revocation' ? admin : [])
}

/** Every key of every group, once in each of its spellings. */
export function everyKey({ written }: SignersFile): SignerKey[] {
  const keys = [...written.values()].flatMap((groups) => groups.flatMap((group) => group.keys))
  return [...new Map(keys.map((key) => [key.text, key])).values()]
}
