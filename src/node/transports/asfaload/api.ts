// The REST interface of an Asfaload backend, /v1, in both of its generations: what is asked, what counts as an answer, and the words
// of a refusal made visible. Which generation it is, its answers say. No answer is believed; what it serves is verified elsewhere.
import { parseBase64, parseHex, utf8 } from '../../../core/bytes.ts'
import { AppError } from '../../../core/error.ts'
import { isObject, type JsonObject, type JsonValue, parseJson } from '../../../core/json.ts'
import { maxBytes, signersName } from '../../../core/systems/asfaload/names.ts'
import { checkSize } from '../../../core/transport.ts'
import { verifyName } from '../../safe-name.ts'
import { checkIsData, exchange, type Whole } from '../../web/exchange.ts'
import type { Access } from '../../web/send.ts'
import type { AsfaloadAddress } from './address.ts'
import { type Authorizer, type Moment, signedHeaders, thisMoment } from './authorization.ts'
import { verifyListed } from './listed-name.ts'
import { checkAnswered, refused } from './refusal.ts'

/** 1: minisign keys, signatures sent without saying who sends them; 2: keys of its own, every question but files signed. */
export type Generation = 1 | 2

/** What waits for the key that asks; newer backends also say which bytes they mean. */
export interface Listed {
  path: string
  /** SHA-512. */
  digest?: Uint8Array
}

export interface ApiOptions {
  access?: Access
  /** Without it only what everybody may ask is asked. */
  authorizer?: Authorizer
  moment?: () => Moment
}

export interface Question {
  /** For the person whose key signs it: "the question which files wait". */
  what: string
  path: string
  /** Composed here; sent as exactly the bytes that were signed. */
  body?: JsonObject
  /** `never`: signed nowhere, whoever may. */
  signed: 'always' | 'never'
  maxBytes?: number
}

export interface AsfaloadApi {
  readonly address: AsfaloadAddress
  readonly authorizer?: Authorizer
  /** The same backend, asked with this key. */
  as(authorizer: Authorizer): AsfaloadApi
  generation(signal: AbortSignal): Promise<Generation>
  /** undefined: certainly absent. */
  file(name: string, maxBytes: number, signal: AbortSignal): Promise<Uint8Array | undefined>
  /** Of this project; what the key may sign in others is left alone. */
  pending(signal: AbortSignal): Promise<Listed[]>
  /** Of the newer generation: what it would have signed together with this file. */
  filesToSign(name: string, signal: AbortSignal): Promise<ReadonlyMap<string, Uint8Array>>
  /** An object, or an error that says why not. */
  ask(question: Question, signal: AbortSignal): Promise<JsonObject>
}

const MiB = 1024 * 1024
const limits = { answerMs: 60_000, idleMs: 15_000, totalMs: 600_000 }
/** A backend reads no more; what is larger is refused before anybody signs it. */
const maxSentBytes = MiB
const maxAnswerBytes = MiB
const maxWordsBytes = 64 * 1024
const maxListBytes = 4 * MiB
/** In one project, each with a dozen files around it. */
const maxListed = 300

