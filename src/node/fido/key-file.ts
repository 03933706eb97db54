// A signing key whose secret is wrapped once for each FIDO2 token that may open it, as docs/formats/fido-key-file.md
// describes it: reading it strictly, wrapping and unwrapping.
import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto'
import { concatBytes, parseBase64, toBase64, utf8 } from '../../core/bytes.ts'
import { AppError } from '../../core/error.ts'
import { parsePublicKeyPem, toPem } from '../../core/key.ts'
import { isKeyName } from '../../core/key-name.ts'
import type { PublicKey } from '../../core/signer.ts'
import { asFields, list, parseJsonObject, text } from '../json-file.ts'

export interface FidoKey {
  name: string
  key: PublicKey
  tokens: readonly Enrolment[]
}

/** What the token that will open it must be asked. */
export interface EnrolmentHead {
  /** What the token called itself when it was enrolled. */
  label: string
  rpId: string
  credentialId: Uint8Array
  salt: Uint8Array
  /** With a PIN a token computes another secret than without. */
  uvRequired: boolean
}

export interface Enrolment extends EnrolmentHead {
  nonce: Uint8Array
  /** Ciphertext, then the 16 bytes of the tag. */
  wrapped: Uint8Array
}

export type FidoKeyHead = Omit<FidoKey, 'tokens'>

const format = 'countersign fido key file 1'
export const maxFidoKeyBytes = 65_536
/** Not a name on the internet, so no web site can ask a token for a credential of ours. */
export const relyingParty = 'countersign:signing-key'
export const maxTokens = 16
const maxLabelLength = 120
const maxCredentialIdBytes = 1_023
const [saltBytes, nonceBytes, tagBytes] = [32, 12, 16]

export function parseFidoKey(bytes: Uint8Array, what: string): FidoKey {
  if (bytes.length > maxFidoKeyBytes) throw damaged(what, `it has ${bytes.length} of at most ${maxFidoKeyBytes} bytes`)
  const object = parseJsonObject(bytes, what, ['format', 'name', 'scheme', 'publicKey', 'tokens'])
  if (text(object, 'format', what) !== format) {
    throw new AppError({
      code: 'format/unsupported',
      message: `${what} is not a FIDO2 key file this version can read`,
      hint: 'update Countersign, or restore the file from a backup',
    })
  }
  const key = parsePublicKeyPem(text(object, 'publicKey', what))
  if (text(object, 'scheme', what) !== key.scheme) throw damaged(what, 'its scheme is not that of its public key')
  if (key.scheme !== 'ed25519' && key.scheme !== 'ecdsa-p256-sha256')
    throw damaged(what, 'its scheme cannot be wrapped')
  const tokens = list(object, 'tokens', what).map((entry) => parseEnrolment(entry, what))
  if (tokens.length === 0 || tokens.length > maxTokens) throw damaged(what, `it names ${tokens.length} tokens`)
  if (new Set(tokens.map((token) => toBase64(token.credentialId))).size < tokens.length) {
    throw damaged(what, 'it names one credential twice')
  }
  const name = text(object, 'name', what)
  if (!isKeyName(name)) throw damaged(what, 'its name cannot be the name of a key')
  return { name, key, tokens }
}

function parseEnrolment(entry: unknown, what: string): Enrolment {
  const fields = asFields(entry, what, ['label', 'rpId', 'credentialId', 'salt', 'uvRequired', 'nonce', 'wrapped'])
  const binary = (name: string, min: number, max: number): Uint8Array => {
    const value = parseBase64(text(fields, name, what), `${name} of ${what}`)
    if (value.length < min || value.length > max) throw damaged(what, `its ${name} has a wrong length`)
    return value
  }
  const label = text(fields, 'label', what)
  if (!isLabel(label)) throw damaged(what, 'the label of a token is not a label')
  const rpId = text(fields, 'rpId', what)
  if (rpId !== relyingParty) throw damaged(what, 'a credential in it is not one of Countersign')
  const uvRequired = fields.get('uvRequired')
  if (typeof uvRequired !== 'boolean') throw damaged(what, 'uvRequired is not true or false')
  return {
    label,
    rpId,
    credentialId: binary('credentialId', 1, maxCredentialIdBytes),
    salt: binary('salt', saltBytes, saltBytes),
    uvRequired,
    nonce: binary('nonce', nonceBytes, nonceBytes),
    wrapped: binary('wrapped', tagBytes + 1, tagBytes + 1_024),
  }
}

