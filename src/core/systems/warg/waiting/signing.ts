// A signature more for a record that waits: of somebody who approves it, or, once enough have, of the key that publishes. And
// signatures that travel apart from their record.
import { isEqualBytes } from '../../../bytes.ts'
import { verifySignature } from '../../../crypto.ts'
import { AppError } from '../../../error.ts'
import { isMet, type Proposal } from '../../../proposal.ts'
import type { PublicKey, Signer } from '../../../signer.ts'
import type { Context, GivenSignature } from '../../../system.ts'
import type { Files } from '../../../transport.ts'
import { parseSignatureText } from '../encoding/key.ts'
import { fault } from '../fault.ts'
import { pendingName } from '../files.ts'
import { approvalMessage } from './approval.ts'
import { type Candidate, candidateBytes, marked, parseCandidate } from './candidate.ts'

export async function signedFiles(proposal: Proposal, signer: Signer, { signal }: Context): Promise<Files> {
  const candidate = parseCandidate(proposal.after, 'the change')
  const approver = approverWith(candidate, signer.key)
  if (approver !== undefined) {
    const der = await signer.sign(approvalMessage(candidate), signal)
    return withApproval(candidate, approver, der)
  }
  const holder = proposal.quorums.flatMap(({ keys }) => keys).find(({ key }) => isHeld(key, signer.key))
  const [keyId] = holder?.ids ?? []
  if (keyId === undefined)
    throw new AppError({ code: 'signer/wrong-key', message: `${signer.label} does not stand in ${proposal.title}` })
  checkApproved(proposal)
  return withSignature(candidate, keyId, await signer.sign(proposal.payload, signal))
}

/** A registry takes a record with one signature: that one comes last. */
function checkApproved({ title, quorums }: Proposal): void {
  const open = quorums.slice(0, -1).find((quorum) => !isMet(quorum))
  if (open === undefined) return
  const count = open.keys.filter(({ signed }) => signed).length
  throw fault('approvals-missing', 'trust/threshold', `${title} has ${count} of ${open.threshold} approvals`, {
    hint: 'let the others approve it first; the signature that publishes it comes last',
  })
}

export function givenSignatures({ after, quorums }: Proposal): GivenSignature[] {
  const { approvals, signed } = parseCandidate(after, 'the change')
  const counts = new Set(quorums.flatMap(({ keys }) => keys.flatMap((one) => (one.signed ? one.ids : []))))
  return [...approvals, ...(signed === undefined ? [] : [signed])]
    .filter(({ keyId }) => counts.has(keyId))
    .map(({ keyId, signature }) => ({ key: keyId, signature: parseSignatureText(signature, 'a signature') }))
}

export async function givenFiles(proposal: Proposal, { key: keyId, signature }: GivenSignature): Promise<Files> {
  const candidate = parseCandidate(proposal.after, 'the change')
  const entry = proposal.quorums.flatMap(({ keys }) => keys).find(({ ids }) => ids.includes(keyId))
  if (entry?.key === undefined) throw doesNotFit(proposal)
  const isApproval = approverWith(candidate, entry.key) !== undefined
  const message = isApproval ? approvalMessage(candidate) : proposal.payload
  if (!(await verifySignature(entry.key, message, signature))) throw doesNotFit(proposal)
  if (entry.signed) return new Map()
  return isApproval ? withApproval(candidate, keyId, signature) : withSignature(candidate, keyId, signature)
}

function withApproval(candidate: Candidate, keyId: string, der: Uint8Array): Files {
  const others = candidate.approvals.filter((one) => one.keyId !== keyId)
  return written({ ...candidate, approvals: [...others, marked(keyId, der)] })
}

function withSignature(candidate: Candidate, keyId: string, der: Uint8Array): Files {
  return written({ ...candidate, signed: marked(keyId, der) })
}

function written(candidate: Candidate): Files {
  return new Map([[pendingName(candidate.subject), candidateBytes(candidate)]])
}

function approverWith({ approvers }: Candidate, key: PublicKey): string | undefined {
  return approvers?.keys.find((one) => isHeld(one.key.key, key))?.key.id
}

function isHeld(one: PublicKey | undefined, key: PublicKey): boolean {
  return one !== undefined && isEqualBytes(one.spki, key.spki)
}

function doesNotFit({ title }: Proposal): AppError {
  return new AppError({ code: 'trust/bad-signature', message: `it does not fit ${title}` })
}