export function asfaloadApi(
  address: AsfaloadAddress,
  { access = {}, authorizer, moment = thisMoment }: ApiOptions = {},
): AsfaloadApi {
  const base = new URL(address.backend)
  let known: Promise<Generation> | undefined

  async function call(
    path: string,
    limit: number,
    sent: { body?: Uint8Array; headers?: Record<string, string> },
    signal: AbortSignal,
  ): Promise<Whole> {
    const url = new URL(`v1/${path}`, base)
    if (url.pathname !== `${base.pathname}v1/${path}`) throw new AppError({ code: 'internal/bug', message: url.href })
    const { body, headers = {} } = sent
    const method = body === undefined ? 'GET' : 'POST'
    // Every status is an answer: no redirect is followed, and what was signed for this server goes nowhere else.
    const asked = { ...limits, method, maxBytes: limit, access, also: 'every', headers } as const
    const whole = await exchange(url, base, body === undefined ? asked : { ...asked, body }, signal)
    if (whole === undefined) throw new AppError({ code: 'internal/bug', message: `${url.href}: no answer` })
    checkAnswered(whole, url)
    return whole
  }

  async function ask(
    { what, path, body, signed, maxBytes = maxAnswerBytes }: Question,
    signal: AbortSignal,
  ): Promise<JsonObject> {
    const bytes = body === undefined ? undefined : utf8(JSON.stringify(body))
    if (bytes !== undefined) checkSize(`${what} to the backend`, bytes.length, maxSentBytes)
    const whole = await call(path, maxBytes, await sealed(bytes, what, signed, signal), signal)
    const url = new URL(`v1/${path}`, base)
    checkIsData(url, whole)
    if (whole.status !== 200 && whole.status !== 201) throw refused(what, whole, url)
    return objectOf(whole.bytes, `the answer to ${what}`)
  }

  async function sealed(body: Uint8Array | undefined, what: string, signed: Question['signed'], signal: AbortSignal) {
    const plain = { accept: 'application/json', ...(body === undefined ? {} : { 'content-type': 'application/json' }) }
    const sent = body === undefined ? {} : { body }
    if (signed === 'never') return { ...sent, headers: plain }
    if (authorizer === undefined) throw noKey(what)
    const headers = await signedHeaders(authorizer, body ?? new Uint8Array(), what, moment(), signal)
    return { ...sent, headers: { ...plain, ...headers } }
  }

  async function detect(signal: AbortSignal): Promise<Generation> {
    const url = new URL('v1/ping', base)
    const pong = await call('ping', maxAnswerBytes, {}, signal)
    checkIsData(url, pong)
    const said = objectOr(pong.bytes)
    if (pong.status === 200 && said?.message === 'pong') return 2
    if (pong.status === 401 && typeof said?.error === 'string') return 2
    if (pong.status === 200) throw noBackend(base)
    if (pong.status !== 404) throw refused('the question what it is', pong, url)
    // The older generation knows no ping, but says in its own words which files are not there.
    await file(address.folder + signersName, maxBytes.signers, signal).catch((thrown: unknown) => {
      throw thrown instanceof AppError && thrown.code === 'source/not-found' ? noBackend(base) : thrown
    })
    return 1
  }

  function generation(signal: AbortSignal): Promise<Generation> {
    const detecting = known ?? detect(signal)
    known = detecting
    detecting.catch(() => {
      if (known === detecting) known = undefined
    })
    return detecting
  }

  async function file(name: string, limit: number, signal: AbortSignal): Promise<Uint8Array | undefined> {
    const path = `files/${encoded(name)}`
    // That it is not there takes some words, however short the file may be.
    const whole = await call(path, Math.max(limit, maxWordsBytes), {}, signal)
    const url = new URL(`v1/${path}`, base)
    if (whole.status === 200) {
      checkSize(name, whole.bytes.length, limit)
      return whole.bytes
    }
    if (whole.status === 404 && typeof objectOr(whole.bytes)?.error === 'string') return undefined
    checkIsData(url, whole)
    throw refused('the question for a file', whole, url)
  }

  return {
    address,
    ...(authorizer === undefined ? {} : { authorizer }),
    as: (authorizer) => asfaloadApi(address, { access, authorizer, moment }),
    generation,
    file,
    ask,
    pending: async (signal) => {
      const what = 'the question which files wait'
      const question = { what, path: 'pending_signatures', signed: 'always', maxBytes: maxListBytes } as const
      const answer = await ask(question, signal)
      const { file_paths: paths, pending_files: files } = answer
      // Only the newer generation says which bytes it means.
      if (Array.isArray(files)) known = Promise.resolve(2)
      const all = Array.isArray(files) ? files.map(listedFile) : listIn(paths).map((path) => ({ path: textOf(path) }))
      const listed = all.filter(({ path }) => path.startsWith(address.folder))
      for (const { path } of listed) verifyListed(path, address.folder)
      if (listed.length <= maxListed) return listed
      throw new AppError({
        code: 'source/too-large',
        message: `the backend lists ${listed.length} files of this project that wait, and at most ${maxListed} are looked at`,
        hint: 'name the release that you mean: --release PATH',
      })
    },
    filesToSign: async (name, signal) => {
      const what = 'the question what is signed together'
      const path = `files-to-sign/${encoded(name)}`
      const answer = await ask({ what, path, signed: 'always', maxBytes: 2 * maxBytes.index }, signal)
      if (!isObject(answer.files)) throw unlike('files is no object')
      return new Map(Object.entries(answer.files).map(([path, text]) => [path, parseBase64(textOf(text), path)]))
    },
  }
}

function listedFile(value: JsonValue): Listed {
  const { path, digest } = isObject(value) ? value : {}
  const [, hex] = /^sha512:([0-9a-fA-F]{128})$/.exec(textOf(digest)) ?? []
  if (hex === undefined) throw unlike('a digest is no sha512:..')
  return { path: textOf(path), digest: parseHex(hex.toLowerCase(), 'a digest') }
}

/** Each part by itself: a backend decodes once, and must come to this name and no other. */
function encoded(name: string): string {
  verifyName(name)
  return name.split('/').map(encodeURIComponent).join('/')
}

function objectOf(bytes: Uint8Array, what: string): JsonObject {
  const value = parseJson(bytes, what).value()
  if (isObject(value)) return value
  throw unlike(`${what} is not an object`)
}

/** What is no JSON is no refusal of a backend. */
function objectOr(bytes: Uint8Array): JsonObject | undefined {
  try {
    return objectOf(bytes, 'the answer')
  } catch (thrown) {
    if (thrown instanceof AppError) return undefined
    throw thrown
  }
}

function textOf(value: JsonValue | undefined): string {
  if (typeof value === 'string') return value
  throw unlike('a text is missing')
}

function listIn(value: JsonValue | undefined): readonly JsonValue[] {
  if (Array.isArray(value)) return value
  throw unlike('the list is missing')
}

function unlike(why: string): AppError {
  return new AppError({
    code: 'format/malformed',
    message: `the backend did not answer as an Asfaload backend does: ${why}`,
    hint: 'check the address; the backend may be newer than this program',
  })
}

function noBackend({ href }: URL): AppError {
  return new AppError({
    code: 'source/rejected',
    message: `${href} does not answer as an Asfaload backend does`,
    hint: 'check the address; the project stands behind that of the backend',
  })
}

function noKey(what: string): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: `${what} must be signed by the key that asks, and no key was named`,
    hint: 'say which key asks: --as KEY',
  })
}
