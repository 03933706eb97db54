// The names that minisign has given to keys of this desk, beside the keys themselves: minisign-keys.json in the data folder,
// one line a key as minisign writes it. A key that is not there has the name that follows from itself.
import { utf8 } from '../../core/bytes.ts'
import { AppError } from '../../core/error.ts'
import { isSameKey } from '../../core/key.ts'
import { type MinisignPublicKey, ownKeyId, parseMinisignLine, toMinisignLine } from '../../core/minisign/public-key.ts'
import type { PublicKey } from '../../core/signer.ts'
import type { Transport } from '../../core/transport.ts'
import { list, parseJsonObject, text } from '../json-file.ts'

const fileName = 'minisign-keys.json'
const format = 'countersign minisign keys 1'
const maxFileBytes = 1024 * 1024

/** Of an Ed25519 key. */
export async function namedKey(files: Transport, key: PublicKey, signal: AbortSignal): Promise<MinisignPublicKey> {
  const { keys } = await read(files, signal)
  return keys.find((one) => isSameKey(one.key, key)) ?? { keyId: ownKeyId(key), key }
}

/** The newest name is the one that counts. */
export async function rememberKey(files: Transport, named: MinisignPublicKey, signal: AbortSignal): Promise<void> {
  const { keys, bytes } = await read(files, signal)
  const lines = [...keys.filter(({ key }) => !isSameKey(key, named.key)), named].map(toMinisignLine)
  const content = utf8(`${JSON.stringify({ format, keys: lines }, undefined, 2)}\n`)
  await files.write(new Map([[fileName, content]]), new Map([[fileName, bytes]]), 'name a key for minisign', signal)
}

async function read(
  files: Transport,
  signal: AbortSignal,
): Promise<{ keys: readonly MinisignPublicKey[]; bytes: Uint8Array | null }> {
  const bytes = await files.read(fileName, maxFileBytes, signal)
  if (bytes === undefined) return { keys: [], bytes: null }
  const object = parseJsonObject(bytes, fileName, ['format', 'keys'])
  if (text(object, 'format', fileName) !== format) {
    throw new AppError({
      code: 'format/unsupported',
      message: `${fileName} was written by another version of Countersign`,
      hint: 'update Countersign',
    })
  }
  return { keys: list(object, 'keys', fileName).map((line) => parseMinisignLine(String(line), fileName)), bytes }
}
