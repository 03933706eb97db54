// A record that is signed, as a file; and one that was signed elsewhere, on its way to the registry: read like any record that
// waits before it leaves.
import { isEqualBytes } from '../../core/bytes.ts'
import { AppError } from '../../core/error.ts'
import { isObject } from '../../core/json.ts'
import { isReady, type Proposal } from '../../core/proposal.ts'
import { hasSignatures, othersSigned } from '../../core/replacing.ts'
import type { Context } from '../../core/system.ts'
import { parseOperatorAnchor } from '../../core/systems/warg/anchor.ts'
import { parseAnswer } from '../../core/systems/warg/encoding/answer.ts'
import type { Envelope } from '../../core/systems/warg/encoding/envelope.ts'
import { parseSending, sendingBytes, signedBytes } from '../../core/systems/warg/encoding/wire.ts'
import { maxBytes, operatorSubject, pendingName } from '../../core/systems/warg/files.ts'
import {
  type Candidate,
  candidateBytes,
  candidateEnvelope,
  parseCandidate,
} from '../../core/systems/warg/waiting/candidate.ts'
import { pendingProposals } from '../../core/systems/warg/waiting/pending.ts'
import { type Files, overlay } from '../../core/transport.ts'
import type { OpenSource } from '../open-source.ts'
import { asOfNow, registryOptions, rememberSeen } from './looking.ts'

/**
 * As a registry takes it, or with its approvals where there are approvers: who sends it asks for those as well. Of the operator without
 * a name, as those who run the registry keep it.
 */
export function savedBytes({ subject, title, after }: Pick<Proposal, 'subject' | 'title' | 'after'>): Uint8Array {
  const candidate = parseCandidate(after, title)
  const envelope = candidateEnvelope(candidate)
  if (subject === operatorSubject) return signedBytes(envelope)
  return candidate.approvers === undefined ? sendingBytes({ packageName: subject, envelope }) : after
}

/** A record in a file, in either of the forms in which it is saved. */
export function savedRecord(
  bytes: Uint8Array,
  what: string,
): { subject: string; envelope: Envelope; candidate?: Candidate } {
  const value = parseAnswer(bytes, what)
  if (!isObject(value) || !Object.hasOwn(value, 'format')) {
    const { packageName: subject, envelope } = parseSending(bytes, what)
    return { subject, envelope }
  }
  const candidate = parseCandidate(bytes, what)
  return { subject: candidate.subject, envelope: candidateEnvelope(candidate), candidate }
}

export interface Arrived {
  proposal: Proposal
  files: Files
  base: Files
}

/** Nothing is written here. Approvals that this machine has of the same record count; `replace`: whatever else waits is given up. */
export async function arrivedRecord(
  source: OpenSource,
  bytes: Uint8Array,
  what: string,
  replace: boolean,
  context: Context,
): Promise<Arrived> {
  const { transport } = source
  const { subject, envelope, candidate: came } = savedRecord(bytes, what)
  const name = pendingName(subject)
  const there = await transport.read(name, maxBytes.candidate, context.signal)
  const waiting = there === undefined ? undefined : parseCandidate(there, name)
  const { contents, keyId, signature } = envelope
  const isSame = waiting !== undefined && isEqualBytes(waiting.contents, contents)
  const known = await registryOptions(source, context)
  const options = { ...known, only: subject }
  if (waiting !== undefined && !isSame && !replace) {
    const pending = await pendingProposals(transport, asOfNow(source, context), options)
    await rememberSeen(source, pending)
    const [other] = pending.proposals
    if (other !== undefined && hasSignatures(other)) throw othersSigned(other)
    if (other !== undefined) throw anotherWaits(other)
  }
  const { id } = await parseOperatorAnchor(context.anchor, 'the pinned record')
  const [approvers] = (await known.agreed?.(id, context.signal))?.get(subject) ?? []
  const agreed = approvers === undefined ? {} : { approvers }
  const own: Candidate = isSame ? waiting : { registry: id, subject, contents, approvals: [], ...agreed }
  const candidate = came === undefined ? own : withApprovals(came, isSame ? waiting : undefined)
  const files = new Map([[name, candidateBytes({ ...candidate, signed: { keyId, signature } })]])
  const pending = await pendingProposals(overlay(transport, files), asOfNow(source, context), options)
  await rememberSeen(source, pending)
  const { proposals, problems } = pending
  if (problems[0] !== undefined) throw problems[0].error
  const [proposal] = proposals
  if (proposal === undefined) {
    throw new AppError({
      code: 'usage/invalid',
      message: `the record in ${what} is in the log of ${subject} already`,
      hint: `nothing is left to do: see it with: countersign warg show SOURCE ${subject}`,
    })
  }
  if (proposal.blocked !== undefined) throw new AppError(proposal.blocked)
  if (!isReady(proposal)) throw notSigned(proposal, what)
  return { proposal, files, base: new Map([[name, there ?? null]]) }
}

/** Those that are here were verified when they came. */
function withApprovals(came: Candidate, here: Candidate | undefined): Candidate {
  const approvals = here?.registry === came.registry ? here.approvals : []
  const known = new Set(approvals.map(({ keyId }) => keyId))
  return { ...came, approvals: [...approvals, ...came.approvals.filter(({ keyId }) => !known.has(keyId))] }
}

function notSigned({ quorums, subject, title }: Proposal, what: string): AppError {
  const keys = quorums.flatMap((one) => [
    ...one.keys.map(({ reason }) => reason),
    ...one.strangers.map((s) => s.reason),
  ])
  const why = keys.find((reason) => reason !== undefined)
  if (why === undefined) {
    return new AppError({
      code: 'trust/threshold',
      message: `the record in ${what} is signed, and comes without the approvals that ${title} needs`,
      hint: 'nothing was sent; save it anew where it was approved, with the same approvers: countersign warg save',
    })
  }
  return new AppError({
    code: 'trust/bad-signature',
    message: `the record in ${what} does not count as ${title}: ${why}`,
    hint: `nothing was sent; have it signed by a key that may: countersign warg show SOURCE ${subject}`,
  })
}

function anotherWaits({ title, headline }: Proposal): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: `another record waits here as ${title}: ${headline}`,
    hint: 'withdraw it first, or give it up with --replace',
  })
}
