// The file of a candidate: what is signed, and its signatures in the one form, whoever writes them.
import { AppError } from '../../../error.ts'
import type { Proposal } from '../../../proposal.ts'
import type { TufSignature } from '../../tuf/envelope.ts'
import { type DagMap, isDagMap, parseDag } from '../dag-value.ts'
import { encodeEnvelope } from '../next.ts'
import { type Candidate, parseCandidate } from './candidates.ts'

export interface Opened extends Candidate {
  signed: DagMap
}

export function openCandidate(bytes: Uint8Array, subject: string): Opened {
  const candidate = parseCandidate(bytes, subject)
  const envelope = parseDag(bytes, 'dag-json', candidate.name)
  const signed = isDagMap(envelope) ? envelope.get('signed') : undefined
  // The parser of documents has read it as a map already.
  if (!isDagMap(signed)) throw new AppError({ code: 'internal/bug', message: 'what is signed is no map any more' })
  return { ...candidate, signed }
}

export function openProposal({ after, subject }: Pick<Proposal, 'after' | 'subject'>): Opened {
  return openCandidate(after, subject)
}

export function withSignatures({ signed }: Opened, signatures: Iterable<TufSignature>): Uint8Array {
  return encodeEnvelope(signed, [...signatures])
}
