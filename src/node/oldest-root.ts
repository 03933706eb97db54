// A first look at a TUF repository that nobody here trusts yet: its newest root, consistent in itself.
import { AppError } from '../core/error.ts'
import type { Anchor } from '../core/system.ts'
import { tufForm } from '../core/systems/tuf/carried-form.ts'
import { updateRoot } from '../core/systems/tuf/client.ts'
import { maxBytes } from '../core/systems/tuf/names.ts'
import { pendingName, trustedRoot } from '../core/systems/tuf/rstuf/documents.ts'
import { memoryTransport, type Transport } from '../core/transport.ts'
import { isWebLocation } from './location.ts'
import { openPlace, type PlaceOptions, type TufPlace } from './place.ts'

type Rooms = Pick<TufPlace, 'transport' | 'layout'>

/** The chain of roots from the oldest one there; `name`: what it calls itself. */
export async function lookAtRoot(
  location: string,
  now: Date,
  signal: AbortSignal,
  options: PlaceOptions,
): Promise<{ anchor: Anchor; name?: string }> {
  const place = await openPlace(location, { ...options, signal })
  const { transport, layout, served } = place
  const published = layout.published(transport)
  const first =
    layout.rstuf === undefined
      ? ((await oldestRoot(location, published, signal)) ?? (await loneRoot(place, signal)))
      : await serviceRoot(place, published, signal)
  if (first === undefined) throw noRepository(location, layout.alone === true)
  const store = memoryTransport(new Map([['root.json', first]]))
  const root = await updateRoot(published, store, { now, signal, expired: 'report' })
  const anchor = await tufForm.readAnchor(root.bytes, location)
  const name = await served?.name(signal)
  return name === undefined ? { anchor } : { anchor, name }
}

/** A server cannot be listed: there the chain starts at version 1, in a folder at the oldest version that is there. */
async function oldestRoot(
  location: string,
  published: Transport,
  signal: AbortSignal,
): Promise<Uint8Array | undefined> {
  const names = isWebLocation(location) ? ['1.root.json'] : await published.list('', signal)
  const versions = names.flatMap((name) => /^([1-9]\d{0,8})\.root\.json$/.exec(name)?.[1] ?? []).map(Number)
  return versions.length === 0 ? undefined : published.read(`${Math.min(...versions)}.root.json`, maxBytes.root, signal)
}

/** A root that lies alone vouches for itself, or is refused further on. */
async function loneRoot({ transport, layout }: Rooms, signal: AbortSignal): Promise<Uint8Array | undefined> {
  if (layout.alone !== true) return undefined
  const [candidate] = await layout.candidates(transport, signal)
  const isRoot = candidate !== undefined && 'role' in candidate && candidate.role === 'root'
  return isRoot ? transport.read(candidate.name, maxBytes.root, signal) : undefined
}

/** The first root where clients read; else the one that the service goes by, which it shows while something waits. */
async function serviceRoot(
  { transport, layout }: Rooms,
  published: Transport,
  signal: AbortSignal,
): Promise<Uint8Array | undefined> {
  const names = await transport.list('', signal)
  const first = layout.alone === true ? undefined : await published.read('1.root.json', maxBytes.root, signal)
  const found = first ?? (await transport.read(trustedRoot, maxBytes.root, signal))
  if (found !== undefined) return found
  const isFirst = names.includes(pendingName('root'))
  throw new AppError({
    code: 'source/not-found',
    message: isFirst
      ? 'the first root of this service waits for signatures: until it is complete there is nothing to pin'
      : 'this service shows the root that it goes by only while a change of it waits',
    hint: isFirst
      ? 'review and sign it, after comparing its words: countersign review SOURCE root --first'
      : 'name the root file, as you have it from someone you trust: countersign pin SOURCE --root FILE; or add where clients read: #metadata=https://...',
  })
}

function noRepository(location: string, isFile: boolean): AppError {
  if (isFile) {
    return new AppError({
      code: 'source/rejected',
      message: `${location} is a file, and no root from which trust could start`,
      hint: 'choose the folder that contains "metadata" and "targets", or a root.json that its key holders signed',
    })
  }
  return new AppError({
    code: 'source/not-found',
    message: `${location} holds no TUF repository: there is no metadata/1.root.json`,
    hint: 'choose the folder, or the address, that contains "metadata" and "targets"',
  })
}
