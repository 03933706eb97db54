// The text of a key file, as docs/formats/key-file.md describes it: reading it strictly, sealing and opening its secret.
import { randomBytes } from 'node:crypto'
import { parseBase64, toBase64, utf8 } from '../core/bytes.ts'
import { AppError } from '../core/error.ts'
import { parsePublicKeyPem, toPem } from '../core/key.ts'
import type { PublicKey } from '../core/signer.ts'
import { field, parseJsonObject, text } from './json-file.ts'
import { stretch } from './stretch.ts'
import { decrypt, encrypt, wrappingKeyId } from './wrapped.ts'

export type Protection = 'passphrase' | 'keychain' | 'public-only'

interface PassphraseSeal {
  kind: 'passphrase'
  /** scrypt (RFC 7914). */
  N: number
  r: number
  p: number
  salt: Uint8Array
  nonce: Uint8Array
  sealed: Uint8Array
}

interface KeychainSeal {
  kind: 'keychain'
  /** Which wrapping key: the first 8 bytes of a hash of it. It is random, so its hash tells nothing. */
  wrap: string
  nonce: Uint8Array
  sealed: Uint8Array
}

export type Seal = PassphraseSeal | KeychainSeal | { kind: 'public-only' }

export interface KeyFile {
  name: string
  key: PublicKey
  /** RFC 3339, UTC. */
  created: string
  seal: Seal
}

export type KeyHead = Omit<KeyFile, 'seal'>

const format = 'countersign key file 1'
export const maxKeyFileBytes = 65_536
/** 128 MiB and about half a second; a hostile file may not ask for more. */
const scryptCost = { N: 2 ** 17, r: 8, p: 1 }
const scryptLimits = { minN: 2 ** 14, maxN: 2 ** 18, r: 8, maxP: 4 }

export function parseKeyFile(bytes: Uint8Array, what: string): KeyFile {
  const object = parseJsonObject(bytes, what, ['format', 'name', 'created', 'scheme', 'publicKey', 'protection'])
  if (text(object, 'format', what) !== format) {
    throw new AppError({
      code: 'format/unsupported',
      message: `${what} is not a key file this version can read`,
      hint: 'update Countersign, or restore the file from a backup',
    })
  }
  const key = parsePublicKeyPem(text(object, 'publicKey', what))
  const created = text(object, 'created', what)
  if (text(object, 'scheme', what) !== key.scheme) throw damaged(what, 'its scheme is not that of its public key')
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(created)) throw damaged(what, 'its time is not a time')
  return { name: text(object, 'name', what), key, created, seal: parseSeal(object, what) }
}

function parseSeal(object: ReadonlyMap<string, unknown>, what: string): Seal {
  const kinds = {
    passphrase: ['kind', 'kdf', 'N', 'r', 'p', 'salt', 'nonce', 'sealed'],
    keychain: ['kind', 'wrap', 'nonce', 'sealed'],
    'public-only': ['kind'],
  } as const
  const kind = field(object, 'protection', what).get('kind')
  if (kind !== 'passphrase' && kind !== 'keychain' && kind !== 'public-only') {
    throw damaged(what, 'its protection is of an unknown kind')
  }
  const seal = field(object, 'protection', what, kinds[kind])
  const bytes = (name: string, length?: number): Uint8Array => {
    const value = parseBase64(text(seal, name, what), `${name} of ${what}`)
    if (length !== undefined && value.length !== length) throw damaged(what, `its ${name} has a wrong length`)
    return value
  }
  if (kind === 'public-only') return { kind }
  const box = { nonce: bytes('nonce', 12), sealed: bytes('sealed') }
  if (kind === 'keychain') return { kind, wrap: text(seal, 'wrap', what), ...box }
  if (text(seal, 'kdf', what) !== 'scrypt') throw damaged(what, 'its passphrase is used in an unknown way')
  const [N, r, p] = [seal.get('N'), seal.get('r'), seal.get('p')]
  if (
    !isCost(N, scryptLimits.minN, scryptLimits.maxN) ||
    (N & (N - 1)) !== 0 ||
    r !== scryptLimits.r ||
    !isCost(p, 1, scryptLimits.maxP)
  ) {
    throw damaged(what, 'its passphrase cost is outside what is allowed')
  }
  return { kind, N, r, p, salt: bytes('salt', 32), ...box }
}

