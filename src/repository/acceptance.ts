// Which documents may wait here. There are no accounts: what counts is a signature by a key that has a say, and what waits
// already is given up only for a key that is in force. Nothing is written here.
import { isEqualBytes, toHex } from '../core/bytes.ts'
import { AppError } from '../core/error.ts'
import { type Proposal, type Quorum, signedCount } from '../core/proposal.ts'
import { type Envelope, parseEnvelope, type TufSignature } from '../core/systems/tuf/envelope.ts'
import { parseMetadata } from '../core/systems/tuf/metadata.ts'
import { delegatorOf } from '../core/systems/tuf/pending/delegator.ts'
import { authorityIn } from '../core/systems/tuf/pending/future.ts'
import { pendingProposals } from '../core/systems/tuf/pending.ts'
import { holderOf, isSignedBy, withSignatures } from '../core/systems/tuf/signatures.ts'
import { type Files, overlay } from '../core/transport.ts'
import { visible } from '../core/visible.ts'
import { checkStaysConsistent } from './consistent.ts'
import { type Look, signersOf, type Waits } from './ground.ts'
import { countInForce } from './in-force.ts'
import { checkPlaces } from './places.ts'
import { checkQuotas, signingKeys } from './quotas.ts'
import { type Added, namesReserved } from './reservations.ts'
import type { Retired } from './retired.ts'
import { checkShape } from './shape.ts'
import { checkWeight } from './weight.ts'

/** A document that somebody wants to wait here. `base`: the sha256 of what they saw waiting; null when nothing did. */
export interface Submission {
  subject: string
  base: string | null
  bytes: Uint8Array
}

export interface Accepted {
  files: Files
  /** Keys that have signed for it, as hexadecimal SPKI. */
  keys: ReadonlySet<string>
  /** Subjects of which another document waited until now. */
  replaced: readonly string[]
  /** Names of projects that strangers would reserve. */
  reserved: readonly string[]
}

/** All of them together, or none: what is to be written. */
export async function acceptedFiles(
  submissions: readonly Submission[],
  retired: Pick<Retired, 'has'>,
  look: Look,
): Promise<Accepted> {
  checkShape(submissions)
  await checkWeight(submissions, look)
  const { layout } = look.ground
  const files = new Map<string, Uint8Array>()
  const keys = new Set<string>()
  const fresh: Fresh[] = []
  for (const one of submissions) {
    const waits = await look.waiting(one.subject)
    const after = parseEnvelope(one.bytes, visible(one.subject))
    const merged = waits?.proposal === undefined ? undefined : await mergedInto(waits.proposal, after, keys)
    if (waits !== undefined && merged !== undefined) {
      if (!isEqualBytes(merged, waits.bytes)) files.set(layout.candidateName(one.subject), merged)
      continue
    }
    checkBase(one, waits)
    if (retired.has(one.subject, after.payload)) throw givenUp(one.subject)
    files.set(layout.candidateName(one.subject), one.bytes)
    fresh.push({ ...one, after, waits })
  }
  const reserved = fresh.length === 0 ? [] : await checkFresh(fresh, files, keys, look)
  const replaced = fresh.flatMap(({ subject, waits }) => (waits === undefined ? [] : [subject]))
  return { files, keys, replaced, reserved }
}

interface Fresh extends Submission {
  after: Envelope
  waits: Waits | undefined
}

async function checkFresh(fresh: readonly Fresh[], files: Files, keys: Set<string>, look: Look) {
  const { ground, read, context, now } = look
  const then = await pendingProposals(ground.layout, overlay(read, files), context, now)
  const added: Added[] = []
  for (const one of fresh) {
    const problem = then.problems.find(({ subject }) => subject === one.subject)
    if (problem !== undefined) throw problem.error
    const proposal = then.proposals.find(({ subject }) => subject === one.subject)
    if (proposal === undefined) throw unnamed(one.subject)
    if (proposal.blocked !== undefined) throw new AppError(proposal.blocked)
    if (proposal.changes.length === 0) throw unchanged(one.subject)
    if (one.waits !== undefined) await checkMayReplace(one, one.waits, look)
    else if (!isSigned(proposal) && !(await isCompanion(one, fresh, look))) throw unsigned(proposal)
    await checkStaysConsistent(proposal, now)
    await checkPlaces(proposal, ground.folder)
    await checkQuotas(proposal, one.waits === undefined, then, look)
    for (const key of signingKeys(proposal)) keys.add(key)
    added.push({ proposal, isNew: one.waits === undefined })
  }
  return namesReserved(added, then, look)
}

function isSigned({ quorums }: Proposal): boolean {
  return quorums.some((quorum) => signedCount(quorum) > 0)
}

/** The first document of a role that a signed change brings with it has no signature to show yet. */
async function isCompanion({ subject }: Fresh, fresh: readonly Fresh[], look: Look): Promise<boolean> {
  for (const other of fresh) {
    if (other.subject === subject) continue
    const delegator = delegatorOf(other.subject, other.bytes, parseMetadata)
    if (delegator === undefined || authorityIn(delegator, subject) === undefined) continue
    if (await hasStanding(other.subject, other.after, look)) return true
  }
  return false
}

/** Signed by a key that is in force; where nobody is, by whoever comes first. */
async function hasStanding(subject: string, after: Envelope, { now }: Look): Promise<boolean> {
  return (await countInForce(subject, after, now)) !== 0
}

