// Keys as signers files write them: minisign's own text, and two spellings of a bare Ed25519 key. Material decides, not text.
import { parseBase64, toBase64, toHex, utf8 } from '../../bytes.ts'
import { AppError } from '../../error.ts'
import { isSameKey, keyLabel, parsePublicKey, rawEd25519, spkiOfRawEd25519 } from '../../key.ts'
import { keyIdText, parseMinisignLine } from '../../minisign/public-key.ts'
import type { PublicKey } from '../../signer.ts'
import { malformed, unsupported } from './document.ts'

/** How its signatures are made: minisign's files, or a bare Ed25519 signature over a digest. */
export type KeyForm = 'minisign' | 'asfaload' | 'ssh'

export interface SignerKey {
  form: KeyForm
  /** As it is written in the file, which is also its name among the signatures. */
  text: string
  key: PublicKey
  /** Eight bytes, of a minisign key: an arbitrary number that its signatures repeat. */
  keyId?: Uint8Array
}

const prefixes = { minisign: 'minisign:', asfaload: 'asfaload-pub:', ssh: 'ssh-ed25519 ' } as const

export function parseKeyText(text: string, what: string): SignerKey {
  if (text.startsWith(prefixes.asfaload)) {
    const raw = parseUnpadded(text.slice(prefixes.asfaload.length), what)
    return { form: 'asfaload', text, key: ed25519(raw, what) }
  }
  if (text.startsWith(prefixes.ssh)) return { form: 'ssh', text, key: ed25519(parseSshKey(text, what), what) }
  const line = text.startsWith(prefixes.minisign) ? text.slice(prefixes.minisign.length) : text
  if (!line.startsWith('RW')) throw unsupported(what, `no known kind of key: “${text.slice(0, 24)}”`)
  return { form: 'minisign', text, ...parseMinisignLine(line, what) }
}

/** Its text in the form of the generation that has keys of its own. */
export function asfaloadKeyText(key: PublicKey): string {
  return prefixes.asfaload + toUnpadded(rawOf(key))
}

export function isSameHolder(a: SignerKey, b: SignerKey): boolean {
  return isSameKey(a.key, b.key)
}

/** What kind of key it is, and of minisign's the number: another key may have the same, so it never stands alone. */
export function formLabel({ form, key, keyId }: SignerKey): string {
  if (keyId !== undefined) return `minisign ${keyIdText(keyId)}`
  return form === 'ssh' ? `SSH ${keyLabel(key)}` : keyLabel(key)
}

/** The same for every spelling of one key. */
export function materialOf({ key }: Pick<SignerKey, 'key'>): string {
  return toHex(key.spki)
}

export function parseUnpadded(text: string, what: string): Uint8Array {
  if (text.includes('=')) throw malformed(what, 'it ends in “=”, which is left out here')
  return parseBase64(text.padEnd(Math.ceil(text.length / 4) * 4, '='), what)
}

export function toUnpadded(bytes: Uint8Array): string {
  return toBase64(bytes).replaceAll('=', '')
}

function ed25519(raw: Uint8Array, what: string): PublicKey {
  if (raw.length !== 32) throw malformed(what, `an Ed25519 key has 32 bytes, and this has ${raw.length}`)
  return parsePublicKey(spkiOfRawEd25519(raw))
}

function rawOf(key: PublicKey): Uint8Array {
  if (key.scheme === 'ed25519') return rawEd25519(key)
  throw new AppError({
    code: 'signer/unsupported',
    message: `a ${key.scheme} key cannot stand in a signers file, which knows Ed25519 alone`,
    hint: 'choose an Ed25519 key',
  })
}

/** RFC 4253, section 6.6: two strings, each behind its length. A comment after the key is refused: it would be a second name. */
function parseSshKey(text: string, what: string): Uint8Array {
  const bytes = parseBase64(text.slice(prefixes.ssh.length), what)
  const start = utf8('\0\0\0\x0bssh-ed25519\0\0\0\x20')
  if (bytes.length !== start.length + 32 || !start.every((byte, at) => bytes[at] === byte)) {
    throw malformed(what, 'it is no ssh-ed25519 key')
  }
  return bytes.subarray(start.length)
}
