// The content of an artifact that goes into a change as a whole: small enough for that, and still what was looked at.
import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { AppError } from '../../core/error.ts'
import { checkSize } from '../../core/transport.ts'
import { translateErrno } from '../errno.ts'

/** What forges take in one file. */
const maxBytes = 100_000_000

export async function readArtifact(
  file: string,
  { length, sha256 }: { length: number; sha256: string },
  signal: AbortSignal,
): Promise<Uint8Array> {
  let bytes: Uint8Array
  try {
    checkSize(file, (await stat(file)).size, maxBytes)
    bytes = new Uint8Array(await readFile(file, { signal }))
  } catch (thrown) {
    throw translateErrno(thrown, 'read', file)
  }
  if (bytes.length === length && createHash('sha256').update(bytes).digest('hex') === sha256) return bytes
  throw new AppError({
    code: 'trust/changed',
    message: `${file} is not the file any more that was looked at`,
    hint: 'look at it again, then propose the change',
  })
}