/** A stranger may propose, and never take the place of anything. */
async function checkMayReplace({ subject, after }: Fresh, { proposal }: Waits, { now }: Look): Promise<void> {
  const inForce = await countInForce(subject, after, now)
  if (inForce !== undefined && inForce > 0) return
  if (inForce === undefined && (proposal === undefined || (await isSignedBy(proposal.quorums, after)))) return
  throw new AppError({
    code: 'trust/threshold',
    message: `what waits for ${visible(subject)} gives way only to a change that one of its keys in force has signed`,
    hint: 'sign the change with such a key, and propose it again',
    data: { subject },
  })
}

// ---- the same document again ---------------------------------------------------------------------------------------

/** What waits, with the signatures that the same document brings; undefined when it is another document. */
async function mergedInto({ after: waiting, payload, quorums, blocked }: Proposal, again: Envelope, keys: Set<string>) {
  if (!isEqualBytes(payload, again.payload)) return undefined
  if (blocked !== undefined) throw new AppError(blocked)
  return withCounted(waiting, quorums, again.signatures, keys)
}

/** Here only what counts goes in. */
async function withCounted(
  waiting: Uint8Array,
  quorums: readonly Quorum[],
  signatures: readonly TufSignature[],
  keys: Set<string>,
): Promise<Uint8Array> {
  const merged = await withSignatures(parseEnvelope(waiting, 'what waits'), quorums, signatures, 'leave')
  for (const key of merged.keys) keys.add(toHex(key.spki))
  return merged.bytes
}

/** Signatures for what waits. Each must be good, or nothing is written; what is there already stays as it is. */
export async function signedFiles(
  subject: string,
  payload: string,
  signatures: readonly TufSignature[],
  look: Look,
): Promise<Accepted> {
  const waits = await look.waiting(subject)
  if (waits === undefined) throw absent(subject)
  const { proposal } = waits
  if (proposal === undefined) {
    throw look.pending.problems.find((one) => one.subject === subject)?.error ?? absent(subject)
  }
  if (proposal.digest !== payload) throw replaced(subject, waits)
  if (proposal.blocked !== undefined) throw new AppError(proposal.blocked)
  for (const one of signatures) {
    const isNamed = proposal.quorums.some(({ keys }) => keys.some(({ ids }) => ids.includes(one.keyid)))
    if (!isNamed) throw stranger(proposal, one.keyid)
    if ((await holderOf(proposal.quorums, one, proposal.payload)) === undefined) throw bad(proposal, one.keyid)
  }
  const keys = new Set<string>()
  const bytes = await withCounted(waits.bytes, proposal.quorums, signatures, keys)
  const isSame = isEqualBytes(bytes, waits.bytes)
  return {
    files: new Map(isSame ? [] : [[look.ground.layout.candidateName(subject), bytes]]),
    keys,
    replaced: [],
    reserved: [],
  }
}

// ---- refusals ------------------------------------------------------------------------------------------------------

function checkBase({ subject, base }: Submission, waits: Waits | undefined): void {
  if (base === (waits?.digest ?? null)) return
  if (waits !== undefined) throw replaced(subject, waits)
  throw new AppError({
    code: 'source/conflict',
    message: `the change of ${visible(subject)} that this would replace does not wait any more`,
    hint: 'look at what is published now, and make the change on top of it',
    data: { subject },
  })
}

/** Names the winner, so that whoever comes second sees what came first. */
function replaced(subject: string, { digest, proposal }: Waits): AppError {
  const by = proposal === undefined ? [] : signersOf(proposal)
  const headline = proposal?.headline ?? 'a change that cannot be read'
  return new AppError({
    code: 'source/conflict',
    message: `another change of ${visible(subject)} waits: ${headline}${by.length === 0 ? '' : `, signed by ${by.join(', ')}`}`,
    hint: 'look at that one first; yours was not written, and nothing of theirs was lost',
    data: {
      ...{ subject, digest, headline, signedBy: by.join(', ') },
      ...(proposal === undefined ? {} : { payload: proposal.digest }),
    },
  })
}

/** Its signatures are known to everybody who saw it, and those who gave it up meant it. */
function givenUp(subject: string): AppError {
  return new AppError({
    code: 'trust/rollback',
    message: `this change of ${visible(subject)} was replaced or withdrawn`,
    hint: 'make it anew if you mean it: with another date it is another change, to be signed again',
    data: { subject },
  })
}

export function absent(subject: string): AppError {
  return new AppError({
    code: 'source/not-found',
    message: `nothing waits for ${visible(subject)}`,
    hint: 'see what waits; it may be published, or withdrawn',
    data: { subject },
  })
}

function unsigned({ title }: Proposal): AppError {
  return new AppError({
    code: 'trust/threshold',
    message: `${title} bears no signature by a key that has a say in it`,
    hint: 'sign it with such a key, and propose it again',
  })
}

function stranger({ title }: Proposal, keyid: string): AppError {
  return new AppError({
    code: 'signer/wrong-key',
    message: `the key ${visible(keyid.slice(0, 80))} has no say in ${title}`,
    hint: 'sign with a key that the change is waiting for',
    data: { keyid: keyid.slice(0, 80) },
  })
}

function bad({ title }: Proposal, keyid: string): AppError {
  return new AppError({
    code: 'trust/bad-signature',
    message: `the signature by ${visible(keyid.slice(0, 80))} is not one of ${title}`,
    hint: 'nothing was written; sign what waits now',
    data: { keyid: keyid.slice(0, 80) },
  })
}

function unchanged(subject: string): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: `this changes nothing in ${visible(subject)}`,
    hint: 'change something in it',
  })
}

function unnamed(subject: string): AppError {
  return new AppError({
    code: 'format/malformed',
    message: `${visible(subject)} is not the name of something that can wait here`,
    hint: 'name a role, keys:PROJECT, or configuration',
  })
}
