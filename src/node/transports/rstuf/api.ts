// The REST interface of RSTUF, /api/v1: what is asked, what counts as an answer, and the words of a refusal made visible.
// Read in repository-service-tuf-api. It refuses with status 200 and `detail`, so the message is what counts.
import { utf8 } from '../../../core/bytes.ts'
import { AppError } from '../../../core/error.ts'
import { type JsonObject, type JsonValue, parseJson } from '../../../core/json.ts'
import { checkFewNames } from '../../../core/systems/tuf/rstuf/documents.ts'
import { visible } from '../../../core/visible.ts'
import type { Answered, Caller } from '../../caller.ts'
import { shortWords } from '../../web/words.ts'

const api = 'api/v1/'
const maxAnswerBytes = 1024 * 1024
/** All roles that wait, and what is in force, in one answer: real ones have some hundred thousand bytes. A file may hold more. */
const maxPendingBytes = 16 * 1024 * 1024

export type Bootstrap = 'none' | 'under way' | 'signing' | 'finished'

export interface RstufApi {
  readonly address: string
  bootstrap(signal: AbortSignal): Promise<Bootstrap>
  /** The answer as received. */
  pending(signal: AbortSignal): Promise<Uint8Array>
  /** Each answers the id of the task that does it. */
  send(what: Sent, body: Uint8Array, signal: AbortSignal): Promise<string>
  task(id: string, signal: AbortSignal): Promise<JsonObject>
}

/** What can be sent, where, and how the service says that it took it. */
const sent = {
  signature: { path: 'metadata/sign', accepted: 'Metadata sign accepted.' },
  withdrawal: { path: 'metadata/sign/delete', accepted: 'Metadata sign delete accepted.' },
  update: { path: 'metadata/', accepted: 'Metadata update accepted.' },
  ceremony: { path: 'bootstrap/', accepted: 'Bootstrap accepted.' },
} as const
export type Sent = keyof typeof sent

export function rstufApi(caller: Caller): RstufApi {
  const { address } = caller

  function refuse(what: string, answered: Answered): never {
    const said = wordsOf(answered.bytes)
    const words = said === '' ? '' : `: “${said}”`
    const { status } = answered
    const data = { status }
    if (status === 401 || status === 403 || status === 407) {
      const message = `${address} lets only those in whom it knows (status ${status})${words}`
      throw new AppError({
        code: 'source/rejected',
        message,
        hint: 'give it a token that it takes: countersign access SOURCE --token; its admin has one',
        data,
      })
    }
    if (status === 404 || status === 405) {
      const message = `${address} does not ${what} (status ${status})${words}`
      const hint = 'check the address; an admin can also have switched this off'
      throw new AppError({ code: 'source/rejected', message, hint, data })
    }
    throw new AppError({
      code: status >= 500 ? 'source/unreachable' : 'source/rejected',
      message: `the service did not ${what} (status ${status})${words}`,
      hint: status >= 500 ? 'repeat later, or ask the admin of the service' : 'ask the admin of the service',
      data,
    })
  }

  return {
    address,
    bootstrap: async (signal) => {
      const answered = await caller.get(`${api}bootstrap/`, maxAnswerBytes, signal)
      if (answered.status !== 200) refuse('say whether it is set up', answered)
      const data = objectOf(answered.bytes, 'the answer about the set-up').data
      if (!isObject(data) || typeof data.bootstrap !== 'boolean') refuse('say whether it is set up', answered)
      return data.bootstrap ? 'finished' : stateOf(data.state)
    },
    pending: async (signal) => {
      const answered = await caller.get(`${api}metadata/sign`, maxPendingBytes, signal)
      if (answered.status !== 200) refuse('show what waits', answered)
      const what = 'the answer about what waits'
      checkFewNames(answered.bytes, what)
      // Its documents are large: no values are made of them here.
      if (parseJson(answered.bytes, what).members.has('detail')) refuse('show what waits', answered)
      return answered.bytes
    },
    send: async (what, body, signal) => {
      const { path, accepted } = sent[what]
      const answered = await caller.post(`${api}${path}`, body, maxAnswerBytes, signal)
      if (answered.status !== 202 && answered.status !== 200) refuse('take it', answered)
      const { data, message } = objectOf(answered.bytes, 'the answer to what was sent')
      if (message !== accepted || !isObject(data)) refuse('take it', answered)
      const id = data.task_id
      return typeof id === 'string' && /^[\w-]{1,128}$/.test(id) ? id : refuse('say how it is done', answered)
    },
    task: async (id, signal) => {
      const answered = await caller.get(`${api}task/?task_id=${encodeURIComponent(id)}`, maxAnswerBytes, signal)
      if (answered.status !== 200) refuse('say how far it is', answered)
      const { data } = objectOf(answered.bytes, 'the answer about a task')
      return isObject(data) ? data : refuse('say how far it is', answered)
    },
  }
}

function stateOf(state: JsonValue | undefined): Bootstrap {
  if (state === null || state === undefined) return 'none'
  if (state === 'signing') return 'signing'
  if (state === 'pre') return 'under way'
  if (state === 'finished') return 'finished'
  throw new AppError({
    code: 'format/unsupported',
    message: `the service says that its set-up is in a state not known here: ${visible(JSON.stringify(state)).slice(0, 60)}`,
    hint: 'ask the admin of the service; it may be newer than this program',
  })
}

export function encodeBody(value: JsonValue): Uint8Array {
  return utf8(JSON.stringify(value))
}

function objectOf(bytes: Uint8Array, what: string): JsonObject {
  const value = parseJson(bytes, what).value()
  if (isObject(value)) return value
  throw new AppError({
    code: 'format/malformed',
    message: `${what} is not an object`,
    hint: 'check the address of the service with its admin',
  })
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Whatever it says in words, wherever: message and error, at the top, in `detail` or in a result. */
export function saidIn(value: JsonValue | undefined): string {
  if (typeof value === 'string') return value
  if (Array.isArray(value)) return value.map(saidIn).filter(Boolean).join('; ')
  if (!isObject(value)) return ''
  const parts = [value.message, value.error, value.details, value.detail, value.msg].map(saidIn).filter(Boolean)
  return [...new Set(parts)].join(': ')
}

function wordsOf(bytes: Uint8Array): string {
  try {
    return shortWords(saidIn(parseJson(bytes, 'the answer').value()))
  } catch (thrown) {
    // The status says what there is to say.
    if (thrown instanceof AppError) return ''
    throw thrown
  }
}
