// Which PIV tokens are plugged in, and what they hold: read once at each insertion, and again when a person used them.
import { toErrorData } from '../../../core/error.ts'
import type { Token, TokenList } from '../../../core/token.ts'
import type { Card, Readers, ReadersState } from '../../card.ts'
import { openPiv, type PivSession } from '../../piv/session.ts'
import { type Identity, readIdentity, readSlots, readTries } from './reading.ts'

/** A token in a reader. Whoever talks to it takes its turn. */
export interface Plugged {
  reader: string
  insertion: number
  identity?: Identity
  token: Token
  /** When its tries were read last. */
  readAt: number
}

export interface PivWatch {
  watch(hear: (list: TokenList) => void): () => void
  current(): TokenList
  /** Resolves when everything that is plugged in has been read. */
  settled(): Promise<void>
  /** By its id, "piv:15835999". */
  find(tokenId: string): Plugged | undefined
  /** One talk at a time with each reader. The card is let go at the end, and forgets the PIN when `reset`. */
  talk<T>(reader: string, how: 'leave' | 'reset', run: (piv: PivSession, card: Card) => Promise<T>): Promise<T>
  update(reader: string, change: (token: Token) => Token): void
  /** Reads its tries again if that was more than `olderThanMs` ago. */
  refreshTries(olderThanMs: number): Promise<void>
  /** Reads everything of it again. */
  reread(reader: string): Promise<void>
}

const firstWordMs = 1_000

export function pivWatch(readers: Readers, rehearsal: boolean): PivWatch {
  const plugged = new Map<string, Plugged>()
  const turns = new Map<string, Promise<unknown>>()
  const reading = new Set<Promise<void>>()
  const hearers = new Set<(list: TokenList) => void>()
  let problems: TokenList['problems'] = []
  let stop: (() => void) | undefined
  let firstWord: Promise<void> = Promise.resolve()

  const current = (): TokenList => ({ tokens: [...plugged.values()].map(({ token }) => token), problems })
  const tell = (): void => {
    for (const hear of hearers) hear(current())
  }

  function take(state: ReadersState): void {
    problems = state.problem === undefined ? [] : [{ where: 'smart cards', error: state.problem }]
    const there = new Map(state.readers.filter((one) => one.hasCard).map((one) => [one.name, one]))
    for (const [name, { insertion }] of plugged) {
      if (there.get(name)?.insertion !== insertion) plugged.delete(name)
    }
    const news = [...there.values()].filter(({ name }) => !plugged.has(name))
    for (const { name, insertion } of news) {
      const token: Token = {
        id: `reader:${name}`,
        kind: 'piv',
        name: rehearsal ? 'Practice token' : 'Token',
        reader: name,
        rehearsal,
        slots: [],
        reading: true,
        advisories: [],
      }
      plugged.set(name, { reader: name, insertion, token, readAt: 0 })
    }
    tell()
    for (const { name, insertion } of news) track(read(name, insertion))
  }

  function track(work: Promise<void>): void {
    reading.add(work)
    void work.finally(() => reading.delete(work))
  }

  function put(insertion: number, reader: string, change: (one: Plugged) => Plugged): void {
    const one = plugged.get(reader)
    // Another card may be there by now.
    if (one === undefined || one.insertion !== insertion) return
    plugged.set(reader, change(one))
    tell()
  }

  async function read(reader: string, insertion: number): Promise<void> {
    try {
      await talk(reader, 'leave', async (piv) => {
        const identity = await readIdentity(piv, reader, rehearsal)
        put(insertion, reader, (one) => ({ ...one, identity, token: { ...one.token, ...identity.token } }))
        const holds = await readSlots(piv, identity)
        put(insertion, reader, (one) => ({
          ...one,
          readAt: Date.now(),
          token: withoutProblem({ ...one.token, ...holds, reading: false }),
        }))
      })
    } catch (thrown) {
      const problem = toErrorData(thrown)
      put(insertion, reader, (one) => ({ ...one, token: { ...one.token, reading: false, problem } }))
    }
  }

  async function talk<T>(
    reader: string,
    how: 'leave' | 'reset',
    run: (piv: PivSession, card: Card) => Promise<T>,
  ): Promise<T> {
    const before = turns.get(reader) ?? Promise.resolve()
    const mine = before.then(async () => {
      const card = await readers.connect(reader)
      try {
        return await run(await openPiv(card), card)
      } finally {
        await card.end(how)
      }
    })
    turns.set(
      reader,
      mine.catch(() => undefined),
    )
    return mine
  }

  async function settled(): Promise<void> {
    await firstWord
    while (reading.size > 0) await Promise.all(reading)
  }

  function begin(): void {
    let heard = (): void => {}
    firstWord = new Promise((resolve) => {
      heard = resolve
      // Readers that never say that they have said everything must not hold up everybody.
      setTimeout(resolve, firstWordMs).unref()
    })
    stop = readers.watch((state) => {
      take(state)
      if (state.complete) heard()
    })
  }

  return {
    current,
    settled: async () => {
      if (stop === undefined) begin()
      await settled()
    },
    watch: (hear) => {
      hearers.add(hear)
      if (stop === undefined) begin()
      hear(current())
      return () => {
        hearers.delete(hear)
        if (hearers.size > 0) return
        stop?.()
        stop = undefined
        plugged.clear()
      }
    },
    find: (tokenId) => [...plugged.values()].find(({ token }) => token.id === tokenId),
    talk,
    update: (reader, change) => {
      const one = plugged.get(reader)
      if (one !== undefined)
        put(one.insertion, reader, () => ({ ...one, readAt: Date.now(), token: change(one.token) }))
    },
    refreshTries: async (olderThanMs) => {
      const old = [...plugged.values()].filter((one) => Date.now() - one.readAt > olderThanMs)
      await Promise.all(
        old.map(async ({ reader, insertion, identity }) => {
          if (identity === undefined) return read(reader, insertion)
          try {
            const pin = await talk(reader, 'leave', (piv) => readTries(piv, identity))
            put(insertion, reader, (one) => ({
              ...one,
              readAt: Date.now(),
              token: withoutProblem({ ...one.token, pin: { ...one.token.pin, ...pin } }),
            }))
          } catch (thrown) {
            const problem = toErrorData(thrown)
            put(insertion, reader, (one) => ({ ...one, token: { ...one.token, problem } }))
          }
        }),
      )
    },
    reread: async (reader) => {
      const one = plugged.get(reader)
      if (one !== undefined) await read(reader, one.insertion)
    },
  }
}

function withoutProblem({ problem: _, ...token }: Token): Token {
  return token
}
