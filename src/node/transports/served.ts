// A repository that "countersign serve" runs, as a Transport: what is published is read as from any web server; what waits
// is listed, proposed and signed over its developer API. It publishes by itself, and asks for a signature with every change.
import { createHash } from 'node:crypto'
import { isEqualBytes, toBase64 } from '../../core/bytes.ts'
import { AppError, isVerdict } from '../../core/error.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import { isObject } from '../../core/json.ts'
import type { Signer } from '../../core/signer.ts'
import { parseEnvelope } from '../../core/systems/tuf/envelope.ts'
import { decodeRole, encodeRole } from '../../core/systems/tuf/names.ts'
import { newSignatures } from '../../core/systems/tuf/signatures.ts'
import { signWithdrawal } from '../../core/systems/tuf/withdrawal.ts'
import { byCodePoint, checkSize, type Files, type Transport } from '../../core/transport.ts'
import { visible } from '../../core/visible.ts'
import type { UploadName } from '../upload-names.ts'
import { type ApiServer, callApi, objectOf, postApi, readApi } from '../web/api.ts'
import type { Access } from '../web/send.ts'
import { listenToEvents } from './served/events.ts'
import { type Content, uploadContent } from './served/upload.ts'

/** What a served repository can do beyond moving bytes. */
export interface Served {
  /** As whoever runs it calls it: a suggestion, and nothing more. */
  name(signal: AbortSignal): Promise<string | undefined>
  /** Where a candidate stands, named by the sha256 of its payload: published only where the answer to what was sent said so. */
  outcome(subject: string, digest: string, signal: AbortSignal): Promise<Standing>
  /** What the repository says of all that waits, by the ids of the proposals. */
  awaited(signal: AbortSignal): Promise<ReadonlyMap<string, Awaited>>
  /** `reviewed`: the digest of what a person was shown; anything else that waits by now stays. */
  withdraw(
    subject: string,
    reviewed: string,
    signer: Signer,
    ids: readonly string[],
    signal: AbortSignal,
  ): Promise<void>
  /** Content that a signed candidate names; goes on where it broke off. */
  upload(
    content: Omit<Content, 'upload'>,
    progress: ((doneBytes: number) => void) | undefined,
    signal: AbortSignal,
  ): Promise<void>
  /** Until the signal: calls back whenever something happened there, and after each new connection. */
  listen(changed: () => void, signal: AbortSignal): Promise<void>
}

/** Waits: and why although enough keys have signed. Gone: it does not wait there, and nothing more is known. */
export type Standing = { kind: 'published' } | ({ kind: 'waits' } & Awaited) | { kind: 'gone' }

/** What the repository says of a change that waits there. */
export interface Awaited {
  /** Why it is not published although enough keys have signed. */
  why?: string
  /** Content that it names and that has not arrived. */
  missing?: Missing
}

export interface Missing {
  files: number
  bytes: number
  /** The first of them; said, and not verified. */
  paths: readonly string[]
}

const api = 'api/v1/'
const service = 'countersign repository 1'
const pending = 'metadata/pending/'
const maxCandidateBytes = 32 * 1024 * 1024

/** What is at an address; `unknown`: why that cannot be said now. */
export type Nature = { kind: 'served' | 'plain' } | { kind: 'unknown'; error: AppError }

/** Whether such a repository answers at this address, or a web server like any other. */
export async function natureOf(base: URL, signal: AbortSignal, access: Access = {}): Promise<Nature> {
  try {
    const call = { method: 'GET', path: api, maxBytes: 64 * 1024, answerMs: 5000 } as const
    const answer = await callApi({ base, access }, call, signal)
    return { kind: answer !== undefined && objectOf(answer.bytes, api).service === service ? 'served' : 'plain' }
  } catch (thrown) {
    if (!(thrown instanceof AppError)) throw thrown
    // Who is not let in was told nothing, and nobody was told anything by a server that did not answer.
    const isShut = thrown.data?.status === 401 || thrown.data?.status === 403
    if (isShut || thrown.code === 'source/unreachable') return { kind: 'unknown', error: thrown }
    // Something else: whoever reads from it will say what is wrong with it.
    if (isVerdict(thrown)) return { kind: 'plain' }
    throw thrown
  }
}

