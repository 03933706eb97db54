// Rehearsal keys: their secrets lie unencrypted in one file that says so. They sign only where the signed metadata itself
// calls them rehearsal keys.
import { parseBase64, toBase64, utf8 } from '../../core/bytes.ts'
import { AppError } from '../../core/error.ts'
import { parsePublicKeyPem, toPem } from '../../core/key.ts'
import type { PublicKey, Signer, SignerSource } from '../../core/signer.ts'
import { createSoftwareKey, type SoftwareKey, type SoftwareScheme, signWithSecret } from '../../core/software-key.ts'
import type { Transport } from '../../core/transport.ts'
import { asFields, list, parseJsonObject, text } from '../json-file.ts'

const fileName = 'rehearsal-keys.json'
const maxFileBytes = 4 * 1024 * 1024
const format = 'countersign rehearsal keys 1'
const warning =
  'These keys are not protected. They are for practice only and must never be trusted by a real repository.'

interface RehearsalKey extends SoftwareKey {
  name: string
}

export function rehearsalSigners(files: Transport): SignerSource {
  return {
    list: async (signal) => (await readKeys(files, signal)).keys.map((entry) => signerOf(entry)),
  }
}

/** Refuses a name that is taken. */
export async function createRehearsalKey(
  files: Transport,
  name: string,
  scheme: SoftwareScheme,
  signal: AbortSignal,
): Promise<Signer> {
  if (!/^[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}$/.test(name)) {
    throw new AppError({
      code: 'usage/invalid',
      message: 'this cannot be the name of a rehearsal key',
      hint: 'use 1 to 64 letters (a to z), digits, spaces, dots, - and _',
    })
  }
  const { keys, bytes } = await readKeys(files, signal)
  if (keys.some((entry) => entry.name.toLowerCase() === name.toLowerCase())) {
    throw new AppError({
      code: 'usage/invalid',
      message: `there is already a rehearsal key ${name}`,
      hint: 'choose another name; capital letters make no difference',
      data: { name },
    })
  }
  const made = { name, ...(await createSoftwareKey(scheme)) }
  const content = toText([...keys, made])
  await files.write(new Map([[fileName, utf8(content)]]), new Map([[fileName, bytes ?? null]]), `add ${name}`, signal)
  return signerOf(made)
}

async function readKeys(
  files: Transport,
  signal: AbortSignal,
): Promise<{ keys: RehearsalKey[]; bytes: Uint8Array | undefined }> {
  const bytes = await files.read(fileName, maxFileBytes, signal)
  if (bytes === undefined) return { keys: [], bytes }
  const object = parseJsonObject(bytes, fileName, ['format', 'warning', 'keys'])
  if (text(object, 'format', fileName) !== format) {
    throw new AppError({ code: 'format/unsupported', message: `${fileName} is not a file this version can read` })
  }
  const keys = list(object, 'keys', fileName).map((entry): RehearsalKey => {
    const fields = asFields(entry, fileName, ['name', 'scheme', 'publicKey', 'unprotectedSecret'])
    const key: PublicKey = parsePublicKeyPem(text(fields, 'publicKey', fileName))
    const secret = parseBase64(text(fields, 'unprotectedSecret', fileName), 'a rehearsal secret')
    return { name: text(fields, 'name', fileName), key, secret }
  })
  return { keys, bytes }
}

function toText(keys: readonly RehearsalKey[]): string {
  const entries = keys.map(({ name, key, secret }) => ({
    name,
    scheme: key.scheme,
    publicKey: toPem(key),
    unprotectedSecret: toBase64(secret),
  }))
  return `${JSON.stringify({ format, warning, keys: entries }, undefined, 2)}\n`
}

function signerOf({ name, key, secret }: RehearsalKey): Signer {
  return {
    id: `rehearsal:${name}`,
    label: `Rehearsal key ${name}`,
    key,
    rehearsal: true,
    asks: 'nothing',
    sign: async (message) => signWithSecret(key, secret, message),
  }
}
