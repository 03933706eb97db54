// A first look at a repository nobody here trusts yet: its newest root, consistent in itself, and who would rule by it.
import { AppError } from '../core/error.ts'
import type { Quorum } from '../core/proposal.ts'
import { rootQuorum, updateRoot } from '../core/systems/tuf/client.ts'
import { digestOf } from '../core/systems/tuf/metadata.ts'
import { maxBytes, titleOf } from '../core/systems/tuf/names.ts'
import { memoryTransport, type Transport } from '../core/transport.ts'
import { isWebLocation } from './location.ts'
import { openPlace, type Place, repositoryOf } from './place.ts'
import { isGitLocation } from './transports/git/address.ts'
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

export async function inspectRepository(
  text: string,
  now: Date,
  signal: AbortSignal,
  dataDir: string = dataDirectory(),
): Promise<Inspection> {
  const { location, clone } = await repositoryOf(text)
  const { transport, layout, served } = await openPlace(location, { dataDir, signal })
  const published = layout.published(transport)
  const first = (await oldestRoot(location, published, signal)) ?? (await loneRoot({ transport, layout }, signal))
  if (first === undefined) throw noRepository(location, layout.alone === true)
  const store = memoryTransport(new Map([['root.json', first]]))
  const root = await updateRoot(published, store, { now, signal, expired: 'report' })
  return {
    location,
    suggestedName: (await served?.name(signal)) ?? nameOf(location),
    title: titleOf('root', root.signed.version),
    version: root.signed.version,
    digest: digestOf(root),
    bytes: root.bytes,
    quorum: await rootQuorum(root, root),
    ...(clone === undefined ? {} : { clone }),
  }
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
