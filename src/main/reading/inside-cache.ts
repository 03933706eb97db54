// A repository with a million artifacts is read once, and again when something in it has changed.
import type { Desk, TufSource } from '../../node/desk.ts'
import { changeMark, type Inside, readInside } from '../../node/repository-view.ts'

const maxKept = 2

export function insideCache(desk: Desk): (source: TufSource, signal: AbortSignal) => Promise<Inside> {
  const kept = new Map<string, { mark: string; inside: Inside }>()
  return async (source, signal) => {
    const { id } = source.pinned
    const context = desk.context(source, signal)
    const mark = await changeMark(source, context)
    const known = kept.get(id)
    kept.delete(id)
    const inside = known?.mark === mark ? known.inside : await readInside(source, context)
    kept.set(id, { mark, inside })
    for (const old of [...kept.keys()].slice(0, -maxKept)) kept.delete(old)
    return inside
  }
}
