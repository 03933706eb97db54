// The checks that every step of the client workflow shares: each refusal has its code and says what to do.
import { toHex } from '../../bytes.ts'
import { sha256, sha512 } from '../../crypto.ts'
import { AppError } from '../../error.ts'
import { isExpired } from './expiry.ts'
import type { Metadata } from './metadata.ts'
import type { ParseMetadata } from './parsed.ts'

export interface ClientOptions {
  now: Date
  signal: AbortSignal
  /** A reviewer must be able to look at an expired repository, to renew it; a client must refuse it. */
  expired: 'refuse' | 'report'
  /** To judge a repository every file is read from it; copies kept here are then only what it must not fall back behind. */
  copies?: 'use' | 'compare'
  /** Where the same bytes are asked for more than once. */
  parse?: ParseMetadata
}

/** What signed metadata says of another file. */
interface Expected {
  length?: number
  hashes?: ReadonlyMap<string, string>
}

export async function checkFits(bytes: Uint8Array, expected: Expected, name: string): Promise<void> {
  const refuse = (what: string): never => {
    throw new AppError({
      code: 'trust/changed',
      message: `${name} is not the file that the signed metadata names: its ${what} differs`,
      hint: 'fetch it again; if it stays like this, the repository or the way to it was tampered with',
    })
  }
  if (expected.length !== undefined && bytes.length !== expected.length) refuse('length')
  for (const [algorithm, digest] of expected.hashes ?? []) {
    // Other algorithms are not known to this client; the parser made sure that one of these two is there.
    if (algorithm === 'sha256' && toHex(await sha256(bytes)) !== digest) refuse('sha256')
    if (algorithm === 'sha512' && toHex(await sha512(bytes)) !== digest) refuse('sha512')
  }
}

export const rollbackHint = 'somebody may be replaying old files; ask the repository admin'

export function checkRollback(what: string, was: number, is: number): void {
  if (is >= was) return
  throw new AppError({
    code: 'trust/rollback',
    message: `${what} went back from version ${was} to ${is}`,
    hint: rollbackHint,
    data: { was, is },
  })
}

export function checkVersion(name: string, is: number, expected: number): void {
  if (is === expected) return
  throw new AppError({
    code: 'trust/rollback',
    message: `${name} is version ${is} where version ${expected} was signed for`,
    hint: rollbackHint,
    data: { is, expected },
  })
}

export function checkExpiry(metadata: Metadata, role: string, options: ClientOptions): void {
  if (options.expired === 'report' || !isExpired(metadata.signed.expires, options.now, role)) return
  throw new AppError({
    code: 'trust/expired',
    message: `${role} version ${metadata.signed.version} expired at ${metadata.signed.expires}`,
    hint: 'check this machine’s clock; if it is right, the repository must be renewed',
    data: { role, expires: metadata.signed.expires },
  })
}

export function absent(name: string): AppError {
  return new AppError({
    code: 'source/not-found',
    message: `the repository has no ${name}`,
    hint: 'check the address; if it is right, the repository is not complete',
    data: { name },
  })
}
