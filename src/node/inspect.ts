// A first look at a repository nobody here trusts yet: its newest root, consistent in itself, and who would rule by it.
import { AppError } from '../core/error.ts'
import type { Quorum } from '../core/proposal.ts'
import { rootQuorum, updateRoot } from '../core/systems/tuf/client.ts'
import { digestOf } from '../core/systems/tuf/metadata.ts'
import { maxBytes, titleOf } from '../core/systems/tuf/names.ts'
import { memoryTransport } from '../core/transport.ts'
import { isWebLocation } from './location.ts'
import { openPlace, repositoryOf } from './place.ts'
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
  const { transport, layout } = openPlace(location, { dataDir })
  const published = layout.published(transport)
  // A server cannot be listed: there the chain starts at version 1, in a folder at the oldest version that is there.
  const names = isWebLocation(location) ? ['1.root.json'] : await published.list('', signal)
  const versions = names.flatMap((name) => /^([1-9]\d{0,8})\.root\.json$/.exec(name)?.[1] ?? []).map(Number)
  const oldest = versions.length === 0 ? undefined : Math.min(...versions)
  const first = oldest === undefined ? undefined : await published.read(`${oldest}.root.json`, maxBytes.root, signal)
  if (first === undefined) {
    throw new AppError({
      code: 'source/not-found',
      message: `${location} holds no TUF repository: there is no metadata/1.root.json`,
      hint: 'choose the folder, or the address, that contains "metadata" and "targets"',
    })
  }
  const store = memoryTransport(new Map([['root.json', first]]))
  const root = await updateRoot(published, store, { now, signal, expired: 'report' })
  return {
    location,
    suggestedName: nameOf(location),
    title: titleOf('root', root.signed.version),
    version: root.signed.version,
    digest: digestOf(root),
    bytes: root.bytes,
    quorum: await rootQuorum(root, root),
    ...(clone === undefined ? {} : { clone }),
  }
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
