// Who must sign what, and whether a signature fits, worked out for tests by other means than the program's own: node's Ed25519 and
// plain counting.
import { createHash, createPublicKey, verify as nodeVerify } from 'node:crypto'

interface Group {
  signers: { data: { pubkey: string } }[]
  threshold: number
}
type Groups = Group[] | undefined
export interface Signers {
  artifact_signers: Group[]
  admin_keys?: Group[]
  master_keys?: Group[]
  revocation_keys?: Group[]
}

export const sha512 = (bytes: Uint8Array): Buffer => createHash('sha512').update(bytes).digest()
const unpadded = (text: string): Buffer => Buffer.from(text, 'base64')

/** Ed25519 by node alone, of a raw key. */
function isRaw(raw: Buffer, message: Buffer, signature: Buffer): boolean {
  const spki = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), raw])
  return nodeVerify(null, message, createPublicKey({ key: spki, format: 'der', type: 'spki' }), signature)
}

/** Over the SHA-512 of a file: bare, or as minisign signs a file of 64 bytes. */
export function fits(key: string, file: Uint8Array, text: string): boolean {
  const digest = sha512(file)
  if (key.startsWith('asfaload-pub:')) {
    if (text.includes('=')) return false
    return isRaw(unpadded(key.slice('asfaload-pub:'.length)), digest, unpadded(text))
  }
  const [, box = '', comment = '', global = ''] = Buffer.from(text, 'base64').toString('utf8').split('\n')
  const [material, signed] = [Buffer.from(key, 'base64'), Buffer.from(box, 'base64')]
  if (signed.subarray(0, 2).toString() !== 'ED' || !signed.subarray(2, 10).equals(material.subarray(2, 10)))
    return false
  const [raw, signature] = [material.subarray(10), signed.subarray(10)]
  const trusted = Buffer.from(comment.slice('trusted comment: '.length))
  return (
    isRaw(raw, createHash('blake2b512').update(digest).digest(), signature) &&
    isRaw(raw, Buffer.concat([signature, trusted]), Buffer.from(global, 'base64'))
  )
}

/** The signers in force, those that wait where the file is one of theirs, and whether it is a revocation. */
export interface Rules {
  now: Signers | undefined
  next: Signers | undefined
  isRevocation: boolean
}

function revokers({ revocation_keys, admin_keys, artifact_signers }: Signers): Group[] {
  return revocation_keys ?? admin_keys ?? artifact_signers
}

export function collectorsOf({ now, next, isRevocation }: Rules): Set<string> {
  if (next !== undefined) return new Set([...keysOf(next), ...(now === undefined ? [] : keysOf(now))])
  if (now === undefined) return new Set()
  const groups = isRevocation ? revokers(now) : now.artifact_signers
  return new Set(groups.flatMap(({ signers }) => signers.map(({ data }) => data.pubkey)))
}

export function isEnough({ now, next, isRevocation }: Rules, signed: ReadonlySet<string>): boolean {
  const enough = (groups: Groups): boolean =>
    groups !== undefined &&
    groups.length > 0 &&
    groups.every(({ signers, threshold }) => {
      let count = 0
      for (const { data } of signers) if (signed.has(data.pubkey)) count++
      return count >= threshold
    })
  const lead = (file: Signers): boolean => enough(file.admin_keys ?? file.artifact_signers) || enough(file.master_keys)
  if (next !== undefined && now === undefined) return [...keysOf(next)].every((key) => signed.has(key))
  if (next !== undefined && now !== undefined) {
    const old = keysOf(now)
    const fresh = [...keysOf(next)].filter((key) => !old.has(key))
    return lead(now) && lead(next) && fresh.every((key) => signed.has(key))
  }
  if (now === undefined) return false
  return enough(isRevocation ? revokers(now) : now.artifact_signers)
}

export function keysOf(file: Signers): Set<string> {
  const groups = [file.artifact_signers, file.admin_keys, file.master_keys, file.revocation_keys]
  return new Set(
    groups.flatMap((some) => (some ?? []).flatMap(({ signers }) => signers.map(({ data }) => data.pubkey))),
  )
}
