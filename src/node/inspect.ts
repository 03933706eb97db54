// A first look at a repository nobody here trusts yet: its newest root, consistent in itself, and who would rule by it.
import { AppError } from '../core/error.ts'
import type { Quorum } from '../core/proposal.ts'
import { rootQuorum, updateRoot } from '../core/systems/tuf/client.ts'
import { digestOf, type Metadata, parseMetadata, type Root } from '../core/systems/tuf/metadata.ts'
import { maxBytes, titleOf } from '../core/systems/tuf/names.ts'
import { pendingName, trustedRoot } from '../core/systems/tuf/rstuf/documents.ts'
import { verifyQuorum } from '../core/systems/tuf/verify.ts'
import { memoryTransport, type Transport } from '../core/transport.ts'
import { isWebLocation } from './location.ts'
import { openPlace, type Place, type PlaceOptions, repositoryOf } from './place.ts'
import { isGitLocation } from './transports/git/address.ts'
import { isRstufLocation, parseRstufAddress } from './transports/rstuf/address.ts'
import { dataDirectory } from './workspace.ts'

export interface Inspection {
  location: string
  suggestedName: string
  title: string
  version: number
  digest: string
  /** The root itself: what will be pinned, byte for byte. */
  bytes: Uint8Array
  quorum: Quorum
  /** A clone of the person's own, whose settings are used from now on. */
  clone?: string
}

/** What would be pinned with a root that a person has by another way: exactly that one. */
export async function inspectRoot(text: string, bytes: Uint8Array, file: string): Promise<Inspection> {
  const root = parseMetadata(bytes, 'root', file)
  const quorum = await rootQuorum(root, root)
  verifyQuorum(quorum, file)
  return inspectionOf(await repositoryOf(text), root, quorum)
}

type Found = Pick<Inspection, 'location' | 'clone'>

function inspectionOf({ location, clone }: Found, root: Metadata<Root>, quorum: Quorum): Inspection {
  const { version } = root.signed
  return {
    ...{ location, version, quorum, bytes: root.bytes },
    suggestedName: nameOf(location),
    title: titleOf('root', version),
    digest: digestOf(root),
    ...(clone === undefined ? {} : { clone }),
  }
}

export async function inspectRepository(
  text: string,
  now: Date,
  signal: AbortSignal,
  { dataDir = dataDirectory(), access = {} }: Partial<Pick<PlaceOptions, 'dataDir' | 'access'>> = {},
): Promise<Inspection> {
  const found = await repositoryOf(text)
  const { location } = found
  const { transport, layout, served } = await openPlace(location, { dataDir, access, signal })
  const published = layout.published(transport)
  const place = { transport, layout }
  const first =
    layout.rstuf === undefined
      ? ((await oldestRoot(location, published, signal)) ?? (await loneRoot(place, signal)))
      : await serviceRoot(place, published, signal)
  if (first === undefined) throw noRepository(location, layout.alone === true)
  const store = memoryTransport(new Map([['root.json', first]]))
  const root = await updateRoot(published, store, { now, signal, expired: 'report' })
  const inspection = inspectionOf(found, root, await rootQuorum(root, root))
  return { ...inspection, suggestedName: (await served?.name(signal)) ?? inspection.suggestedName }
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
async function loneRoot({ transport, layout }: Place, signal: AbortSignal): Promise<Uint8Array | undefined> {
  if (layout.alone !== true) return undefined
  const [candidate] = await layout.candidates(transport, signal)
  const isRoot = candidate !== undefined && 'role' in candidate && candidate.role === 'root'
  return isRoot ? transport.read(candidate.name, maxBytes.root, signal) : undefined
}

/** The first root where clients read; else the one that the service goes by, which it shows while something waits. */
async function serviceRoot(
  { transport, layout }: Place,
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

function nameOf(location: string): string {
  if (isRstufLocation(location)) return new URL(parseRstufAddress(location).service).host
  const parts = location.split(/[/\\]+/).filter((part) => part !== '' && part !== 'repository')
  const last = parts.at(-1) ?? 'Repository'
  const name = isGitLocation(location) ? last.replace(/(?<=.)\.git$/, '') : last
  return (isWebLocation(location) || isGitLocation(location) ? decoded(name) : name).slice(0, 120)
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    // Not percent-encoding at all: then it is its own name.
    return part
  }
}