function isCost(value: unknown, min: number, max: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max
}

export function toKeyFileText(file: KeyFile): string {
  const { seal } = file
  const binary = (bytes: Uint8Array) => toBase64(bytes)
  const protection =
    seal.kind === 'public-only'
      ? seal
      : {
          ...seal,
          ...('salt' in seal ? { kdf: 'scrypt', salt: binary(seal.salt) } : {}),
          nonce: binary(seal.nonce),
          sealed: binary(seal.sealed),
        }
  const { name, created, key } = file
  const object = { format, name, created, scheme: key.scheme, publicKey: toPem(key), protection }
  return `${JSON.stringify(object, undefined, 2)}\n`
}

function damaged(what: string, why: string): AppError {
  return new AppError({
    code: 'format/malformed',
    message: `${what} is damaged: ${why}`,
    hint: 'restore the file from a backup',
  })
}

/** What the seal vouches for besides the secret: nobody can move a secret to another name or public key. */
function additionalData(head: KeyHead, protection: string): Uint8Array {
  return utf8([format, head.name, head.created, head.key.scheme, toBase64(head.key.spki), protection].join('\n'))
}

const describePassphrase = (seal: Pick<PassphraseSeal, 'N' | 'r' | 'p' | 'salt'>): string =>
  `passphrase scrypt ${seal.N} ${seal.r} ${seal.p} ${toBase64(seal.salt)}`

export async function sealWithPassphrase(head: KeyHead, secret: Uint8Array, passphrase: Uint8Array): Promise<Seal> {
  const cost = { ...scryptCost, salt: randomBytes(32) }
  const key = await stretch(passphrase, cost, 32)
  try {
    return { kind: 'passphrase', ...cost, ...encrypt(key, secret, additionalData(head, describePassphrase(cost))) }
  } finally {
    key.fill(0)
  }
}

export function sealWithWrappingKey(head: KeyHead, secret: Uint8Array, wrappingKey: Uint8Array): Seal {
  const wrap = wrappingKeyId(wrappingKey)
  return { kind: 'keychain', wrap, ...encrypt(wrappingKey, secret, additionalData(head, `keychain ${wrap}`)) }
}

/** The caller zeroes the secret. */
export async function openWithPassphrase(file: KeyFile, passphrase: Uint8Array): Promise<Uint8Array> {
  if (file.seal.kind !== 'passphrase')
    throw new AppError({ code: 'internal/bug', message: 'not sealed by a passphrase' })
  const key = await stretch(passphrase, file.seal, 32)
  try {
    const secret = decrypt(key, file.seal, additionalData(file, describePassphrase(file.seal)))
    if (secret !== undefined) return secret
  } finally {
    key.fill(0)
  }
  throw new AppError({
    code: 'signer/pin-wrong',
    message: `the passphrase does not open key ${file.name}`,
    hint: 'type it again; there is no limit to the tries',
    data: { name: file.name },
  })
}

/** The caller zeroes the secret, and the wrapping key. */
export function openWithWrappingKey(file: KeyFile, wrappingKey: Uint8Array | undefined): Uint8Array {
  if (file.seal.kind !== 'keychain') throw new AppError({ code: 'internal/bug', message: 'not sealed by the keychain' })
  if (wrappingKey === undefined || wrappingKeyId(wrappingKey) !== file.seal.wrap) {
    throw new AppError({
      code: 'signer/absent',
      message: `key ${file.name} was protected by a keychain that is not here`,
      hint: 'restore the keychain of the computer on which the key was made',
      data: { name: file.name },
    })
  }
  const secret = decrypt(wrappingKey, file.seal, additionalData(file, `keychain ${file.seal.wrap}`))
  if (secret === undefined) throw damaged(`key ${file.name}`, 'its secret part or its public part was changed')
  return secret
}
