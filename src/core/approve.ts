// The use case: the only functions in which trust system, signer and transport meet. Each reads as a checklist.
import { verifySignature } from './crypto.ts'
import { AppError, isVerdict } from './error.ts'
import { isSameKey } from './key.ts'
import { isComplete, openQuorums, type Proposal, type QuorumKey, signedCount } from './proposal.ts'
import type { PublicKey, Signer } from './signer.ts'
import type { Context, GivenSignature, TrustSystem } from './system.ts'
import { checkUnchanged, type Files, overlay, type Snapshot, snapshot, type Transport } from './transport.ts'

export interface Approval {
  /** The proposal as it stands with the new signature. */
  proposal: Proposal
  /** Names that were written. */
  files: readonly string[]
  /** What failed, or is not certain yet, after all of it was signed and written. */
  remark?: string
}

/** Re-read, re-verify, sign, verify the signature, verify the whole result; only then write. */
export async function approve(
  id: string,
  system: TrustSystem,
  source: Transport,
  target: Transport,
  signer: Signer,
  context: Context,
): Promise<Approval> {
  const before = snapshot(source)
  const proposal = await findProposal(id, system, before, context)
  checkNotBlocked(proposal)
  const holders = checkMaySign(proposal, signer)
  const files = await system.sign(proposal, guarded(signer, holders), context)
  const signed = await findProposal(id, system, overlay(before, files), context)
  checkHasSigned(signed, signer.key)
  context.signal.throwIfAborted()
  const base = await baseFor(files, before, source, target, context.signal)
  const [named = {}] = holders.filter(({ owner }) => owner !== undefined)
  await target.write(files, base, signingNote(proposal, named), context.signal)
  return { proposal: signed, files: writtenNames(files) }
}

/** A signature that was made elsewhere: it must fit, and count in the whole result; only then is it written. No files: it was known. */
export async function accept(
  id: string,
  system: TrustSystem,
  source: Transport,
  given: GivenSignature,
  context: Context,
): Promise<Approval> {
  const before = snapshot(source)
  const proposal = await findProposal(id, system, before, context)
  const holder = holderOf(proposal, given)
  const files = await system.given(proposal, given)
  if (files.size === 0) return { proposal, files: [] }
  checkNotBlocked(proposal)
  checkMaySign(proposal, holder)
  const signed = await findProposal(id, system, overlay(before, files), context)
  checkHasSigned(signed, holder.key)
  checkStillCount(proposal, signed)
  context.signal.throwIfAborted()
  await source.write(files, before.seen(files.keys()), signingNote(proposal, holder), context.signal)
  return { proposal: signed, files: writtenNames(files) }
}

/** Puts a proposal whose quorums are met into effect; what clients would then see is verified before anything is written. */
export async function publish(
  id: string,
  system: TrustSystem,
  source: Transport,
  target: Transport,
  online: readonly Signer[],
  context: Context,
): Promise<Approval> {
  const before = snapshot(source)
  const proposal = await findProposal(id, system, before, context)
  checkNotBlocked(proposal)
  checkComplete(proposal)
  const files = await system.publish(proposal, online, before, context)
  await verifyPublished(system, overlay(before, files), context)
  context.signal.throwIfAborted()
  const base = await baseFor(files, before, source, target, context.signal)
  await target.write(files, base, `publish ${proposal.title}`, context.signal)
  return { proposal, files: writtenNames(files) }
}

/** What expires by itself is made anew by keys that need no person; the result is verified like any publication. */
export async function renew(
  system: TrustSystem,
  source: Transport,
  online: readonly Signer[],
  context: Context,
): Promise<readonly string[]> {
  const before = snapshot(source)
  const files = await system.renew(online, before, context)
  await verifyPublished(system, overlay(before, files), context)
  context.signal.throwIfAborted()
  await source.write(files, before.seen(files.keys()), 'renew', context.signal)
  return writtenNames(files)
}

/** The candidate may have been replaced since it was reviewed: its id is the digest of its bytes, so then it is not found. */
export async function findProposal(
  id: string,
  system: TrustSystem,
  source: Transport,
  context: Context,
): Promise<Proposal> {
  const { proposals, problems } = await system.pending(source, context)
  const found = proposals.find((proposal) => proposal.id === id)
  if (found !== undefined) return found
  const subject = id.slice(0, id.lastIndexOf('/'))
  const problem = problems.find((one) => one.subject === subject)
  if (problem !== undefined) throw problem.error
  const other = proposals.find((proposal) => proposal.subject === subject)
  throw new AppError({
    code: 'trust/changed',
    message:
      other === undefined
        ? `the change you reviewed (${subject}) is no longer there`
        : `the change to ${subject} was replaced since you reviewed it`,
    hint: 'nothing was signed; review what is there now',
    data: { subject },
  })
}

function signingNote({ title }: Proposal, { owner }: Pick<QuorumKey, 'owner'>): string {
  return `sign ${title}${owner === undefined ? '' : ` as ${owner}`}`
}

function writtenNames(files: Files): string[] {
  return [...files].filter(([, bytes]) => bytes !== null).map(([name]) => name)
}

function checkNotBlocked(proposal: Proposal): void {
  if (proposal.blocked !== undefined) throw new AppError(proposal.blocked)
}

function isHeldBy(entry: QuorumKey, key: PublicKey): boolean {
  return entry.key !== undefined && isSameKey(entry.key, key)
}

