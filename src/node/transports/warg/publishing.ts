// A signed record on its way into the log of a package. It is asked first whether the registry has it already, and after a broken line
// again: it is sent once, and said to have failed only when that is certain.
import { AppError } from '../../../core/error.ts'
import { packageLogId, recordIdOf } from '../../../core/systems/warg/encoding/ids.ts'
import type { Sending } from '../../../core/systems/warg/encoding/wire.ts'
import { parseRecord } from '../../../core/systems/warg/log/record.ts'
import { checkCancelled } from '../../cancel.ts'
import type { RecordState, UploadPlace } from './answers.ts'
import type { WargApi } from './api.ts'
import {
  cancelledThere,
  forgotten,
  neverSeen,
  noContent,
  notKept,
  notReleased,
  notSent,
  noWay,
  rejected,
  stillBusy,
  stillOthers,
  uncertain,
} from './outcome.ts'
import { type Pace, patience, waiting } from './patience.ts'
import { isPassing, isRefusal } from './refusal.ts'
import type { Content } from './upload.ts'

/** By the digest that a record names; undefined where nobody has it here. */
export type ContentOf = (digest: string) => Promise<Content | undefined>

export interface Publication {
  api: WargApi
  sending: Sending
  content: ContentOf
  pace: Pace
}

/** Ends when the registry says that the record is in the log. */
export async function publishRecord(publication: Publication, signal: AbortSignal): Promise<void> {
  const { api, sending } = publication
  const logId = packageLogId(sending.packageName)
  const recordId = recordIdOf('package', sending.envelope.contents)
  const { entries } = parseRecord('package', sending.envelope.contents, 'the record')
  const released = new Set(entries.flatMap((one) => (one.kind === 'release' ? [one.digest] : [])))
  const record: Underway = { ...publication, logId, recordId, released }
  const known = await api.record(logId, recordId, signal)
  checkCancelled(signal)
  const state = known ?? (await send(record, signal))
  try {
    await settle(record, state, signal)
  } catch (thrown) {
    // "Nothing was changed" would be wrong by now.
    throw isCancelled(thrown) ? cancelledThere(recordId, thrown) : thrown
  }
}

interface Underway extends Publication {
  logId: string
  recordId: string
  /** Digests that the record itself names: no other file that lies here goes to the registry. */
  released: ReadonlySet<string>
}

async function send(record: Underway, signal: AbortSignal): Promise<RecordState> {
  const { api, logId, recordId, sending, pace } = record
  const others = waiting(patience.others, pace)
  for (;;) {
    try {
      return await api.publish(logId, recordId, sending, signal)
    } catch (thrown) {
      if (!isRefusal(thrown)) return seen(record, thrown, signal)
      if (!isOthersTurn(thrown)) throw thrown
      // What is under way may be this very record, sent before.
      const mine = await api.record(logId, recordId, signal)
      if (mine !== undefined) return mine
      if (!(await others.again(signal))) throw stillOthers(sending.packageName, others.seconds(), thrown)
      checkCancelled(signal)
    }
  }
}

function isOthersTurn(thrown: unknown): boolean {
  return thrown instanceof AppError && thrown.data?.status === 409 && thrown.data.type === 'record'
}

/** The line broke, or something else answered: whether it arrived, the registry alone can say. */
async function seen({ api, logId, recordId, pace }: Underway, why: unknown, signal: AbortSignal): Promise<RecordState> {
  const line = waiting(patience.line, pace)
  let last: unknown
  for (;;) {
    try {
      const state = await api.record(logId, recordId, signal)
      if (state !== undefined) return state
      last = undefined
    } catch (thrown) {
      if (signal.aborted) throw cancelledThere(recordId, thrown)
      last = thrown
    }
    if (await line.again(signal)) continue
    throw last === undefined ? neverSeen(recordId, why) : uncertain(recordId, last)
  }
}

/** How often one content is sent: what a registry says that it misses after that, it does not keep. */
const mostUploads = 2
const waitsForStoring = 4

interface Upload {
  times: number
  /** How often it was waited for since: a registry may take a while to store it. */
  waits: number
  /** Why it may not have arrived. */
  why?: unknown
}

async function settle(record: Underway, first: RecordState, signal: AbortSignal): Promise<void> {
  const { recordId, pace } = record
  const uploads = new Map<string, Upload>()
  const busy = waiting(patience.record, pace)
  let state = first
  for (;;) {
    if (state.kind === 'published') return
    if (state.kind === 'rejected') throw rejected(recordId, state.reason)
    if (state.kind === 'sourcing' && state.missing.size > 0 && !isBeingStored(state.missing, uploads)) {
      await uploadMissing(record, state.missing, uploads, signal)
    } else {
      if (!(await busy.again(signal))) throw stillBusy(recordId, busy.seconds())
      checkCancelled(signal)
    }
    state = await stateOf(record, signal)
  }
}

/** All of it arrived here and there, and was not waited for long. */
function isBeingStored(missing: ReadonlyMap<string, unknown>, uploads: ReadonlyMap<string, Upload>): boolean {
  const sent = [...missing.keys()].map((digest) => uploads.get(digest))
  if (!sent.every((one) => one !== undefined && one.why === undefined && one.waits < waitsForStoring)) return false
  for (const one of sent) if (one !== undefined) one.waits++
  return true
}

/** A line that breaks once says nothing about the record. */
async function stateOf({ api, logId, recordId }: Underway, signal: AbortSignal): Promise<RecordState> {
  try {
    const state = await api.record(logId, recordId, signal)
    if (state !== undefined) return state
  } catch (thrown) {
    if (isCancelled(thrown)) throw thrown
    if (isPassing(thrown)) return { kind: 'processing' }
    throw uncertain(recordId, thrown)
  }
  throw forgotten(recordId)
}

async function uploadMissing(
  { api, content, released }: Underway,
  missing: ReadonlyMap<string, readonly UploadPlace[]>,
  uploads: Map<string, Upload>,
  signal: AbortSignal,
): Promise<void> {
  // All of them before the first is sent.
  for (const digest of missing.keys()) if (!released.has(digest)) throw notReleased(digest)
  for (const [digest, [place]] of missing) {
    const { times, why } = uploads.get(digest) ?? { times: 0 }
    if (times >= mostUploads) throw why === undefined ? notKept(digest) : notSent(digest, why)
    const found = await content(digest).catch((thrown: unknown) => {
      throw thrown instanceof AppError ? notSent(digest, thrown) : thrown
    })
    if (found === undefined) throw noContent(digest)
    if (place === undefined) throw noWay(digest)
    const upload: Upload = { times: times + 1, waits: 0 }
    uploads.set(digest, upload)
    try {
      await api.upload(digest, place, found, signal)
    } catch (thrown) {
      if (isCancelled(thrown)) throw thrown
      // It may have arrived, or be there by now: the registry is asked again.
      const isOpen = isPassing(thrown) || (thrown instanceof AppError && thrown.data?.status === 405)
      if (!isOpen) throw notSent(digest, thrown)
      upload.why = thrown
    }
  }
}

function isCancelled(thrown: unknown): boolean {
  return thrown instanceof AppError && thrown.code === 'user/cancelled'
}
