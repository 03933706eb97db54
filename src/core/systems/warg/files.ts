// Where a registry's logs, proofs and changes lie, by name: as a folder holds them, and as a registry on the web is asked for them.
import { type LogKind, operatorLogId, packageLogId } from './encoding/ids.ts'
import { parsePackageName } from './encoding/names.ts'

const MiB = 1024 * 1024
/** The largest that each kind of file may be. */
export const maxBytes = { checkpoint: 64 * 1024, page: 32 * MiB, proof: MiB, candidate: 8 * MiB } as const

export const checkpointName = 'checkpoint.json'
/** Records in a page; only the last one of a log may hold fewer. */
export const pageLength = 1000
export const operatorSubject = 'operator'
const pendingFolder = 'pending/'
const sendingFolder = 'sending/'
const headsFolder = 'heads/'

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
export function partOf(subject: string): string {
  const about = parseSubject(subject)
  return about.kind === 'operator' ? operatorSubject : about.name.replace(':', '+')
}

export function subjectIn(part: string): string | undefined {
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
export const packagesPrefix = 'packages/'

/** What is remembered of a log: how long it was, and its newest record then. */
export function headName(subject: string): string {
  return `${headsFolder}${partOf(subject)}.json`
}

export function subjectOfHead(name: string): string | undefined {
  return subjectBelow(headsFolder, name)
}
