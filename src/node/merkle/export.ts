// A repository of blocks as candidates of a plain TUF repository: a new folder, or one that is pinned, whose versions go on. What
// is said there already stays as it is.
import { AppError } from '../../core/error.ts'
import type { Context } from '../../core/system.ts'
import { type PlainPair, toTuf } from '../../core/systems/merkle/bridge/to-tuf.ts'
import { plainLayout } from '../../core/systems/tuf/layouts/plain.ts'
import type { Transport } from '../../core/transport.ts'
import type { Desk } from '../desk.ts'
import { emptyPlace } from '../founding.ts'
import { parseLocation } from '../location.ts'
import { tufSource } from '../open-source.ts'
import type { PinnedSource } from '../workspace.ts'
import { type Described, documentsAt, type Found } from './documents.ts'

export interface Exported {
  location: string
  /** The plain repository whose next versions these are; absent where it is a new one, whose root nobody trusts yet. */
  follows?: PinnedSource
  /** Names that were written. */
  files: readonly string[]
  pairs: readonly PlainPair[]
}

export async function exportPlain(desk: Desk, source: Described, folder: string, context: Context): Promise<Exported> {
  const location = parseLocation(folder)
  const pinned = (await desk.workspace.sources()).find((one) => one.location === location)
  const found = await blocksAt(source, context)
  if (pinned === undefined) {
    const place = await emptyPlace(desk, folder, context.signal)
    const { files, pairs } = toTuf(found.documents)
    await write(place.folder, files, source, context.signal)
    return { location, files: [...files.keys()], pairs }
  }
  const there = tufSource(await desk.open(pinned.id, undefined, context.signal))
  if (there.layout !== plainLayout) throw notPlain(pinned)
  const { documents } = await documentsAt(there, desk.context(there, context.signal))
  const { files, pairs } = toTuf(found.documents, documents)
  await checkNothingWaits(there.transport, [...files.keys()], context.signal)
  if (files.size > 0) await write(there.transport, files, source, context.signal)
  return { location, follows: pinned, files: [...files.keys()], pairs }
}

async function blocksAt(source: Described, context: Context): Promise<Found> {
  if (source.layout !== undefined) {
    throw new AppError({
      code: 'usage/invalid',
      message: `${source.pinned.name} is a TUF repository already`,
      hint: 'name a repository of content-addressed blocks; the other way: countersign merkle import SOURCE DIR',
    })
  }
  return documentsAt(source, context)
}

async function write(
  target: Transport,
  files: ReadonlyMap<string, Uint8Array>,
  { pinned }: Described,
  signal: AbortSignal,
): Promise<void> {
  const absent = new Map([...files.keys()].map((name) => [name, null]))
  await target.write(files, absent, `propose what ${pinned.name} says`, signal)
}

/** Somebody may have signed it. */
async function checkNothingWaits(target: Transport, names: readonly string[], signal: AbortSignal): Promise<void> {
  const there = new Set(await target.list('metadata/pending/', signal))
  const waits = names.filter((name) => there.has(name))
  if (waits.length === 0) return
  throw new AppError({
    code: 'source/conflict',
    message: `${waits.length} of these changes would take the place of one that waits: ${waits.join(', ')}`,
    hint: 'publish what waits, or give it up: countersign withdraw SOURCE ID',
    data: { waits: waits.join(' ') },
  })
}

function notPlain({ name }: PinnedSource): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: `${name} keeps its changes in another way than a plain folder`,
    hint: 'name a new folder, and take the documents there with the tool that keeps this repository',
  })
}
