// A signature more for a candidate: made here, brought alone, or brought in another file of the same candidate.
import { parseHex, toHex } from '../../../bytes.ts'
import { verifySignature } from '../../../crypto.ts'
import { AppError } from '../../../error.ts'
import { isSameKey } from '../../../key.ts'
import type { Proposal, QuorumKey } from '../../../proposal.ts'
import type { PublicKey, Signer } from '../../../signer.ts'
import type { Context, GivenSignature } from '../../../system.ts'
import type { Files } from '../../../transport.ts'
import type { TufSignature } from '../../tuf/envelope.ts'
import { holderOf, type Merged } from '../../tuf/signatures.ts'
import { fault } from '../fault.ts'
import { pendingName } from '../files.ts'
import { openCandidate, openProposal, withSignatures } from './envelope.ts'

export async function signedFiles(proposal: Proposal, signer: Signer, { signal }: Context): Promise<Files> {
  if (entriesOf(proposal, signer.key).length === 0) {
    throw new AppError({ code: 'signer/wrong-key', message: `${signer.label} does not stand in ${proposal.title}` })
  }
  return withSignature(proposal, signer.key, await signer.sign(proposal.payload, signal))
}

/** All that verify, each key once, under its first id. */
export async function givenSignatures(proposal: Proposal): Promise<GivenSignature[]> {
  const { document } = openProposal(proposal)
  const given = new Map<string, GivenSignature>()
  for (const one of document.signatures) {
    const [key] = (await holderOf(proposal.quorums, one, document.payload))?.ids ?? []
    if (key !== undefined) given.set(key, { key, signature: parseHex(one.sig, 'a signature') })
  }
  return [...given.values()]
}

export async function givenFiles(proposal: Proposal, { key: id, signature }: GivenSignature): Promise<Files> {
  const { title, payload, quorums } = proposal
  const key = quorums.flatMap(({ keys }) => keys).find(({ ids }) => ids.includes(id))?.key
  if (key === undefined || !(await verifySignature(key, payload, signature)))
    throw new AppError({ code: 'trust/bad-signature', message: `it does not fit ${title}` })
  if (entriesOf(proposal, key).every(({ signed }) => signed)) return new Map()
  return withSignature(proposal, key, signature)
}

/** `came`: another file of the same candidate. Per key id one that verifies wins; what nobody here knows is kept where nothing stands. */
export async function uniteSignatures(proposal: Proposal, came: Uint8Array): Promise<Merged> {
  const [there, other] = [openProposal(proposal), openCandidate(came, proposal.subject)]
  if (there.document.pid !== other.document.pid) {
    throw fault('forked', 'trust/changed', `it is another change than ${proposal.title}`, {
      hint: 'look at it by itself; its signatures are over other bytes',
      role: proposal.subject,
      blocks: [there.document.cid, other.document.cid],
    })
  }
  const { payload, signatures } = there.document
  const united = new Map(signatures.map((one) => [one.keyid, one]))
  const keys: PublicKey[] = []
  for (const one of other.document.signatures) {
    const held = united.get(one.keyid)
    if (held?.sig === one.sig) continue
    if (held !== undefined && (await holderOf(proposal.quorums, held, payload)) !== undefined) continue
    const key = (await holderOf(proposal.quorums, one, payload))?.key
    if (key === undefined && held !== undefined) continue
    united.set(one.keyid, one)
    if (key !== undefined) keys.push(key)
  }
  return { bytes: withSignatures(there, united.values()), keys }
}

export function withdrawnFiles(subject: string): Files {
  return new Map([[pendingName(subject), null]])
}

function entriesOf({ quorums }: Proposal, key: PublicKey): QuorumKey[] {
  return quorums.flatMap(({ keys }) => keys).filter((entry) => entry.key !== undefined && isSameKey(entry.key, key))
}

/** Under every id of its key. */
function withSignature(proposal: Proposal, key: PublicKey, signature: Uint8Array): Files {
  const opened = openProposal(proposal)
  const united = new Map<string, TufSignature>(opened.document.signatures.map((one) => [one.keyid, one]))
  const sig = toHex(signature)
  for (const keyid of entriesOf(proposal, key).flatMap(({ ids }) => ids)) united.set(keyid, { keyid, sig })
  return new Map([[pendingName(opened.subject), withSignatures(opened, united.values())]])
}