export function toFidoKeyText(file: FidoKey): string {
  const { name, key } = file
  const tokens = file.tokens.map(({ label, rpId, credentialId, salt, uvRequired, nonce, wrapped }) => ({
    label,
    rpId,
    credentialId: toBase64(credentialId),
    salt: toBase64(salt),
    uvRequired,
    nonce: toBase64(nonce),
    wrapped: toBase64(wrapped),
  }))
  return `${JSON.stringify({ format, name, scheme: key.scheme, publicKey: toPem(key), tokens }, undefined, 2)}\n`
}

/** One line of printable ASCII: it stands on screens, and is part of what is authenticated. */
function isLabel(label: string): boolean {
  return label.length <= maxLabelLength && /^[\x21-\x7e]+( [\x21-\x7e]+)*$/.test(label)
}

/** What a token calls itself, as a label. */
export function toLabel(name: string): string {
  const plain = name.replace(/[^\x21-\x7e]+/g, ' ').trim()
  return plain.slice(0, maxLabelLength).trim() || 'FIDO2 token'
}

export function newSalt(): Uint8Array {
  return new Uint8Array(randomBytes(saltBytes))
}

/** Zeroes neither secret: they are the caller's. */
export function wrap(head: FidoKeyHead, token: EnrolmentHead, hmacSecret: Uint8Array, secret: Uint8Array): Enrolment {
  const context = contextOf(head, token)
  const key = wrappingKey(hmacSecret, context)
  try {
    const nonce = new Uint8Array(randomBytes(nonceBytes))
    const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(context)
    const wrapped = concatBytes(cipher.update(secret), cipher.final(), cipher.getAuthTag())
    return { ...token, nonce, wrapped }
  } finally {
    key.fill(0)
  }
}

/** The caller zeroes the secret. */
export function unwrap(head: FidoKeyHead, token: Enrolment, hmacSecret: Uint8Array): Uint8Array {
  const context = contextOf(head, token)
  const key = wrappingKey(hmacSecret, context)
  const decipher = createDecipheriv('aes-256-gcm', key, token.nonce, { authTagLength: tagBytes }).setAAD(context)
  decipher.setAuthTag(token.wrapped.subarray(-tagBytes))
  const secret = new Uint8Array(decipher.update(token.wrapped.subarray(0, -tagBytes)))
  try {
    decipher.final()
    return secret
  } catch (cause) {
    secret.fill(0)
    throw new AppError({
      code: 'format/malformed',
      message: `the token answered, but it does not open key ${head.name}: the key file was changed, or the token was reset`,
      hint: 'restore the file from a backup, or use another token that holds the key',
      data: { name: head.name },
      cause,
    })
  } finally {
    key.fill(0)
  }
}

function wrappingKey(hmacSecret: Uint8Array, context: Uint8Array): Uint8Array {
  const info = concatBytes(utf8('countersign fido wrapping key 1\n'), createHash('sha256').update(context).digest())
  return new Uint8Array(hkdfSync('sha256', hmacSecret, new Uint8Array(0), info, 32))
}

/** Nobody can move a wrapped secret to another name, public key, or token. */
function contextOf(head: FidoKeyHead, token: EnrolmentHead): Uint8Array {
  const lines = [
    format,
    head.name,
    head.key.scheme,
    toBase64(head.key.spki),
    token.label,
    token.rpId,
    toBase64(token.credentialId),
    toBase64(token.salt),
    token.uvRequired ? 'with PIN' : 'touch only',
  ]
  return utf8(lines.join('\n'))
}

function damaged(what: string, why: string): AppError {
  return new AppError({
    code: 'format/malformed',
    message: `${what} is damaged: ${why}`,
    hint: 'restore the file from a backup',
  })
}
