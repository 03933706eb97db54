// Repositories that are served say when something happens in them: then the window asks anew. Only while it is open.
import type { Desk } from '../node/desk.ts'
import type { Served } from '../node/transports/served.ts'

export interface ServedEvents {
  /** Repositories were opened or forgotten. */
  look(): void
}

/** Several things happen at once when a change is published: one look at all of them is enough. */
const gatherMs = 150

export function servedEvents(
  desk: Pick<Desk, 'workspace' | 'open'>,
  changed: () => void,
  signal: AbortSignal,
): ServedEvents {
  const listening = new Map<string, AbortController>()
  let timer: NodeJS.Timeout | undefined
  let looking: Promise<void> = Promise.resolve()

  function heard(): void {
    if (signal.aborted) return
    clearTimeout(timer)
    timer = setTimeout(changed, gatherMs)
  }

  async function servedOf(id: string): Promise<Served | undefined> {
    try {
      return (await desk.open(id, undefined, signal)).served
    } catch {
      // It cannot be opened now: its own screen says why, and the next look tries again.
      return undefined
    }
  }

  async function look(): Promise<void> {
    const ids = (await desk.workspace.sources().catch(() => [])).map(({ id }) => id)
    for (const [id, stop] of listening) {
      if (ids.includes(id)) continue
      stop.abort()
      listening.delete(id)
    }
    for (const id of ids) {
      const served = listening.has(id) ? undefined : await servedOf(id)
      if (served === undefined || signal.aborted) continue
      const stop = new AbortController()
      listening.set(id, stop)
      void served.listen(heard, AbortSignal.any([signal, stop.signal]))
    }
  }

  signal.addEventListener('abort', () => clearTimeout(timer), { once: true })
  return {
    look: () => {
      looking = looking.then(look)
    },
  }
}
