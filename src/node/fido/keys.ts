// The folder of wrapped keys, one file a key: <name in lower case>.json. What a file says of tokens is a promise of its
// maker; only the token can keep it.
import { utf8 } from '../../core/bytes.ts'
import { AppError, toAppError } from '../../core/error.ts'
import { keyFileName } from '../../core/key-name.ts'
import type { Transport } from '../../core/transport.ts'
import { type FidoKey, maxFidoKeyBytes, parseFidoKey, toFidoKeyText } from './key-file.ts'

export interface StoredFidoKey {
  file: FidoKey
  /** As they were read: a change is written only over these. */
  bytes: Uint8Array
}

export interface FidoKeys {
  /** Sorted by name. A damaged file does not hide the others: it is a problem of its own. */
  list(signal: AbortSignal): Promise<{ keys: FidoKey[]; problems: { where: string; error: AppError }[] }>
  find(name: string, signal: AbortSignal): Promise<StoredFidoKey>
  /** Before a person is asked anything. */
  refuseTaken(name: string, signal: AbortSignal): Promise<void>
  add(file: FidoKey, signal: AbortSignal): Promise<void>
  replace(was: StoredFidoKey, file: FidoKey, signal: AbortSignal): Promise<void>
}

export function fidoKeys(files: Transport): FidoKeys {
  async function refuseTaken(name: string, signal: AbortSignal): Promise<void> {
    if ((await files.list(keyFileName(name), signal)).includes(keyFileName(name))) throw taken(name)
  }

  return {
    list: async (signal) => {
      const keys: FidoKey[] = []
      const problems: { where: string; error: AppError }[] = []
      for (const name of (await files.list('', signal)).filter((one) => /^[^/]+\.json$/.test(one))) {
        try {
          const bytes = await files.read(name, maxFidoKeyBytes, signal)
          if (bytes !== undefined) keys.push(parseNamed(bytes, name))
        } catch (thrown) {
          const error = toAppError(thrown)
          if (error.code === 'user/cancelled' || error.code === 'internal/bug') throw error
          problems.push({ where: `FIDO2 key file ${name}`, error })
        }
      }
      return { keys, problems }
    },

    find: async (name, signal) => {
      const fileName = keyFileName(name)
      const bytes = await files.read(fileName, maxFidoKeyBytes, signal)
      if (bytes !== undefined) return { file: parseNamed(bytes, fileName), bytes }
      throw new AppError({
        code: 'signer/absent',
        message: `there is no FIDO2 key ${name} here`,
        hint: 'copy its key file from the computer on which it was made; the tokens alone do not hold it',
        data: { name },
      })
    },

    refuseTaken,

    add: async (file, signal) => {
      const fileName = keyFileName(file.name)
      const content = new Map([[fileName, utf8(toFidoKeyText(file))]])
      try {
        await files.write(content, new Map([[fileName, null]]), `add FIDO2 key ${file.name}`, signal)
      } catch (thrown) {
        const error = toAppError(thrown)
        // The name was taken in between. A conflict without a name is another program at work.
        if (error.code === 'source/conflict' && error.data?.name !== undefined) throw taken(file.name, error)
        throw error
      }
    },

    replace: async (was, file, signal) => {
      const fileName = keyFileName(file.name)
      const content = new Map([[fileName, utf8(toFidoKeyText(file))]])
      await files.write(content, new Map([[fileName, was.bytes]]), `add a token to FIDO2 key ${file.name}`, signal)
    },
  }
}

function parseNamed(bytes: Uint8Array, fileName: string): FidoKey {
  const file = parseFidoKey(bytes, `FIDO2 key file ${fileName}`)
  if (keyFileName(file.name) === fileName) return file
  throw new AppError({
    code: 'format/malformed',
    message: `FIDO2 key file ${fileName} holds a key of another name`,
    hint: 'give the file back its name, <key name in lower case>.json',
  })
}

function taken(name: string, cause?: unknown): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: `there is already a FIDO2 key ${name.toLowerCase()}`,
    hint: 'choose another name; capital letters make no difference',
    data: { name },
    cause,
  })
}
