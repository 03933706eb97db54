// Who has approved a record that waits, and who has signed it: verified here, each with the reason where one does not count.
import { verifySignature } from '../../../crypto.ts'
import { toAppError } from '../../../error.ts'
import type { Quorum } from '../../../proposal.ts'
import type { Context } from '../../../system.ts'
import { parseSignatureText, type WargKey } from '../encoding/key.ts'
import { approvalMessage } from './approval.ts'
import type { Approvers, Candidate, Marked } from './candidate.ts'
import { ownerOf } from './named.ts'

export const approvalsName = 'Approvals'

export async function approvalQuorum(
  { threshold, keys }: Approvers,
  candidate: Candidate,
  { names = new Map() }: Context,
): Promise<Quorum> {
  const message = approvalMessage(candidate)
  const entries = await Promise.all(
    keys.map(async ({ name, key }) => {
      const given = candidate.approvals.find(({ keyId }) => keyId === key.id)
      const mark = given === undefined ? { signed: false } : await judged(key.key, message, given)
      return {
        ids: [key.id],
        key: key.key,
        label: 'P-256',
        owner: ownerOf(key, names) ?? name,
        rehearsal: false,
        ...mark,
      }
    }),
  )
  const theirs = new Set(keys.map(({ key }) => key.id))
  const strangers = candidate.approvals.filter(({ keyId }) => !theirs.has(keyId))
  return {
    name: approvalsName,
    threshold,
    keys: entries,
    strangers: strangers.map(({ keyId }) => ({ id: keyId, reason: 'is nobody who is asked to approve' })),
  }
}

export async function publisherQuorum(
  publishers: Quorum,
  payload: Uint8Array,
  given: Marked | undefined,
): Promise<Quorum> {
  if (given === undefined) return publishers
  const keys = await Promise.all(
    publishers.keys.map(async (entry) =>
      entry.key !== undefined && entry.ids.includes(given.keyId)
        ? { ...entry, ...(await judged(entry.key, payload, given)) }
        : entry,
    ),
  )
  const isTheirs = keys.some(({ ids }) => ids.includes(given.keyId))
  const reason = 'may not sign this record'
  return { ...publishers, keys, strangers: isTheirs ? [] : [{ id: given.keyId, reason }] }
}

async function judged(
  key: WargKey['key'],
  message: Uint8Array,
  { signature }: Marked,
): Promise<{ signed: boolean; reason?: string }> {
  try {
    if (await verifySignature(key, message, parseSignatureText(signature, 'a signature'))) return { signed: true }
  } catch (thrown) {
    return { signed: false, reason: toAppError(thrown).message }
  }
  return { signed: false, reason: 'the signature does not fit' }
}
