// Builds the one object a page gets from the names in the contract: frozen, named functions, nothing else.
import type { Bridge, Notice, Outcome } from '../ipc/contract.ts'

/** How a shell carries calls one way and notices the other. */
export interface Carrier {
  invoke(name: string, argument: unknown): Promise<Outcome<unknown>>
  /** Returns the function that stops listening. */
  listen(hear: (notice: Notice) => void): () => void
  /** Of File objects that the page was given. */
  pathsOf(files: readonly object[]): Promise<Outcome<{ paths: readonly string[] }>>
}

const undelivered: Outcome<never> = Object.freeze({
  ok: false,
  error: Object.freeze({
    code: 'internal/bug',
    message: 'the call could not be delivered to the app',
    hint: 'close the window and open it again; nothing was signed by this step',
  }),
})

export function createBridge<T extends Readonly<Record<string, unknown>>>(contract: T, carrier: Carrier): Bridge<T> {
  const rooms = new Map<string, [string, unknown][]>()
  for (const name of Object.keys(contract)) {
    const dot = name.indexOf('.')
    const room = name.slice(0, dot)
    const verbs = rooms.get(room) ?? []
    // A function for this name only: the page cannot make it call another one.
    verbs.push([name.slice(dot + 1), (argument?: unknown) => deliver(carrier, name, argument)])
    rooms.set(room, verbs)
  }
  rooms.set('notices', [['listen', (hear: (notice: Notice) => void) => carrier.listen((notice) => hear(notice))]])
  rooms.set('dropped', [['pathsOf', (files: readonly object[]) => guarded(() => carrier.pathsOf(files))]])
  const bridge = Object.fromEntries(
    [...rooms].map(([room, verbs]) => [room, Object.freeze(Object.fromEntries(verbs.map(named)))]),
  )
  // The type follows from the same names by the same rule; the compiler cannot see through the split at the dot.
  return Object.freeze(bridge) as unknown as Bridge<T>
}

function named([verb, call]: [string, unknown]): [string, unknown] {
  return [verb, Object.freeze(call)]
}

function deliver(carrier: Carrier, name: string, argument: unknown): Promise<Outcome<unknown>> {
  return guarded(() => carrier.invoke(name, argument))
}

async function guarded<T>(ask: () => Promise<Outcome<T>>): Promise<Outcome<T>> {
  try {
    return await ask()
  } catch {
    // What cannot be carried (a function, a DOM event) has no error code of its own; the page gets the one that says so.
    return undelivered
  }
}
