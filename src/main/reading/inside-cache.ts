// A repository with a million artifacts is read once, and again when something in it has changed.
import type { Desk, OpenSource } from '../../node/desk.ts'
import { blocksMark, readBlocksInside } from '../../node/merkle/inside.ts'
import { isOfBlocks, tufSource } from '../../node/open-source.ts'
import { changeMark, type Inside, type InsideFacts, readInside } from '../../node/repository-view.ts'

/** Of a repository of blocks there is no set of files. */
export type AnyInside = InsideFacts & Partial<Pick<Inside, 'set'>>

const maxKept = 2

export function insideCache(desk: Desk): (source: OpenSource, signal: AbortSignal) => Promise<AnyInside> {
  const kept = new Map<string, { mark: string; inside: AnyInside }>()
  return async (source, signal) => {
    const { id } = source.pinned
    const context = desk.context(source, signal)
    const [markOf, read] = isOfBlocks(source)
      ? [() => blocksMark(source, context), () => readBlocksInside(source, context)]
      : [() => changeMark(tufSource(source), context), () => readInside(tufSource(source), context)]
    const mark = await markOf()
    const known = kept.get(id)
    kept.delete(id)
    const inside = known?.mark === mark ? known.inside : await read()
    kept.set(id, { mark, inside })
    for (const old of [...kept.keys()].slice(0, -maxKept)) kept.delete(old)
    return inside
  }
}
