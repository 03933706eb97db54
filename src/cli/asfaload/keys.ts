// KEY where a signers file names one: its text, the file of a public key, or whatever is known here by that name.
import { statSync } from 'node:fs'
import { AppError } from '../../core/error.ts'
import type { Generation } from '../../core/systems/asfaload/signers-file.ts'
import { keyTextFor, keyTextOfFile, typedKeyText } from '../../node/asfaload/key-text.ts'
import type { Desk } from '../../node/desk.ts'
import { knownKeys } from '../../node/known-keys.ts'
import type { Io } from '../command.ts'
import { readNamed } from '../input.ts'
import { namedKey } from '../role-keys.ts'

const maxKeyFileBytes = 4096

/** `there`: the keys of the file that is changed; one of them keeps its spelling. */
export async function keyTexts(
  wanted: readonly string[],
  generation: Generation,
  desk: Desk,
  io: Io,
  there: readonly string[] = [],
): Promise<string[]> {
  const known = await knownKeys(desk, [], io.signal)
  const found: string[] = []
  for (const one of wanted) {
    const given = typedText(one)
    if (given !== undefined) {
      found.push(given)
      continue
    }
    const { key, rehearsal } = await namedKey(one, known, desk, io).catch((thrown: unknown) => {
      throw withOtherWays(thrown, one)
    })
    if (rehearsal === true) throw isRehearsal(one)
    found.push(await keyTextFor(desk, key, { generation, there }, io.signal))
  }
  return found
}

/** As it was typed, or as it stands in the file that was named. */
export function typedText(words: string): string | undefined {
  const typed = typedKeyText(words)
  if (typed !== undefined || !words.endsWith('.pub')) return typed
  if (statSync(words, { throwIfNoEntry: false }) === undefined) return undefined
  return keyTextOfFile(readNamed(words, maxKeyFileBytes), words)
}

/** What a signers file takes besides. */
function withOtherWays(thrown: unknown, wanted: string): unknown {
  if (!(thrown instanceof AppError) || thrown.code !== 'signer/absent') return thrown
  const { code, message } = thrown
  return new AppError({
    code,
    message,
    hint: `see which there are: countersign keys list; or give ${wanted}.pub, the file of the public key, or the key’s text`,
    cause: thrown,
  })
}

function isRehearsal(name: string): AppError {
  return new AppError({
    code: 'signer/unsupported',
    message: `${name} is for rehearsal, and signers files know no such keys`,
    hint: 'make a key: countersign keys create NAME',
  })
}
