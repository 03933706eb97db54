// What happened, for those who listen: each event has an id, and whoever comes back with the last one they saw gets the rest.
import { randomBytes } from 'node:crypto'

export type EventKind = 'proposed' | 'signed' | 'withdrawn' | 'published' | 'renewed' | 'content'

export interface RepositoryEvent {
  id: string
  kind: EventKind
  subjects: readonly string[]
}

export interface Events {
  emit(kind: EventKind, subjects: readonly string[]): void
  /** What happened since; undefined when that is not known any more, and everything should be read anew. */
  since(id: string | undefined): readonly RepositoryEvent[] | undefined
  /** The last one; what happens later comes after it. */
  last(): string
  /** The returned function ends it. */
  listen(listener: (event: RepositoryEvent) => void): () => void
  listeners(): number
}

const maxKept = 1000

export function events(): Events {
  // Numbers begin anew with each start: an id of an earlier one says that nothing is known since.
  const start = randomBytes(6).toString('hex')
  const kept: RepositoryEvent[] = []
  const listening = new Set<(event: RepositoryEvent) => void>()
  let count = 0
  return {
    emit: (kind, subjects) => {
      count += 1
      const event = { id: `${start}-${count}`, kind, subjects }
      kept.push(event)
      if (kept.length > maxKept) kept.shift()
      for (const listener of [...listening]) listener(event)
    },
    since: (id) => {
      if (id === undefined) return []
      const [, of, number] = /^([0-9a-f]+)-(\d{1,15})$/.exec(id) ?? []
      const missed = count - Number(number)
      return of === start && missed >= 0 && missed <= kept.length ? kept.slice(kept.length - missed) : undefined
    },
    last: () => `${start}-${count}`,
    listen: (listener) => {
      listening.add(listener)
      return () => void listening.delete(listener)
    },
    listeners: () => listening.size,
  }
}
