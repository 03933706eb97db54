// A request for signatures as one file (docs/formats/bundle.md): a change, and everything that is needed to verify it from a
// root that the receiver trusts. Deterministic bytes; documents as they were received.

import { parseBase64, parseUtf8, toBase64, toHex, utf8 } from '../bytes.ts'
import { sha256 } from '../crypto.ts'
import { AppError } from '../error.ts'
import { jcsBytes } from '../jcs.ts'
import { isObject, type JsonObject, type JsonValue } from '../json.ts'
import type { SystemId } from '../proposal.ts'
import { byCodePoint } from '../transport.ts'
import { type CarriedForm, type CarriedForms, formFor } from './carried-form.ts'
import {
  checkFields,
  listOf,
  malformed,
  matching,
  momentOf,
  objectOf,
  parseStrictDocument,
  sha256Digits,
  textOf,
} from './strict-document.ts'

export const requestFormat = 'countersign request 1'

export interface TransferRequest {
  system: SystemId
  /** What the sender calls the repository; nobody vouches for it. */
  repository: string
  subject: string
  /** sha256 of the bytes to be signed. */
  digest: string
  /** Of `files`: the document from which everything else is verified. Empty: nothing comes before what waits: of TUF, a first root. */
  anchor: string
  /** By the names that its system has for them on this way, as they were received; the change itself among them. */
  files: ReadonlyMap<string, Uint8Array>
  /** Who asks, why, and when: words of a person, which nobody vouches for. */
  askedBy: string
  reason: string
  madeAt: string
  /** What the sender calls the holders of keys: by the sha256 of the public key (SPKI). */
  holders: ReadonlyMap<string, string>
}

const limits = { bytes: 64 * 1024 * 1024, files: 4096, nameLength: 1024, words: 2000, holders: 1024 }
export const maxRequestBytes = limits.bytes

export function requestBytes(request: TransferRequest, forms: CarriedForms): Uint8Array<ArrayBuffer> {
  const { files, holders, ...plain } = request
  const bytes = jcsBytes({
    format: requestFormat,
    ...plain,
    files: Object.fromEntries([...files].map(([name, content]) => [name, contentValue(content)])),
    holders: Object.fromEntries(holders),
  })
  // Nobody should carry what nobody can read.
  parseRequest(bytes, 'the request', forms)
  return bytes
}

export function parseRequest(bytes: Uint8Array, what: string, forms: CarriedForms): TransferRequest {
  const value = parseStrictDocument(bytes, what, limits.bytes)
  checkFormat(value, requestFormat, what)
  const names = [
    'format',
    'system',
    'repository',
    'subject',
    'digest',
    'anchor',
    'files',
    'askedBy',
    'reason',
    'madeAt',
  ]
  checkFields(value, [...names, 'holders'], what)
  const form = formFor(value.system, what, forms)
  const files = parseFiles(objectOf(value.files, 'files', what), form, what)
  const anchor = textOf(value.anchor, 'anchor', what, limits.nameLength)
  const subject = textOf(value.subject, 'subject', what, limits.nameLength)
  const fault = anchor === '' ? form.firstFault(subject, files) : undefined
  if (fault !== undefined) throw malformed(what, fault)
  if (anchor !== '' && !files.has(anchor))
    throw malformed(what, `the ${form.anchorWord} that it starts from is not among its files`)
  const words = (name: 'repository' | 'askedBy' | 'reason'): string => textOf(value[name], name, what, limits.words)
  return {
    system: form.system.id,
    repository: words('repository'),
    subject,
    digest: matching(value.digest, sha256Digits, 'digest', what),
    anchor,
    files,
    askedBy: words('askedBy'),
    reason: words('reason'),
    madeAt: momentOf(value.madeAt, 'madeAt', what),
    holders: parseHolders(objectOf(value.holders, 'holders', what), what),
  }
}

/** The bytes to judge it from, when it is judged by itself; none where nothing comes before it. */
export function anchorIn({ anchor, files }: Pick<TransferRequest, 'anchor' | 'files'>): Uint8Array {
  return files.get(anchor) ?? new Uint8Array()
}

/** Nothing comes before it, so nobody can vouch for it. */
export function isFirstRequest({ anchor }: Pick<TransferRequest, 'anchor'>): boolean {
  return anchor === ''
}

/** The name of a request among all: nothing in it can change without another one. */
export async function requestId(bytes: Uint8Array): Promise<string> {
  return toHex(await sha256(bytes))
}

export function checkFormat(value: JsonObject, format: string, what: string): void {
  if (value.format === format) return
  const isLater = typeof value.format === 'string' && value.format.startsWith(format.slice(0, format.lastIndexOf(' ')))
  throw new AppError({
    code: 'format/unsupported',
    message: isLater ? `${what} was written by a newer version of Countersign` : `${what} is not a ${format}`,
    hint: isLater ? 'update Countersign' : 'carry the file that "countersign export" wrote',
  })
}

function parseFiles(value: JsonObject, form: CarriedForm, what: string): Map<string, Uint8Array> {
  const entries = Object.entries(value).sort(([a], [b]) => byCodePoint(a, b))
  if (entries.length > limits.files)
    throw malformed(what, `it holds ${entries.length} files, ${limits.files} are allowed`)
  // On many disks the second would take the place of the first.
  const names = new Set(entries.map(([name]) => name.toLowerCase()))
  if (names.size < entries.length) throw malformed(what, 'two of its files have names that are one on some disks')
  return new Map(
    entries.map(([name, content]) => {
      if (!isSafeName(name, form) || foldersOf(name).some((one) => names.has(one.toLowerCase())))
        throw malformed(what, 'the name of a file in it is no name')
      return [name, parseContent(content, name, what)]
    }),
  )
}

/** It becomes a path. What lies beside the folder of the system is ours, and not for a request to say. */
function isSafeName(name: string, { folder, isName }: CarriedForm): boolean {
  if (name.length > limits.nameLength || !name.startsWith(folder) || !isName(name)) return false
  return name.split('/').every((part) => /^[\w.%~@+=-]+$/.test(part) && !/^\.+$/.test(part))
}

function foldersOf(name: string): string[] {
  const parts = name.split('/').slice(0, -1)
  return parts.map((_, at) => parts.slice(0, at + 1).join('/'))
}

/** Documents are text nearly always, and then a person can read the file; what is none is base64. */
function contentValue(bytes: Uint8Array): JsonValue {
  const text = textIn(bytes)
  return text ?? { base64: toBase64(bytes) }
}

function parseContent(value: JsonValue, name: string, what: string): Uint8Array {
  if (typeof value === 'string') return utf8(value)
  if (!isObject(value)) throw malformed(what, `${name} is neither text nor base64`)
  checkFields(value, ['base64'], `${name} in ${what}`)
  if (typeof value.base64 !== 'string') throw malformed(what, `${name} is neither text nor base64`)
  const bytes = parseBase64(value.base64, `${name} in ${what}`)
  if (textIn(bytes) !== undefined) throw malformed(what, `${name} is text, and written as base64`)
  return bytes
}

function textIn(bytes: Uint8Array): string | undefined {
  try {
    return parseUtf8(bytes, 'a file')
  } catch {
    return undefined
  }
}

function parseHolders(value: JsonObject, what: string): Map<string, string> {
  const entries = listOf(Object.entries(value), 'holders', what, limits.holders)
  return new Map(
    entries.map((entry) => {
      const [key, name] = listOf(entry, 'a holder', what, 2)
      return [matching(key, sha256Digits, 'a key', what), textOf(name, 'the name of a holder', what, 200)]
    }),
  )
}