/** `plain`: the same address, read as any web server. */
export function servedTransport(
  base: URL,
  plain: Transport,
  uploadName: UploadName,
  access: Access = {},
): Transport & Served {
  const server: ApiServer = { base, access }
  /** Of what was sent from here: the repository's own answer was that it took effect at once. */
  const published = new Set<string>()
  function keepReceipt(receipt: JsonObject, sent: readonly Document[]): void {
    const subjects = listOf(receipt.published).flatMap((one) => (isObject(one) ? one.subject : []))
    for (const { subject, bytes } of sent) {
      const payload = subjects.includes(subject) ? envelopeOr(bytes)?.payload : undefined
      if (payload !== undefined) published.add(placeOf(subject, sha256(payload)))
    }
  }

  async function candidates(signal: AbortSignal): Promise<JsonObject[]> {
    const answer = await readApi(server, `${api}candidates`, signal)
    return listOf(answer?.candidates).filter(isObject)
  }

  async function read(subject: string, maxBytes: number, signal: AbortSignal): Promise<Uint8Array | undefined> {
    const path = `${api}candidates/${encodeRole(subject)}`
    const limit = Math.min(maxBytes, maxCandidateBytes)
    const answer = await callApi(server, { method: 'GET', path, maxBytes: limit }, signal)
    return answer?.bytes
  }

  return {
    list: async (prefix, signal) => {
      if (!prefix.startsWith(pending)) return plain.list(prefix, signal)
      const subjects = (await candidates(signal)).flatMap(({ subject }) => (typeof subject === 'string' ? subject : []))
      const names = subjects.map((subject) => `${pending}${encodeRole(subject)}.json`)
      return [...new Set(names)].filter((name) => name.startsWith(prefix)).sort(byCodePoint)
    },

    read: async (name, maxBytes, signal) => {
      const subject = subjectOf(name)
      if (subject === undefined) return plain.read(name, maxBytes, signal)
      const bytes = await read(subject, maxBytes, signal)
      if (bytes !== undefined) checkSize(name, bytes.length, maxBytes)
      return bytes
    },

    write: async (files, before, _note, signal) => {
      const documents = documentsOf(files, before)
      if (documents.length === 0) return
      const [only, other] = documents
      const signed = only === undefined || other !== undefined ? undefined : addedSignatures(only)
      if (only !== undefined && signed !== undefined) {
        const body = JSON.stringify({ payload: signed.payload, signatures: signed.signatures })
        const path = `${api}candidates/${encodeRole(only.subject)}/signatures`
        keepReceipt(await postApi(server, path, body, signal), documents)
        return
      }
      const sent = documents.map(({ subject, was, bytes }) => ({
        subject,
        base: was === null ? null : sha256(was),
        content: toBase64(bytes),
      }))
      keepReceipt(await postApi(server, `${api}candidates`, JSON.stringify({ documents: sent }), signal), documents)
    },

    name: async (signal) => {
      const name = (await readApi(server, api, signal))?.name
      return typeof name === 'string' && name.trim() !== '' ? visible(name.trim().slice(0, 120)) : undefined
    },

    outcome: async (subject, digest, signal) => {
      if (published.has(placeOf(subject, digest))) return { kind: 'published' }
      const found = (await candidates(signal)).find((one) => one.subject === subject && one.payload === digest)
      if (found === undefined) return { kind: 'gone' }
      return { kind: 'waits', ...awaitedOf(found) }
    },

    awaited: async (signal) => {
      const all = new Map<string, Awaited>()
      for (const one of await candidates(signal)) {
        const { subject, payload } = one
        if (typeof subject !== 'string' || typeof payload !== 'string') continue
        all.set(placeOf(subject, payload), awaitedOf(one))
      }
      return all
    },

    withdraw: async (subject, reviewed, signer, ids, signal) => {
      const found = (await candidates(signal)).find((one) => one.subject === subject)
      const { payload: digest, nonce } = found ?? {}
      if (digest !== reviewed || typeof nonce !== 'string') throw gone(subject)
      const bytes = await read(subject, maxCandidateBytes, signal)
      // What is signed away is what was reviewed and lies there, and not what somebody says lies there.
      if (bytes === undefined || sha256(parseEnvelope(bytes, visible(subject)).payload) !== digest) throw gone(subject)
      const statement = await signWithdrawal({ subject, digest, nonce }, signer, ids, signal)
      await postApi(server, `${api}withdrawals`, new TextDecoder().decode(statement), signal)
    },

    upload: async (content, progress, signal) => {
      const upload = await uploadName(base, content.sha256, signal)
      await uploadContent(server, `${api}content/`, { ...content, upload }, progress, signal)
    },
    listen: (changed, signal) => listenToEvents(new URL(`${api}events`, base), changed, signal, { access }),
  }
}

