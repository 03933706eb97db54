// What is kept of a comparison with a second screen: which words were asked for, of which request, and when.
import { parseUtf8, utf8 } from '../../core/bytes.ts'
import type { OpenSource } from '../desk.ts'

const nameOf = (requestId: string): string => `compared/${requestId}.json`

export async function wasCompared({ transport }: OpenSource, requestId: string, signal: AbortSignal): Promise<boolean> {
  return (await transport.read(nameOf(requestId), 64 * 1024, signal)) !== undefined
}

export async function noteComparison(
  { transport }: OpenSource,
  requestId: string,
  { positions, at }: { positions: readonly number[]; at: Date },
  signal: AbortSignal,
): Promise<void> {
  const name = nameOf(requestId)
  const before = (await transport.read(name, 64 * 1024, signal)) ?? null
  const earlier = before === null ? '' : parseUtf8(before, name)
  const line = JSON.stringify({ at: at.toISOString(), positions: positions.map((one) => one + 1) })
  await transport.write(new Map([[name, utf8(`${earlier}${line}\n`)]]), new Map([[name, before]]), 'compare', signal)
}
