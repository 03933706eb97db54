// How a repository of blocks comes to be: its first documents take their place, unsigned, and their root is pinned, for whoever
// makes it vouches for it.
import { AppError } from '../../core/error.ts'
import { type FirstWishes, firstFields, firstFiles } from '../../core/systems/merkle/create.ts'
import { digestOf } from '../../core/systems/merkle/digest.ts'
import { pendingName } from '../../core/systems/merkle/files.ts'
import { parseAnchor } from '../../core/systems/merkle/repository.ts'
import type { Desk } from '../desk.ts'
import { nameOfFolder, type Place } from '../founding.ts'
import type { PinnedSource } from '../workspace.ts'

export interface Founded {
  pinned: PinnedSource
  /** Names that were written. */
  files: readonly string[]
  /** sha256 of the payload of the root, hex: what people compare. */
  digest: string
}

export async function foundBlocks(
  desk: Pick<Desk, 'workspace'>,
  place: Place,
  wishes: FirstWishes,
  signal: AbortSignal,
): Promise<Founded> {
  return settleBlocks(desk, place, firstFiles(firstFields(wishes)), signal)
}

/** All at once, in an empty folder. */
export async function settleBlocks(
  { workspace }: Pick<Desk, 'workspace'>,
  { location, folder }: Place,
  files: ReadonlyMap<string, Uint8Array>,
  signal: AbortSignal,
): Promise<Founded> {
  const anchor = files.get(pendingName('root'))
  if (anchor === undefined) throw new AppError({ code: 'internal/bug', message: 'no root was made' })
  const absent = new Map([...files.keys()].map((name) => [name, null]))
  await folder.write(files, absent, 'begin the repository', signal)
  const pinned = await workspace.add({ name: nameOfFolder(location), location, system: 'merkle' }, anchor)
  return { pinned, files: [...files.keys()], digest: digestOf(parseAnchor(anchor)) }
}
