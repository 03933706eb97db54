// A request for signatures as one file (docs/formats/bundle.md): a change, and everything that is needed to verify it from a
// root that the receiver trusts. Deterministic bytes; documents as they were received.

import { parseBase64, parseUtf8, toBase64, toHex, utf8 } from '../bytes.ts'
import { sha256 } from '../crypto.ts'
import { AppError } from '../error.ts'
import { jcsBytes } from '../jcs.ts'
import { isObject, type JsonObject, type JsonValue } from '../json.ts'
import type { SystemId } from '../proposal.ts'
import { byCodePoint } from '../transport.ts'
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
  /** Of `files`: the document from which everything else is verified. Empty: it is the first root, and nothing comes before it. */
  anchor: string
  /** By their names in the plain layout, as they were received; the change itself among them. */
  files: ReadonlyMap<string, Uint8Array>
  /** Who asks, why, and when: words of a person, which nobody vouches for. */
  askedBy: string
  reason: string
  madeAt: string
  /** What the sender calls the holders of keys: by the sha256 of the public key (SPKI). */
  holders: ReadonlyMap<string, string>
}

const firstRootName = 'metadata/pending/root.json'
const limits = { bytes: 64 * 1024 * 1024, files: 4096, nameLength: 1024, words: 2000, holders: 1024 }
export const maxRequestBytes = limits.bytes

export function requestBytes(request: TransferRequest): Uint8Array<ArrayBuffer> {
  const { files, holders, ...plain } = request
  const bytes = jcsBytes({
    format: requestFormat,
    ...plain,
    files: Object.fromEntries([...files].map(([name, content]) => [name, contentValue(content)])),
    holders: Object.fromEntries(holders),
  })
  // Nobody should carry what nobody can read.
  parseRequest(bytes, 'the request')
  return bytes
}

export function parseRequest(bytes: Uint8Array, what: string): TransferRequest {
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
  checkSystem(value, what)
  const files = parseFiles(objectOf(value.files, 'files', what), what)
  const anchor = textOf(value.anchor, 'anchor', what, limits.nameLength)
  const subject = textOf(value.subject, 'subject', what, limits.nameLength)
  if (anchor === '') checkIsFirst(subject, files, what)
  else if (!files.has(anchor)) throw malformed(what, 'the root that it starts from is not among its files')
  const words = (name: 'repository' | 'askedBy' | 'reason'): string => textOf(value[name], name, what, limits.words)
  return {
    system: 'tuf',
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

/** The bytes to judge it from, when it is judged by itself; none of a first root. */
export function anchorIn({ anchor, files }: Pick<TransferRequest, 'anchor' | 'files'>): Uint8Array {
  return files.get(anchor) ?? new Uint8Array()
}

/** Before it there is no root, so nobody can vouch for it. */
export function isFirstRequest({ anchor }: Pick<TransferRequest, 'anchor'>): boolean {
  return anchor === ''
}

/** Without a root to judge from, nothing but the root itself has any standing. */
function checkIsFirst(subject: string, files: TransferRequest['files'], what: string): void {
  if (subject !== 'root') throw malformed(what, 'only a root can be without one that it starts from')
  if (files.size !== 1 || !files.has(firstRootName)) throw malformed(what, 'a first root is carried alone')
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

export function checkSystem(value: JsonObject, what: string): void {
  if (value.system === 'tuf') return
  throw new AppError({
    code: 'format/unsupported',
    message: `${what} is of a trust system that is not known here`,
    hint: 'update Countersign',
  })
}

function parseFiles(value: JsonObject, what: string): Map<string, Uint8Array> {
  const entries = Object.entries(value).sort(([a], [b]) => byCodePoint(a, b))
  if (entries.length > limits.files)
    throw malformed(what, `it holds ${entries.length} files, ${limits.files} are allowed`)
  // On many disks the second would take the place of the first.
  if (new Set(entries.map(([name]) => name.toLowerCase())).size < entries.length)
    throw malformed(what, 'two of its files have names that are one on some disks')
  return new Map(
    entries.map(([name, content]) => {
      if (!isPlainName(name)) throw malformed(what, 'the name of a file in it is no name')
      return [name, parseContent(content, name, what)]
    }),
  )
}

/**
 * A document below the folder of metadata, spelled in one way, and never a folder where another request has a document: it becomes
 * a path. What lies beside that folder is ours, and not for a request to say.
 */
function isPlainName(name: string): boolean {
  const found = name.length > limits.nameLength ? null : /^metadata\/(?:([\w.%~@+-]+)\/)?[\w.%~@+-]+\.json$/.exec(name)
  return found !== null && !/^\.+$|\.json$/i.test(found[1] ?? '')
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
