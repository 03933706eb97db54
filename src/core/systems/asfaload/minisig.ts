// A stand-in for src/core/minisign, to be replaced by it: one signature file read, judged and made.
import { blake2b } from '@noble/hashes/blake2.js'
import { concatBytes, isEqualBytes, parseBase64, parseUtf8, toBase64, utf8 } from '../../bytes.ts'
import type { PublicKey } from '../../signer.ts'
import { malformed } from './document.ts'
import { keyIdText } from './keys.ts'

export interface Minisig {
  prehashed: boolean
  keyId: Uint8Array
  signature: Uint8Array
  trustedComment: string
  globalSignature: Uint8Array
}

const pattern =
  /^untrusted comment: [^\r\n]{0,1024}\r?\n([\w+/=]{100})\r?\ntrusted comment: ([^\r\n]{0,8192})\r?\n([\w+/=]{88})(?:\r?\n)?$/

export function parseMinisig(bytes: Uint8Array, what: string): Minisig {
  const [, first = '', trustedComment = '', last = ''] = pattern.exec(parseUtf8(bytes, what)) ?? []
  if (first === '') throw malformed(what, 'it is no minisign signature of four lines')
  if (/\p{C}/u.test(trustedComment.replaceAll('\t', '')))
    throw malformed(what, 'control characters in its trusted comment')
  const [box, globalSignature] = [parseBase64(first, what), parseBase64(last, what)]
  const algorithm = String.fromCharCode(box[0] ?? 0, box[1] ?? 0)
  if (box.length !== 74 || globalSignature.length !== 64 || (algorithm !== 'ED' && algorithm !== 'Ed'))
    throw malformed(what, 'it is no minisign signature')
  const [keyId, signature] = [box.slice(2, 10), box.slice(10)]
  return { prehashed: algorithm === 'ED', keyId, signature, trustedComment, globalSignature }
}

export type Verify = (key: PublicKey, message: Uint8Array, signature: Uint8Array) => Promise<boolean>

/** Why it does not count; undefined when it does. */
export async function minisigFault(
  { key, keyId }: { key: PublicKey; keyId: Uint8Array },
  one: Minisig,
  message: Uint8Array,
  verify: Verify,
): Promise<string | undefined> {
  if (!isEqualBytes(one.keyId, keyId))
    return `it names key ${keyIdText(one.keyId)}, and this key is ${keyIdText(keyId)}`
  const signed = one.prehashed ? blake2b(message, { dkLen: 64 }) : message
  if (!(await verify(key, signed, one.signature))) return 'the signature does not fit this file'
  const all = concatBytes(one.signature, utf8(one.trustedComment))
  return (await verify(key, all, one.globalSignature)) ? undefined : 'its trusted comment was changed'
}

/** Prehashed; two Ed25519 operations, one after the other. */
export async function makeMinisig(
  sign: (message: Uint8Array) => Promise<Uint8Array>,
  keyId: Uint8Array,
  message: Uint8Array,
  trustedComment: string,
): Promise<Uint8Array> {
  const signature = await sign(blake2b(message, { dkLen: 64 }))
  const global = await sign(concatBytes(signature, utf8(trustedComment)))
  const box = concatBytes(utf8('ED'), keyId, signature)
  return utf8(
    `untrusted comment: signature by minisign key ${keyIdText(keyId)}\n${toBase64(box)}\ntrusted comment: ${trustedComment}\n${toBase64(global)}\n`,
  )
}
