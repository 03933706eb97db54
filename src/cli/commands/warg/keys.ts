// KEY where a record names one: its text, its id, the file of a public key, or whatever is known here by that name. P-256 only.
import { statSync } from 'node:fs'
import { parseUtf8, toHex } from '../../../core/bytes.ts'
import { AppError } from '../../../core/error.ts'
import { keyLabel, parsePublicKeyPem } from '../../../core/key.ts'
import type { PublicKey } from '../../../core/signer.ts'
import { parseSpki } from '../../../core/spki.ts'
import { checkKeyId, parseWargKey, type WargKey, wargKey } from '../../../core/systems/warg/encoding/key.ts'
import { visible } from '../../../core/visible.ts'
import type { Desk } from '../../../node/desk.ts'
import { type KnownKey, knownKeys } from '../../../node/known-keys.ts'
import { type Answer, answer, type Io } from '../../command.ts'
import { readNamed } from '../../input.ts'
import { namedKey } from '../../role-keys.ts'
import { quoted } from '../../text.ts'
import type { Call } from './call.ts'

const maxKeyFileBytes = 64 * 1024

/** What two people read to each other: records name a key by its id, which is made of its text and nothing else. */
export async function key({ parsed, desk, io }: Call): Promise<Answer> {
  const [wanted = ''] = parsed.positionals
  const { text, id, key: found } = await findWargKey(wanted, new Map(), desk, io)
  const owner = (await desk.names(io.signal)).get(toHex(found.spki))
  return answer(
    { ...(owner === undefined ? {} : { owner }), text, id },
    `${owner === undefined ? 'a key without a name here' : visible(owner)}`,
    `  text  ${text}`,
    `  id    ${id}`,
  )
}

/** `met`: keys that the log names, which an id alone may stand for. */
export async function findWargKey(
  wanted: string,
  met: ReadonlyMap<string, WargKey>,
  desk: Desk,
  io: Io,
): Promise<WargKey> {
  if (wanted.startsWith('ecdsa-p256:')) return parseWargKey(wanted, 'the key')
  const known = await knownKeys(desk, [], io.signal)
  if (wanted.startsWith('sha256:')) return ofId(checkKeyId(wanted, 'KEY'), met, known)
  if (isKeyFile(wanted)) return keyOfFile(wanted)
  const { key, rehearsal } = await namedKey(wanted, known, desk, io).catch((thrown: unknown) => {
    throw withOtherWays(thrown)
  })
  if (rehearsal === true) throw isRehearsal(wanted)
  return p256(key, wanted)
}

function ofId(id: string, met: ReadonlyMap<string, WargKey>, known: readonly KnownKey[]): WargKey {
  const there = met.get(id)
  if (there !== undefined) return there
  const here = known.flatMap(({ key }) => (isP256(key) ? [wargKey(key)] : [])).find((one) => one.id === id)
  if (here !== undefined) return here
  throw new AppError({
    code: 'signer/absent',
    message: `no key of the id ${id} stands in this log, and none is known here`,
    hint: 'an id does not hold the key: give its text, ecdsa-p256:…, or the file of the public key',
  })
}

function isKeyFile(wanted: string): boolean {
  return /\.(?:pub|pem)$/.test(wanted) && statSync(wanted, { throwIfNoEntry: false }) !== undefined
}

function keyOfFile(file: string): WargKey {
  const text = parseUtf8(readNamed(file, maxKeyFileBytes), file).trim()
  return text.startsWith('ecdsa-p256:') ? parseWargKey(text, file) : p256(parsePublicKeyPem(`${text}\n`), file)
}

function p256(key: PublicKey, name: string): WargKey {
  if (isP256(key)) return wargKey(key)
  throw new AppError({
    code: 'signer/unsupported',
    message: `the key ${visible(name)} is of ${keyLabel(key)}, and records of Warg take P-256 keys alone`,
    hint: 'make one: countersign keys create NAME --type p256; or countersign tokens generate TOKEN SLOT --type p256',
  })
}

function isP256({ spki }: PublicKey): boolean {
  return parseSpki(spki).scheme === 'ecdsa-p256-sha256'
}

function withOtherWays(thrown: unknown): unknown {
  if (!(thrown instanceof AppError) || thrown.code !== 'signer/absent') return thrown
  const { code, message } = thrown
  const hint =
    'see which there are: countersign keys list; or give the file of the public key (.pem), its text (ecdsa-p256:…), or its id as it stands in the log (sha256:…)'
  return new AppError({ code, message, hint, cause: thrown })
}

function isRehearsal(name: string): AppError {
  return new AppError({
    code: 'signer/unsupported',
    message: `${visible(name)} is for rehearsal, and records of Warg know no such keys`,
    hint: `make a key: countersign keys create ${quoted('NAME')} --type p256`,
  })
}