const maxPaths = 100

function awaitedOf({ held, missing }: JsonObject): Awaited {
  const why = isObject(held) ? held.message : undefined
  const { files, bytes, paths } = isObject(missing) ? missing : {}
  const isMissing = typeof files === 'number' && files > 0 && typeof bytes === 'number'
  const named = listOf(paths).filter((path) => typeof path === 'string')
  return {
    ...(typeof why === 'string' ? { why: visible(why.slice(0, 600)) } : {}),
    ...(isMissing ? { missing: { files, bytes, paths: named.slice(0, maxPaths) } } : {}),
  }
}

interface Document {
  subject: string
  bytes: Uint8Array
  was: Uint8Array | null
}

function documentsOf(files: Files, base: Files): Document[] {
  return [...files].map(([name, bytes]) => {
    const subject = subjectOf(name)
    if (subject === undefined) throw notOurs(name)
    if (bytes === null) throw unsignedWithdrawal(subject)
    return { subject, bytes, was: base.get(name) ?? null }
  })
}

/** One document may wait for two subjects. */
function placeOf(subject: string, digest: string): string {
  return `${subject}/${digest}`
}

function subjectOf(name: string): string | undefined {
  if (!name.startsWith(pending) || !name.endsWith('.json')) return undefined
  return decodeRole(name.slice(pending.length, -'.json'.length))
}

/** Nothing but signatures came to what waited: then they are sent alone, and nobody else's can be lost. */
function addedSignatures({ subject, bytes, was }: Document) {
  const before = was === null ? undefined : envelopeOr(was)
  const after = parseEnvelope(bytes, visible(subject))
  if (before === undefined || !isEqualBytes(before.payload, after.payload)) return undefined
  const signatures = newSignatures(after.signatures, before.signatures)
  return signatures.length === 0 ? undefined : { payload: sha256(after.payload), signatures }
}

/** What waited may have been anything. */
function envelopeOr(bytes: Uint8Array): ReturnType<typeof parseEnvelope> | undefined {
  try {
    return parseEnvelope(bytes, 'what waited')
  } catch (thrown) {
    if (isVerdict(thrown)) return undefined
    throw thrown
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

function listOf(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? value : []
}

function notOurs(name: string): AppError {
  return new AppError({
    code: 'source/rejected',
    message: `${visible(name)} is not written from here: this repository publishes by itself`,
    hint: 'sign the change; it is published when enough keys have signed',
    data: { name: visible(name) },
  })
}

function unsignedWithdrawal(subject: string): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: `what waits for ${visible(subject)} is withdrawn only with a signature`,
    hint: 'name the key: --sign-with KEY',
  })
}

function gone(subject: string): AppError {
  return new AppError({
    code: 'trust/changed',
    message: `what waited for ${visible(subject)} is not there any more`,
    hint: 'look at what waits now',
  })
}
