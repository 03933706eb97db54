// The REST interface of a Warg registry, /v1: what is asked and what counts as an answer. No answer is believed; what it serves is
// verified elsewhere.
import { utf8 } from '../../../core/bytes.ts'
import { AppError } from '../../../core/error.ts'
import type { JsonObject } from '../../../core/json.ts'
import {
  parseConsistency,
  parseInclusion,
  type Sending,
  sendingBytes,
} from '../../../core/systems/warg/encoding/wire.ts'
import { maxBytes } from '../../../core/systems/warg/files.ts'
import { checkIsData, exchange, type Whole } from '../../web/exchange.ts'
import type { Access } from '../../web/send.ts'
import type { WargAddress } from './address.ts'
import { type Fetched, parseFetched, parseRecordState, type RecordState, type UploadPlace } from './answers.ts'
import { discover } from './discovery.ts'
import { checkAnswered, isUnknown, refused } from './refusal.ts'
import { type Content, uploadTo } from './upload.ts'

export interface LogsQuestion {
  logLength: number
  limit: number
  /** From its beginning, where nothing is said. */
  operator?: string
  /** The id of a log, and where to go on in it. */
  log?: { id: string; token?: string }
}

export interface WargApi {
  readonly address: WargAddress
  /** As received. */
  checkpoint(maxBytes: number, signal: AbortSignal): Promise<Uint8Array>
  logs(question: LogsQuestion, signal: AbortSignal): Promise<Fetched>
  inclusion(logLength: number, leaf: number, signal: AbortSignal): Promise<{ log: Uint8Array; map: Uint8Array }>
  consistency(from: number, to: number, signal: AbortSignal): Promise<Uint8Array>
  publish(logId: string, recordId: string, sending: Sending, signal: AbortSignal): Promise<RecordState>
  /** undefined: the registry does not know it. */
  record(logId: string, recordId: string, signal: AbortSignal): Promise<RecordState | undefined>
  upload(digest: string, place: UploadPlace, content: Content, signal: AbortSignal): Promise<void>
}

export interface Limits {
  answerMs: number
  idleMs: number
  totalMs: number
}

const standard: Limits = { answerMs: 60_000, idleMs: 15_000, totalMs: 600_000 }
const MiB = 1024 * 1024
/** Besides its records an answer says how to go on, for each. */
const maxLogsBytes = maxBytes.page + 2 * MiB
const maxStateBytes = MiB

export function wargApi(
  address: WargAddress,
  { access = {}, limits = standard }: { access?: Access; limits?: Limits } = {},
): WargApi {
  let known: Promise<URL> | undefined

  /** Asked once. */
  function place(signal: AbortSignal): Promise<URL> {
    const asking = known ?? discover(address, { ...limits, access }, signal)
    known = asking
    asking.catch(() => {
      if (known === asking) known = undefined
    })
    return asking
  }

  async function ask(
    what: string,
    path: string,
    { body, maxBytes = maxStateBytes }: { body?: Uint8Array; maxBytes?: number },
    signal: AbortSignal,
  ): Promise<Uint8Array> {
    const base = await place(signal)
    const url = new URL(`v1/${path}`, base)
    const json = { accept: 'application/json', ...(body === undefined ? {} : { 'content-type': 'application/json' }) }
    // Every status is an answer: no redirect is followed.
    const asked = { ...limits, access, maxBytes, also: 'every', headers: json } as const
    const sent = body === undefined ? asked : { ...asked, method: 'POST' as const, body }
    const whole = await exchange(url, base, sent, signal)
    return bytesOf(what, whole, url)
  }

  const post = (what: string, path: string, value: JsonObject, maxBytes: number, signal: AbortSignal) =>
    ask(what, path, { body: utf8(JSON.stringify(value)), maxBytes }, signal)

  return {
    address,
    checkpoint: (limit, signal) =>
      ask('the question for its checkpoint', 'fetch/checkpoint', { maxBytes: limit }, signal),
    logs: async ({ logLength, limit, operator, log }, signal) => {
      const question = {
        logLength,
        limit,
        ...(operator === undefined ? {} : { operator }),
        packages: log === undefined ? {} : { [log.id]: log.token ?? null },
      }
      const bytes = await post('the question for records', 'fetch/logs', question, maxLogsBytes, signal)
      return parseFetched(bytes, log === undefined ? [] : [log.id], limit)
    },
    inclusion: async (logLength, leaf, signal) => {
      const question = { logLength, leafs: [leaf] }
      const what = 'the proof of inclusion'
      return parseInclusion(await post(what, 'proof/inclusion', question, maxBytes.proof, signal), what)
    },
    consistency: async (from, to, signal) => {
      const what = 'the proof of consistency'
      return parseConsistency(await post(what, 'proof/consistency', { from, to }, maxBytes.proof, signal), what)
    },
    publish: async (logId, recordId, sending, signal) => {
      const body = sendingBytes(sending)
      return parseRecordState(await ask('the record', `package/${logId}/record`, { body }, signal), recordId)
    },
    record: async (logId, recordId, signal) => {
      try {
        const path = `package/${logId}/record/${recordId}`
        return parseRecordState(await ask('the question for a record', path, {}, signal), recordId)
      } catch (thrown) {
        if (isUnknown(thrown, 'record', recordId) || isUnknown(thrown, 'log', logId)) return undefined
        throw thrown
      }
    },
    upload: async (digest, to, content, signal) =>
      uploadTo(digest, to, content, { base: await place(signal), access }, signal),
  }
}

function bytesOf(what: string, whole: Whole | undefined, url: URL): Uint8Array {
  if (whole === undefined) throw new AppError({ code: 'internal/bug', message: `${url.href}: no answer` })
  checkAnswered(whole, url)
  checkIsData(url, whole)
  if (whole.status < 200 || whole.status > 299) throw refused(what, whole, url)
  return whole.bytes
}
