// The whole of one answer, as long as it comes in time and is no longer than expected.
import { checkSize } from '../../core/transport.ts'
import type { Stopwatch } from './stopwatch.ts'

export async function readBody(
  response: Response,
  name: string,
  maxBytes: number,
  clock: Stopwatch,
  idleMs: number,
): Promise<Uint8Array> {
  // Only a hint, but an honest server spares us the download.
  const announced = Number(response.headers.get('content-length') ?? 0)
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    if (Number.isFinite(announced)) checkSize(name, announced, maxBytes)
    clock.allow(idleMs)
    for await (const chunk of response.body ?? []) {
      clock.allow(idleMs)
      size += chunk.length
      checkSize(name, size, maxBytes)
      chunks.push(chunk)
    }
  } catch (thrown) {
    await response.body?.cancel().catch(() => undefined)
    throw thrown
  }
  const bytes = new Uint8Array(size)
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.length
  }
  return bytes
}