/** The entries of the quorums that this signer's key can sign for and has not. */
export function openEntries({ quorums }: Pick<Proposal, 'quorums'>, key: PublicKey): QuorumKey[] {
  return quorums.flatMap((quorum) => quorum.keys.filter((entry) => isHeldBy(entry, key) && !entry.signed))
}

/** By the name of the key, as a signer would stand there. */
function holderOf({ title, quorums }: Proposal, { key: id }: GivenSignature) {
  const entry = quorums.flatMap(({ keys }) => keys).find(({ ids }) => ids.includes(id))
  if (entry === undefined)
    throw new AppError({ code: 'signer/wrong-key', message: `nobody who is asked for ${title} has this key` })
  const { key, owner, label, rehearsal } = entry
  if (key !== undefined)
    return { key, label: `the reply of ${owner ?? label}`, rehearsal, ...(owner === undefined ? {} : { owner }) }
  throw new AppError({
    code: 'signer/unsupported',
    message: `a key of ${owner ?? 'somebody'} (${label}) cannot be verified here`,
    hint: 'combine this reply with a program that knows this type of key',
  })
}

function checkMaySign(proposal: Proposal, signer: Pick<Signer, 'key' | 'label' | 'rehearsal'>): QuorumKey[] {
  const mine = proposal.quorums.flatMap((quorum) => quorum.keys.filter((entry) => isHeldBy(entry, signer.key)))
  if (mine.length === 0) {
    throw new AppError({
      code: 'signer/wrong-key',
      message: `${signer.label} is not one of the keys that may sign ${proposal.title}`,
      hint: 'choose a key that stands in the list of those who must agree',
    })
  }
  const open = mine.filter((entry) => !entry.signed)
  if (open.length === 0) {
    throw new AppError({
      code: 'usage/invalid',
      message: `${signer.label} has already signed ${proposal.title}`,
      hint: 'nothing is left to do with this key',
    })
  }
  // The candidate may call any key a rehearsal key; the keys in force, which it must be signed by as well, say what is real.
  const everybody = proposal.quorums.flatMap((quorum) => quorum.keys)
  if (signer.rehearsal && !everybody.every((entry) => entry.rehearsal)) {
    throw new AppError({
      code: 'signer/unsupported',
      message: `${signer.label} is for rehearsal, and ${proposal.title} is not a rehearsal`,
      hint: 'sign with a real key',
    })
  }
  return open
}

/** Whatever a token answers is verified with the key from the trusted metadata before anyone sees it. */
function guarded(signer: Signer, holders: readonly QuorumKey[]): Signer {
  const key = holders[0]?.key ?? signer.key
  // Field by field: a signer may be an object of a class, whose getters a spread would lose.
  const { id, label, rehearsal, asks } = signer
  return {
    id,
    label,
    rehearsal,
    asks,
    key: signer.key,
    sign: async (message, signal) => {
      const signature = await signer.sign(message, signal)
      if (await verifySignature(key, message, signature)) return signature
      throw new AppError({
        code: 'signer/failed',
        message: `${signer.label} answered with a signature that does not fit`,
        hint: 'nothing was written; check the token, and try again',
      })
    },
  }
}

function checkHasSigned(signed: Proposal, key: PublicKey): void {
  if (openEntries(signed, key).length === 0) return
  throw new AppError({
    code: 'internal/bug',
    message: `the result does not hold the new signature; nothing was written`,
  })
}

/** By each set of keys: what counted before must count after. */
function checkStillCount(before: Proposal, after: Proposal): void {
  const counted = ({ quorums }: Proposal): string[] =>
    quorums.flatMap(({ name, keys }) => keys.flatMap(({ ids, signed }) => (signed ? [`${name} ${ids.join()}`] : [])))
  const there = new Set(counted(after))
  if (counted(before).every((one) => there.has(one))) return
  throw new AppError({
    code: 'internal/bug',
    message: 'the result has lost a signature that counted; nothing was written',
  })
}

function checkComplete(proposal: Proposal): void {
  if (isComplete(proposal)) return
  const missing = openQuorums(proposal.quorums).map(
    (quorum) => `${quorum.name} has ${signedCount(quorum)} of ${quorum.threshold}`,
  )
  throw new AppError({
    code: 'trust/threshold',
    message: `${proposal.title} is not signed by enough keys yet: ${missing.join(', ')}`,
    hint: 'ask those who have not signed',
  })
}

async function verifyPublished(system: TrustSystem, result: Transport, context: Context): Promise<void> {
  try {
    await system.state(result, context)
  } catch (cause) {
    if (!isVerdict(cause)) throw cause
    throw new AppError({
      code: cause.code,
      message: `clients would refuse the repository after this: ${cause.message}`,
      hint: 'nothing was published; make the missing part, then publish',
      cause,
    })
  }
}

/** Names that are overwritten must still hold what was read; in another place, nothing but what the source holds is overwritten. */
async function baseFor(
  files: Files,
  read: Snapshot,
  source: Transport,
  target: Transport,
  signal: AbortSignal,
): Promise<Files> {
  const seen = read.seen(files.keys())
  if (source === target) return seen
  const base = new Map<string, Uint8Array | null>()
  for (const [name, bytes] of files) {
    const limit = Math.max(bytes?.length ?? 0, seen.get(name)?.length ?? 0) + 1024 * 1024
    const there = (await target.read(name, limit, signal)) ?? null
    if (there !== null) checkUnchanged(name, seen.get(name) ?? null, there)
    base.set(name, there)
  }
  return base
}
