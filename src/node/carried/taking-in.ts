// A request becomes a change that waits here: in the place of the repository that vouches for it, or in a new one, whose anchor a
// person trusts from now on. The window and the command line differ in how they ask for that.
import { randomBytes } from 'node:crypto'
import { toHex } from '../../core/bytes.ts'
import { AppError } from '../../core/error.ts'
import type { SystemId } from '../../core/proposal.ts'
import { type CarriedForm, formFor } from '../../core/transfer/carried-form.ts'
import { isFirstRequest, parseRequest } from '../../core/transfer/request.ts'
import type { Desk } from '../desk.ts'
import type { PinnedSource, Trust } from '../workspace.ts'
import { carriedLocation, isCarriedLocation } from './address.ts'
import { type Arrival, receive, vouchedBy } from './arrival.ts'
import { forget } from './forgetting.ts'

export interface Taking {
  /** Another change of the same role that waits here is given up. */
  replace: boolean
  /** Asked where no repository here vouches for it, and why none does: the anchor to trust, and what to call it; throws when there is none. */
  pin(reasons: readonly string[]): Promise<{ name: string; anchor: Uint8Array }>
  now: Date
  signal: AbortSignal
}

export async function takeIn(
  { name, bytes }: { name: string; bytes: Uint8Array },
  desk: Desk,
  { replace, pin, now, signal }: Taking,
): Promise<Arrival> {
  const request = parseRequest(bytes, name, desk.systems.forms)
  const { system } = request
  if (isFirstRequest(request)) throw nothingBefore(name, formFor(system, name, desk.systems.forms))
  const found = await vouchedBy(request, desk, now, signal)
  const isThere = !('reasons' in found) && isCarriedLocation(found.source.location)
  const place =
    'reasons' in found ? await newPlace({ ...(await pin(found.reasons)), system }, desk) : await placeFor(found, desk)
  try {
    const source = await desk.open(place.id, undefined, signal)
    return await receive(bytes, name, source, desk, { replace, signal })
  } catch (thrown) {
    // What was pinned for a request that cannot be used is not kept either.
    if (!isThere) await forget(desk.workspace, place)
    throw thrown
  }
}

/** Nobody should sign it alone at a desk: its keys are compared where all their holders are. */
export function nothingBefore(what: string, { anchorWord, firstHint }: CarriedForm): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: `${what} holds the first ${anchorWord} of a repository, and nobody vouches for that`,
    hint: firstHint,
  })
}

/** The one that is there, or a new one that trusts the same. */
async function placeFor({ source, trust }: { source: PinnedSource; trust: Trust }, desk: Desk): Promise<PinnedSource> {
  if (isCarriedLocation(source.location)) return source
  const { name, system = 'tuf' } = source
  const { anchor, memory } = formFor(system, name, desk.systems.forms).trustIn(trust)
  const place = await newPlace({ name: `${name} (carried)`, system, anchor }, desk)
  await desk.workspace.remember(place.id, { successor: trust.successor ?? anchor, memory })
  return place
}

function newPlace(
  { name, system, anchor }: { name: string; system: SystemId; anchor: Uint8Array },
  desk: Desk,
): Promise<PinnedSource> {
  return desk.workspace.add({ name, system, location: carriedLocation(toHex(randomBytes(8))) }, anchor)
}
