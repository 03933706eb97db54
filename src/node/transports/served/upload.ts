// Content on its way to a served repository: asked first how much of this upload is there, then sent from that byte on.
import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '../../../core/error.ts'
import type { JsonObject } from '../../../core/json.ts'
import { checkCancelled } from '../../cancel.ts'
import { type ApiServer, callApi, objectOf, readApi } from '../../web/api.ts'

export interface Content {
  file: string
  length: number
  sha256: string
  /** By what the server knows this upload; a secret of whoever sends it. */
  upload: string
}

const dayMs = 86_400_000
/** A broken line is often whole again at once; what another request still holds is let go after a while. */
const waitsMs = [0, 1000, 2000, 4000, 8000]

export async function uploadContent(
  server: ApiServer,
  folder: string,
  { file, length, sha256, upload }: Content,
  progress: ((doneBytes: number) => void) | undefined,
  signal: AbortSignal,
): Promise<void> {
  const place = `${folder}${sha256}?upload=${upload}`
  for (let tries = 0; ; tries++) {
    const state = await readApi(server, place, signal)
    // It may have arrived, and been published with its change, while the answer was lost on the way.
    if (state === undefined && tries > 0) return progress?.(length)
    if (state === undefined) throw unasked(sha256)
    if (state.complete === true) return progress?.(length)
    const from = receivedOf(state)
    const wait = waitsMs[tries]
    try {
      const path = `${place}&offset=${from}`
      const body = counted(file, from, progress, signal)
      const headers = { 'content-type': 'application/octet-stream' }
      const answer = await callApi(server, { method: 'PUT', path, body, headers, answerMs: dayMs }, signal)
      if (answer !== undefined && objectOf(answer.bytes, 'the upload').complete === true) return progress?.(length)
    } catch (thrown) {
      // An earlier request is not over yet, or the line broke: what is there tells where to go on.
      const isPassing = thrown instanceof AppError && /^source\/(conflict|unreachable)$/.test(thrown.code)
      if (!isPassing || wait === undefined) throw thrown
    }
    if (wait === undefined) throw unfinished(sha256)
    if (wait > 0) await sleep(wait, undefined, { signal }).catch(() => checkCancelled(signal))
  }
}

function receivedOf({ received }: JsonObject): number {
  return typeof received === 'number' && received >= 0 ? received : 0
}

function counted(
  file: string,
  from: number,
  progress: ((doneBytes: number) => void) | undefined,
  signal: AbortSignal,
): Readable {
  let done = from
  async function* pieces(): AsyncGenerator<Uint8Array> {
    for await (const piece of createReadStream(file, { start: from, highWaterMark: 1024 * 1024, signal })) {
      yield piece
      done += piece.length
      progress?.(done)
    }
  }
  return Readable.from(pieces())
}

function unasked(sha256: string): AppError {
  return new AppError({
    code: 'source/rejected',
    message: `the repository takes no content ${sha256}: no signed change that waits there names it`,
    hint: 'see what became of the change: countersign pending SOURCE',
  })
}

function unfinished(sha256: string): AppError {
  return new AppError({
    code: 'source/unreachable',
    message: `the content ${sha256} did not arrive whole`,
    hint: 'send it again, and it goes on where it broke off: countersign upload SOURCE FILE...',
  })
}
