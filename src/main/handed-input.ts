// What the window hands over, as bytes with a name: a file, a pasted text, what codes held. Input like any other.
import { basename } from 'node:path'
import { parseBase64, utf8 } from '../core/bytes.ts'
import { maxRequestBytes } from '../core/transfer/request.ts'
import type { HandedInput } from '../ipc/carry.ts'
import { readOnce } from '../node/read-once.ts'
import type { Places } from './window-places.ts'

export async function readHanded(
  input: HandedInput,
  places: Places,
  signal: AbortSignal,
): Promise<{ name: string; bytes: Uint8Array }> {
  if (input.from === 'text') return { name: 'the pasted text', bytes: utf8(input.text.trim()) }
  if (input.from === 'codes')
    return { name: 'what the codes held', bytes: parseBase64(input.packed, 'what the codes held') }
  const path = await places.toRead(input.path)
  return { name: basename(path), bytes: await readOnce(path, maxRequestBytes, signal) }
}
