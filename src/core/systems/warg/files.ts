// Where a registry's logs, proofs and changes lie, by name: as a folder holds them, and as a registry on the web is asked for them.
import { parseBase64, toBase64 } from '../../bytes.ts'
import { jcsBytes } from '../../jcs.ts'
import { countIn, listIn, objectIn, parseAnswer, textIn } from './answer.ts'
import type { Envelope } from './envelope.ts'
import { fault } from './fault.ts'
import { type LogKind, operatorLogId, packageLogId } from './ids.ts'
import { checkKeyId } from './key.ts'
import { parsePackageName } from './names.ts'

const MiB = 1024 * 1024
/** The largest that each kind of file may be. */
export const maxBytes = { checkpoint: 64 * 1024, page: 32 * MiB, proof: MiB, candidate: 8 * MiB } as const

export const checkpointName = 'checkpoint.json'
/** Records in a page; only the last one of a log may hold fewer. */
export const pageLength = 1000
export const operatorSubject = 'operator'
const pendingFolder = 'pending/'
const sendingFolder = 'sending/'

/** What changes in a registry: the log of its operator, or that of a package, under its name. */
export type Subject = { kind: 'operator' } | { kind: 'package'; name: string }

export function parseSubject(text: string): Subject {
  if (text === operatorSubject) return { kind: 'operator' }
  parsePackageName(text)
  return { kind: 'package', name: text }
}

export function logIdOf(subject: string): string {
  const about = parseSubject(subject)
  return about.kind === 'operator' ? operatorLogId : packageLogId(about.name)
}

export function kindOf(subject: string): LogKind {
  return parseSubject(subject).kind
}

/** No name of a package has a plus, and Windows has no colon in names and takes "con.x" for a device. */
function partOf(subject: string): string {
  const about = parseSubject(subject)
  return about.kind === 'operator' ? operatorSubject : about.name.replace(':', '+')
}

function subjectIn(part: string): string | undefined {
  if (part === operatorSubject) return part
  const name = part.replace('+', ':')
  try {
    parsePackageName(name)
  } catch {
    return undefined
  }
  return name.replace(':', '+') === part ? name : undefined
}

export function logFolder(subject: string): string {
  return subject === operatorSubject ? 'operator/' : `packages/${partOf(subject)}/`
}

/** From 1. */
export function pageName(subject: string, page: number): string {
  return `${logFolder(subject)}${String(page).padStart(6, '0')}.json`
}

export function parsePageName(name: string): { subject: string; page: number } | undefined {
  const [, folder = '', digits = ''] = /^(operator|packages\/[^/]+)\/(\d{6})\.json$/.exec(name) ?? []
  const subject = subjectIn(folder.replace('packages/', ''))
  return subject === undefined || Number(digits) === 0 || pageName(subject, Number(digits)) !== name
    ? undefined
    : { subject, page: Number(digits) }
}

/** That the leaf of a checkpoint's log is in that log, and its record the newest one of its own log. */
export function inclusionName(logLength: number, registryIndex: number): string {
  return `proofs/inclusion/${logLength}-${registryIndex}.json`
}

export function consistencyName(from: number, to: number): string {
  return `proofs/consistency/${from}-${to}.json`
}

export function parseProofName(
  name: string,
):
  | { kind: 'inclusion'; logLength: number; registryIndex: number }
  | { kind: 'consistency'; from: number; to: number }
  | undefined {
  const [, kind, a = '', b = ''] =
    /^proofs\/(inclusion|consistency)\/(0|[1-9]\d{0,9})-(0|[1-9]\d{0,9})\.json$/.exec(name) ?? []
  if (kind === 'inclusion') return { kind, logLength: Number(a), registryIndex: Number(b) }
  return kind === 'consistency' ? { kind, from: Number(a), to: Number(b) } : undefined
}

/** A change that waits for signatures. */
export function pendingName(subject: string): string {
  return `${pendingFolder}${partOf(subject)}.json`
}

/** A record that is signed, on its way to the registry: what is written there is sent. */
export function sendingName(subject: string): string {
  return `${sendingFolder}${partOf(subject)}.json`
}

export function subjectOfPending(name: string): string | undefined {
  return subjectBelow(pendingFolder, name)
}

