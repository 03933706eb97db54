// What a backend would have signed together, asked with a key that signs without anybody being asked: so only a few times.
import { toHex } from '../../../core/bytes.ts'
import { sha512 } from '../../../core/crypto.ts'
import type { AsfaloadApi } from './api.ts'

/** Each is one more signature of that key, whatever a backend lists. */
const mostQuestions = 8

/** By name and what is served under it; empty where nothing is asked any more. */
export type Together = (
  name: string,
  served: Uint8Array,
  signal: AbortSignal,
) => Promise<ReadonlyMap<string, Uint8Array>>

/** Answers are kept as long as the place is open; a question that failed was signed as well. */
export function signedTogether({ filesToSign }: Pick<AsfaloadApi, 'filesToSign'>): Together {
  const answers = new Map<string, ReadonlyMap<string, Uint8Array>>()
  let left = mostQuestions
  return async (name, served, signal) => {
    const about = `${toHex(await sha512(served))} ${name}`
    const known = answers.get(about)
    if (known !== undefined) return known
    if (left === 0) return new Map()
    left -= 1
    const answer = await filesToSign(name, signal)
    answers.set(about, answer)
    return answer
  }
}
