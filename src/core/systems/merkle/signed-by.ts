// thr(X, keys, role): as in TUF, distinct public keys, each refusal with its reason.
import { AppError } from '../../error.ts'
import { isMet } from '../../proposal.ts'
import { quorumOf, verifyQuorum } from '../tuf/verify.ts'
import type { Document } from './document.ts'
import { type Fault, fault } from './fault.ts'
import type { Authority } from './keys.ts'

/** Whether this key made the signature. WebCrypto, unless another is given. */
export type Verify = NonNullable<Parameters<typeof quorumOf>[4]>

export async function isSigned(
  document: Document,
  { keys, role }: Authority,
  verify: Verify | undefined,
): Promise<boolean> {
  return isMet(await quorumOf('it', document, keys, role, verify))
}

export async function verifySigned(
  document: Document,
  { keys, role }: Authority,
  verify: Verify | undefined,
  refusal: { fault: Fault; role: string; by: string },
): Promise<void> {
  const quorum = await quorumOf(refusal.by, document, keys, role, verify)
  try {
    verifyQuorum(quorum, `${refusal.role} in block ${document.cid}`)
  } catch (cause) {
    if (!(cause instanceof AppError)) throw cause
    const { role: name } = refusal
    throw fault(refusal.fault, cause.code, cause.message, { cause, role: name, blocks: [document.cid] })
  }
}
