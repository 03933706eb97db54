// A project whose first signers file waits for its signatures: nobody was there before. Whoever pinned exactly that file, or has
// nothing to pin yet, knows it.
import { isEqualBytes } from '../../bytes.ts'
import { AppError } from '../../error.ts'
import type { Context } from '../../system.ts'
import { parseHistory } from './history.ts'
import { historyName, maxBytes, oldSignersName, signersName } from './names.ts'
import { noSigners, type Project, readActive, readPending, type SignersPlace } from './project.ts'
import { memoryName } from './way.ts'

/** Undefined: a signers file is in force. `place` is absent where not even one waits. */
export async function waitingFirst(
  project: Project,
  { anchor, memory }: Context,
): Promise<{ place?: SignersPlace } | undefined> {
  if (project.has(project.isOld ? oldSignersName : signersName)) return undefined
  if ((memory?.get(memoryName) ?? undefined) !== undefined) throw noneLeft()
  const place = await readPending(project)
  if (place === undefined) {
    if (anchor.length > 0) throw noneLeft()
    return {}
  }
  if (anchor.length === 0 || isEqualBytes(anchor, place.bytes)) return { place }
  throw new AppError({
    code: 'trust/changed',
    message: 'the first signers file that waits here is not the one that is pinned',
    hint: 'ask the people of the project who exchanged it, and compare anew: countersign forget, then countersign pin',
  })
}

function noneLeft(): AppError {
  return noSigners('a signers file is pinned here, and the mirror has none any more; ask the people of the project')
}

/** The signers file that people pin: the oldest from which every later one can be verified, or the first one, while it still waits. */
export interface Oldest {
  bytes: Uint8Array
  name: string
  version: number
  /** Not all of its keys have signed it yet: it is not in force. */
  waits: boolean
}

export async function oldestSigners(project: Project): Promise<Oldest | undefined> {
  const active = await readActive(project)
  if (active === undefined) {
    const place = await readPending(project)
    return place === undefined ? undefined : { bytes: place.bytes, name: place.name, version: 1, waits: true }
  }
  const held = project.isOld ? undefined : await project.read(historyName, maxBytes.history)
  const history = held === undefined ? [] : parseHistory(held, historyName)
  // Nothing before a rewritten entry can be verified.
  const from = history.findLastIndex((entry) => 'rewritten' in entry) + 1
  const oldest = history[from]
  const version = from + 1
  if (oldest !== undefined && 'signers' in oldest)
    return { bytes: oldest.signers, name: historyName, version, waits: false }
  return { bytes: active.bytes, name: active.name, version, waits: false }
}
