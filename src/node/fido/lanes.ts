// One talk with one token at a time: a list that is read while somebody signs must not come in between.

export interface Lanes {
  /** 'person': it waits for somebody to type a PIN or to touch. */
  run<T>(path: string, waitsFor: 'token' | 'person', use: () => Promise<T>): Promise<T>
  waitsForPerson(path: string): boolean
}

export function lanes(): Lanes {
  const tails = new Map<string, Promise<unknown>>()
  const waiting = new Map<string, number>()
  const count = (path: string, by: number) => waiting.set(path, (waiting.get(path) ?? 0) + by)
  return {
    waitsForPerson: (path) => (waiting.get(path) ?? 0) > 0,
    run: async (path, waitsFor, use) => {
      const before = tails.get(path) ?? Promise.resolve()
      const ours = before.then(use, use)
      // What went wrong is the matter of whoever waits for `ours`.
      const tail = ours.catch(() => undefined)
      tails.set(path, tail)
      if (waitsFor === 'person') count(path, 1)
      try {
        return await ours
      } finally {
        if (waitsFor === 'person') count(path, -1)
        if (tails.get(path) === tail) tails.delete(path)
      }
    },
  }
}
