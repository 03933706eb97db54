// How a repository on the web is reached, as the window says it: certificates come as text, a token is asked for in a window of its own.
import type { AccessRequest, SourceView } from '../ipc/contract.ts'
import { type AccessChange, bearerOf, checkMayBring } from '../node/access-store.ts'
import type { Desk } from '../node/desk.ts'
import { isWebLocation, parseLocation } from '../node/location.ts'
import { authoritiesIn } from '../node/web/authorities.ts'
import type { Access } from '../node/web/send.ts'
import type { PinnedSource } from '../node/workspace.ts'

export interface SaidAccess {
  ca?: string
  token?: Uint8Array
}

export async function askAccess(
  desk: Desk,
  text: string,
  { ca, token }: AccessRequest,
  signal: AbortSignal,
): Promise<SaidAccess> {
  if (ca !== undefined) authoritiesIn(ca)
  const said = ca === undefined ? {} : { ca }
  if (token !== true) return said
  const location = parseLocation(text)
  checkMayBring(location)
  return { ...said, token: await desk.askToken(location, signal) }
}

export function accessOf({ ca, token }: SaidAccess): Access {
  return { ...(ca === undefined ? {} : { ca }), ...(token === undefined ? {} : bearerOf(token)) }
}

/** What cannot be kept with it could not be reached next time: then it is not pinned either. */
export async function keepAccess(desk: Desk, pinned: PinnedSource, said: SaidAccess): Promise<void> {
  if (Object.keys(said).length === 0) return
  try {
    await changeAccess(desk, pinned, said)
  } catch (thrown) {
    await desk.workspace.remove(pinned.id)
    throw thrown
  }
}

export async function changeAccess(desk: Desk, pinned: PinnedSource, change: AccessChange): Promise<void> {
  try {
    await desk.access.change(pinned, change)
  } finally {
    change.token?.fill(0)
  }
}

/** For the list: what cannot be read is told by the repository itself, which is not reached then. */
export async function reachedBy(desk: Desk, pinned: PinnedSource): Promise<Pick<SourceView, 'access'>> {
  if (!isWebLocation(pinned.location)) return {}
  const facts = await desk.access.facts(pinned).catch(() => undefined)
  return facts === undefined ? {} : { access: facts }
}
