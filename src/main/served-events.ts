// Repositories that are served say when something happens in them: then the window asks anew. Only while it is open.
import type { Desk } from '../node/desk.ts'
import { isWebLocation } from '../node/location.ts'
import type { PinnedSource } from '../node/workspace.ts'

export interface ServedEvents {
  /** Repositories were opened or forgotten, or are reached in another way. */
  look(): void
}

/** Several things happen at once when a change is published: one look at all of them is enough. */
const gatherMs = 150
/** Until a repository that could not be asked is asked again: longer and longer. */
const pauses = { firstMs: 5000, longestMs: 300_000 } as const

interface Listener {
  /** How it was reached when it began. */
  mark: string
  stop: AbortController
}

export function servedEvents(
  desk: Pick<Desk, 'workspace' | 'access' | 'open'>,
  changed: () => void,
  signal: AbortSignal,
  { firstMs = pauses.firstMs }: { firstMs?: number } = {},
): ServedEvents {
  const listening = new Map<string, Listener>()
  let timer: NodeJS.Timeout | undefined
  let again: NodeJS.Timeout | undefined
  let pauseMs: number = firstMs
  let looking: Promise<void> = Promise.resolve()

  function heard(): void {
    if (signal.aborted) return
    clearTimeout(timer)
    timer = setTimeout(changed, gatherMs)
  }

  function forget(id: string): void {
    listening.get(id)?.stop.abort()
    listening.delete(id)
  }

  /** Whether it is known now what to do about it: its own screen says why it cannot be opened. */
  async function listenTo(pinned: PinnedSource): Promise<boolean> {
    const { id } = pinned
    try {
      const mark = await desk.access.mark(pinned)
      if (listening.get(id)?.mark === mark) return true
      forget(id)
      const { served, unknown } = await desk.open(id, undefined, signal)
      if (served === undefined) return unknown === undefined
      const stop = new AbortController()
      listening.set(id, { mark, stop })
      void served.listen(heard, AbortSignal.any([signal, stop.signal]))
      return true
    } catch {
      return false
    }
  }

  async function look(): Promise<void> {
    clearTimeout(again)
    const sources = (await desk.workspace.sources().catch(() => [])).filter(({ location }) => isWebLocation(location))
    for (const id of [...listening.keys()]) if (!sources.some((one) => one.id === id)) forget(id)
    let isDone = true
    for (const pinned of sources) {
      if (signal.aborted) return
      isDone = (await listenTo(pinned)) && isDone
    }
    if (isDone) pauseMs = firstMs
    if (isDone || signal.aborted) return
    clearTimeout(again)
    again = setTimeout(next, pauseMs)
    pauseMs = Math.min(pauseMs * 2, pauses.longestMs)
  }

  function next(): void {
    looking = looking.then(look)
  }

  const end = (): void => {
    clearTimeout(timer)
    clearTimeout(again)
  }
  signal.addEventListener('abort', end, { once: true })
  return { look: next }
}
