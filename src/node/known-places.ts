// What was learnt of web addresses, for a short time: the thread that reads and the one that writes tell each other with every
// question and answer, so that both take the same address for the same thing.
import { createHash } from 'node:crypto'
import type { Access } from './web/send.ts'

/** `key`: an address, and how it was asked. */
export interface KnownPlace {
  key: string
  served: boolean
  /** Of the machine, so that threads can compare them. */
  atMs: number
}

const askAgainMs = 30_000
const known = new Map<string, KnownPlace>()

/** A token may open what is hidden from others: who brings one is not answered with what was said to who brought none. */
function keyOf(base: URL, { ca = '', bearer }: Access): string {
  const asked = JSON.stringify([base.href, ca, bearer !== undefined])
  return createHash('sha256').update(asked).digest('hex')
}

/** A repository that is served stays one; where there was none, one may have begun. */
function isFresh({ served, atMs }: KnownPlace): boolean {
  return served || Math.abs(Date.now() - atMs) < askAgainMs
}

export function knownPlace(base: URL, access: Access): boolean | undefined {
  const place = known.get(keyOf(base, access))
  return place !== undefined && isFresh(place) ? place.served : undefined
}

export function keepPlace(base: URL, access: Access, served: boolean): void {
  learnPlaces([{ key: keyOf(base, access), served, atMs: Date.now() }])
}

/** All that is known here, to be told. */
export function knownPlaces(): KnownPlace[] {
  for (const [key, place] of known) if (!isFresh(place)) known.delete(key)
  return [...known.values()]
}

/** What was learnt last counts. */
export function learnPlaces(places: readonly KnownPlace[]): void {
  for (const place of places) {
    const old = known.get(place.key)
    if (old === undefined || old.atMs <= place.atMs) known.set(place.key, place)
  }
}
