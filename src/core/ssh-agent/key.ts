// Keys and signatures as SSH writes them (RFC 8709, RFC 5656), as ours: which of an agent's keys can sign here, and what it signed.
import { sha256 } from '@noble/hashes/sha2.js'
import { concatBytes, isEqualBytes, parseUtf8, toBase64, utf8 } from '../bytes.ts'
import { derTag, toDer, toDerInteger } from '../der.ts'
import { toAppError } from '../error.ts'
import { rawEd25519, spkiOfPoint, spkiOfRawEd25519 } from '../key.ts'
import type { PublicKey, Scheme } from '../signer.ts'
import { badAnswer, readMagnitude, readWire, type WireReader } from './wire.ts'

/** A key that can sign here, or why it cannot. */
export type SshKey = { key: PublicKey } | { type: string; why: string }

const curves = {
  'ecdsa-sha2-nistp256': { scheme: 'ecdsa-p256-sha256', curve: 'p256', name: 'nistp256' },
  'ecdsa-sha2-nistp384': { scheme: 'ecdsa-p384-sha384', curve: 'p384', name: 'nistp384' },
} as const

/** The type that stands in a signature, and how long r and s can be; undefined where no agent signs in this way. */
const ways: Readonly<Record<Scheme, { type: string; size: number } | undefined>> = {
  ed25519: { type: 'ssh-ed25519', size: 64 },
  'ecdsa-p256-sha256': { type: 'ecdsa-sha2-nistp256', size: 32 },
  'ecdsa-p384-sha384': { type: 'ecdsa-sha2-nistp384', size: 48 },
  'rsa-pss-sha256': undefined,
}

const maxTypeBytes = 100

/** One that is none of ours is told with its reason; one that claims to be and is damaged as well: it hides no other. */
export function readSshKey(blob: Uint8Array): SshKey {
  let type = 'damaged'
  try {
    const wire = readWire(blob)
    const said = wire.string('the type of the key')
    if (said.length > maxTypeBytes) return badAnswer(`the type of the key has ${said.length} bytes`)
    type = parseUtf8(said, 'the type of the key')
    if (type === 'ssh-ed25519') return { key: ed25519Key(wire) }
    if (type === 'ecdsa-sha2-nistp256' || type === 'ecdsa-sha2-nistp384') return { key: ecdsaKey(wire, type) }
    return { type, why: whyNot(type) }
  } catch (thrown) {
    return { type, why: toAppError(thrown).message }
  }
}

function ed25519Key(wire: WireReader): PublicKey {
  const raw = wire.string('the Ed25519 key')
  wire.end('the Ed25519 key')
  return { scheme: 'ed25519', spki: spkiOfRawEd25519(raw) }
}

function ecdsaKey(wire: WireReader, type: keyof typeof curves): PublicKey {
  const { scheme, curve, name } = curves[type]
  if (!isText(wire.string('the curve of the key'), name)) return badAnswer('the key names another curve than its type')
  const point = wire.string('the point of the key')
  wire.end('the point of the key')
  return { scheme, spki: spkiOfPoint(curve, point) }
}

function whyNot(type: string): string {
  if (type.includes('-cert-')) return 'a certificate for logging in, not a key'
  if (type.startsWith('sk-')) return 'it signs data of its security key along with the message, which no client accepts'
  if (type === 'ssh-rsa') return 'an ssh-agent has no RSA signatures of the kind that is used here (PSS)'
  return 'keys of this kind are not used here'
}

function isText(bytes: Uint8Array, text: string): boolean {
  return isEqualBytes(bytes, utf8(text))
}

/** As ssh-add -l shows it: "SHA256:" and 43 characters. */
export function sshFingerprint(blob: Uint8Array): string {
  return `SHA256:${toBase64(sha256(blob)).replace(/=+$/, '')}`
}

/** "ssh:SHA256:..." of a key that an agent could hold; undefined of the kinds that are not named by a bare key. */
export function sshKeyId({ scheme, spki }: PublicKey): string | undefined {
  if (scheme !== 'ed25519') return undefined
  const start = utf8('\0\0\0\x0bssh-ed25519\0\0\0\x20')
  return `ssh:${sshFingerprint(concatBytes(start, rawEd25519({ scheme, spki })))}`
}

/** In the scheme's own form: raw for Ed25519, ASN.1 DER for ECDSA. */
export function parseSshSignature(signature: Uint8Array, { scheme }: PublicKey): Uint8Array {
  const wire = readWire(signature)
  const way = ways[scheme]
  if (way === undefined || !isText(wire.string('the type of the signature'), way.type)) {
    return badAnswer('the ssh-agent signed in another way than its key does')
  }
  const value = wire.string('the signature')
  wire.end('the signature')
  if (scheme === 'ed25519') {
    return value.length === way.size
      ? value
      : badAnswer(`the signature has ${value.length} bytes where 64 are expected`)
  }
  const pair = readWire(value)
  const numbers = [readMagnitude(pair, 'r of the signature'), readMagnitude(pair, 's of the signature')]
  pair.end('the signature')
  if (numbers.some(({ length }) => length > way.size)) return badAnswer('r or s of the signature is too long')
  return toDer(derTag.sequence, ...numbers.map(toDerInteger))
}
