// The first root of a repository, before there is a repository: a place for it that nothing vouches for and that is remembered
// nowhere, and the request in which it goes to whoever signs it.
import { AppError } from '../../core/error.ts'
import type { Proposal } from '../../core/proposal.ts'
import { carriedLayout } from '../../core/systems/tuf/layouts/carried.ts'
import { memoryTransport, type Transport } from '../../core/transport.ts'
import type { Desk, TufSource } from '../desk.ts'
import { type Founding, type FoundingKey, plannedRoot } from '../founding.ts'
import { tufPlace } from '../place.ts'
import { noPlaceYet } from './address.ts'
import { type Asking, requestFor } from './departure.ts'

/** Judged by nothing before it: whoever opens it says that nobody vouches for what lies there. */
export function firstSource(name: string, transport: Transport): TufSource {
  return {
    pinned: { id: '', name, location: noPlaceYet, pinnedAt: '' },
    ...tufPlace(transport, carriedLayout),
    trust: { anchor: new Uint8Array(), memory: new Map() },
  }
}

/** Nobody has signed it, and nothing is asked of anybody's token. */
export async function firstRequest(
  founding: Founding<FoundingKey>,
  asking: Asking,
  desk: Desk,
  signal: AbortSignal,
): Promise<{ bytes: Uint8Array; proposal: Proposal }> {
  const root = plannedRoot(founding, asking.at)
  const transport = memoryTransport(new Map([[carriedLayout.candidateName('root'), root]]))
  const source = firstSource(founding.name, transport)
  const { proposals, problems } = await desk.pending(source, signal)
  const [proposal] = proposals
  if (proposal === undefined) throw problems[0]?.error ?? notThere()
  return { bytes: await requestFor(source, proposal, asking, desk, signal), proposal }
}

function notThere(): AppError {
  return new AppError({ code: 'internal/bug', message: 'a first root was made, and does not wait' })
}