export function subjectOfSending(name: string): string | undefined {
  return subjectBelow(sendingFolder, name)
}

function subjectBelow(folder: string, name: string): string | undefined {
  const isThere = name.startsWith(folder) && name.endsWith('.json')
  return isThere ? subjectIn(name.slice(folder.length, -'.json'.length)) : undefined
}

export const pendingPrefix = pendingFolder

/** By the names of what lies in a folder. */
export function subjectOfLog(name: string): string | undefined {
  return parsePageName(name)?.subject
}

/** A record in the log of its own, and its place in the log of the registry, from 0. */
export interface LoggedRecord extends Envelope {
  registryIndex: number
}

export function parsePage(bytes: Uint8Array, what: string): LoggedRecord[] {
  const { records } = objectIn(parseAnswer(bytes, what), ['records'], what)
  const list = listIn(records, what)
  if (list.length > pageLength) {
    throw fault('bad-answer', 'format/malformed', `${what} has ${list.length} records, of at most ${pageLength}`)
  }
  return list.map((one, at) => {
    const name = `record ${at + 1} of ${what}`
    const { contentBytes, keyId, signature, registryIndex } = objectIn(
      one,
      ['contentBytes', 'keyId', 'signature', 'registryIndex'],
      name,
    )
    return {
      ...signedIn({ contentBytes, keyId, signature }, name),
      registryIndex: countIn(registryIndex, `the place of ${name}`, 0xffffffff),
    }
  })
}

export function pageBytes(records: readonly LoggedRecord[]): Uint8Array<ArrayBuffer> {
  return jcsBytes({
    records: records.map(({ registryIndex, ...signed }) => ({ ...signedJson(signed), registryIndex })),
  })
}

/** A record, who says to have signed it, and the signature: as registries spell it in JSON. */
export function parseSigned(bytes: Uint8Array, what: string): Envelope {
  const { contentBytes, keyId, signature } = objectIn(
    parseAnswer(bytes, what),
    ['contentBytes', 'keyId', 'signature'],
    what,
  )
  return signedIn({ contentBytes, keyId, signature }, what)
}

export function signedBytes(envelope: Envelope): Uint8Array<ArrayBuffer> {
  return jcsBytes(signedJson(envelope))
}

type SignedFields = Readonly<Record<'contentBytes' | 'keyId' | 'signature', Parameters<typeof textIn>[0]>>

function signedIn({ contentBytes, keyId, signature }: SignedFields, what: string): Envelope {
  return {
    contents: parseBase64(textIn(contentBytes, what), what),
    keyId: checkKeyId(textIn(keyId, what), `the key of ${what}`),
    signature: textIn(signature, `the signature of ${what}`),
  }
}

function signedJson({ contents, keyId, signature }: Envelope) {
  return { contentBytes: toBase64(contents), keyId, signature }
}

/** What a registry answers about a leaf: that its log holds it, and its map the record. */
export function parseInclusion(bytes: Uint8Array, what: string): { log: Uint8Array; map: Uint8Array } {
  const { log, map } = objectIn(parseAnswer(bytes, what), ['log', 'map'], what)
  return { log: parseBase64(textIn(log, what), what), map: parseBase64(textIn(map, what), what) }
}

export function parseConsistency(bytes: Uint8Array, what: string): Uint8Array {
  const { proof } = objectIn(parseAnswer(bytes, what), ['proof'], what)
  return parseBase64(textIn(proof, what), what)
}

// ---- what is sent -------------------------------------------------------------------------------------------------------

export interface Sending {
  packageName: string
  envelope: Envelope
}

export function parseSending(bytes: Uint8Array, what: string): Sending {
  const { packageName, record } = objectIn(parseAnswer(bytes, what), ['packageName', 'record'], what)
  const { contentBytes, keyId, signature } = objectIn(record, ['contentBytes', 'keyId', 'signature'], what)
  const name = textIn(packageName, what)
  parsePackageName(name)
  return { packageName: name, envelope: signedIn({ contentBytes, keyId, signature }, what) }
}

/** As a registry takes it. */
export function sendingBytes({ packageName, envelope }: Sending): Uint8Array<ArrayBuffer> {
  return jcsBytes({ packageName, record: signedJson(envelope) })
}
