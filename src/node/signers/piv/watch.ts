// Which PIV tokens are plugged in, and what they hold: read once at each insertion, and again when a person used them.
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError, toErrorData } from '../../../core/error.ts'
import type { Token, TokenList } from '../../../core/token.ts'
import type { Readers, ReadersState } from '../../card.ts'
import { openPiv, type PivSession } from '../../piv/session.ts'
import { checkSerial, type Identity, readIdentity, readSlots, readTries } from './reading.ts'

/** A token in a reader. Whoever talks to it takes its turn. */
export interface Plugged {
  reader: string
  insertion: number
  identity?: Identity
  token: Token
  /** When its tries were read last; 0 before everything was read. */
  readAt: number
  /** Aborted when it is taken out. */
  gone: AbortController
}

export interface PivWatch {
  watch(hear: (list: TokenList) => void): () => void
  current(): TokenList
  /** Resolves when everything that is plugged in has been read, or after a moment. */
  settled(): Promise<void>
  /** By its id, "piv:15835999". Two that say they are the same are neither: signer/wrong-key. */
  find(tokenId: string): Plugged | undefined
  /**
   * One talk at a time with each reader, with the token that was found and no other. The card is let go at the end, and forgets
   * the PIN when `reset`.
   */
  talk<T>(plugged: Plugged, how: 'leave' | 'reset', run: (piv: PivSession) => Promise<T>): Promise<T>
  update(reader: string, change: (token: Token) => Token): void
  /** Reads its tries again if that was more than `olderThanMs` ago; not while somebody signs with it: who only looks waits for nobody. */
  refreshTries(olderThanMs: number): Promise<void>
  /** Reads everything of it again. */
  reread(reader: string): Promise<void>
}

const firstWordMs = 1_000
const settleMs = 3_000

export function pivWatch(readers: Readers, rehearsal: boolean): PivWatch {
  const plugged = new Map<string, Plugged>()
  const turns = new Map<string, Promise<unknown>>()
  /** How many talks are under way or wait for their turn. */
  const queued = new Map<string, number>()
  const reading = new Set<Promise<void>>()
  const hearers = new Set<(list: TokenList) => void>()
  let problems: TokenList['problems'] = []
  let stop: (() => void) | undefined
  let firstWord: Promise<void> = Promise.resolve()

  const withId = (id: string): Plugged[] => [...plugged.values()].filter(({ token }) => token.id === id)
  const current = (): TokenList => ({
    tokens: [...plugged.values()].map(({ token }) => {
      const twins = withId(token.id)
      return twins.length === 1 ? token : { ...token, slots: [], problem: toErrorData(twin(token, twins)) }
    }),
    problems,
  })
  const tell = (): void => {
    for (const hear of hearers) hear(current())
  }

  function take(state: ReadersState): void {
    problems = state.problem === undefined ? [] : [{ where: 'smart cards', error: state.problem }]
    const there = new Map(state.readers.filter((one) => one.hasCard).map((one) => [one.name, one]))
    for (const [name, { insertion }] of plugged) {
      if (there.get(name)?.insertion === insertion) continue
      plugged.get(name)?.gone.abort()
      plugged.delete(name)
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
      plugged.set(name, { reader: name, insertion, token, readAt: 0, gone: new AbortController() })
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
      await turn({ reader, insertion }, 'leave', async (piv) => {
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

  async function turn<T>(
    { reader, insertion }: Pick<Plugged, 'reader' | 'insertion'>,
    how: 'leave' | 'reset',
    run: (piv: PivSession) => Promise<T>,
  ): Promise<T> {
    const before = turns.get(reader) ?? Promise.resolve()
    queued.set(reader, (queued.get(reader) ?? 0) + 1)
    const mine = before.then(async () => {
      // It may have been taken out while this one waited for its turn.
      if (plugged.get(reader)?.insertion !== insertion) throw pulled()
      const card = await readers.connect(reader)
      try {
        return await run(await openPiv(card))
      } finally {
        await card.end(how)
      }
    })
    const over = mine.catch(() => undefined).finally(() => queued.set(reader, (queued.get(reader) ?? 1) - 1))
    turns.set(reader, over)
    return mine
  }

  /** The serial number is compared first: a card can be swapped faster than a reader can tell. */
  function talk<T>(one: Plugged, how: 'leave' | 'reset', run: (piv: PivSession) => Promise<T>): Promise<T> {
    return turn(one, how, async (piv) => {
      if (one.identity !== undefined) await checkSerial(piv, one.identity)
      return run(piv)
    })
  }

  async function refresh(one: Plugged): Promise<void> {
    const { reader, insertion } = one
    // What could not be read whole is read whole.
    if (one.identity === undefined || one.readAt === 0) return read(reader, insertion)
    try {
      const pin = await talk(one, 'leave', readTries)
      put(insertion, reader, (now) => ({
        ...now,
        readAt: Date.now(),
        token: withoutProblem({ ...now.token, pin: { ...now.token.pin, ...pin } }),
      }))
    } catch (thrown) {
      const problem = toErrorData(thrown)
      // Another token is there: then everything of it is read.
      if (problem.code === 'signer/wrong-key') return read(reader, insertion)
      put(insertion, reader, (now) => ({ ...now, token: { ...now.token, problem } }))
    }
  }

  /** A token that is slow, or mute, holds up nobody: it is shown as one that is still being read. */
  async function settled(): Promise<void> {
    await firstWord
    const end = Date.now() + settleMs
    while (reading.size > 0 && Date.now() < end) {
      await Promise.race([Promise.all(reading), sleep(end - Date.now(), undefined, { ref: false })])
    }
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
        for (const { gone } of plugged.values()) gone.abort()
        plugged.clear()
      }
    },
    find: (tokenId) => {
      const [one, other] = withId(tokenId)
      if (one !== undefined && other !== undefined) throw twin(one.token, [one, other])
      return one
    },
    talk,
    update: (reader, change) => {
      const one = plugged.get(reader)
      if (one !== undefined)
        put(one.insertion, reader, () => ({ ...one, readAt: Date.now(), token: change(one.token) }))
    },
    refreshTries: async (olderThanMs) => {
      const isOld = (one: Plugged): boolean => Date.now() - one.readAt > olderThanMs
      const isFree = ({ reader }: Plugged): boolean => (queued.get(reader) ?? 0) === 0
      await Promise.all([...plugged.values()].filter((one) => isOld(one) && isFree(one)).map(refresh))
    },
    reread: async (reader) => {
      const one = plugged.get(reader)
      if (one !== undefined) await read(reader, one.insertion)
    },
  }
}

/** A number is a claim of the card; which of two that make the same claim is the right one, only a person can find out. */
function twin({ id }: Token, all: readonly Plugged[]): AppError {
  return new AppError({
    code: 'signer/wrong-key',
    message: `${all.length} tokens say that they are ${id}: in ${all.map(({ reader }) => reader).join(' and in ')}`,
    hint: 'take out all but your own; no PIN was asked for',
  })
}

export function pulled(): AppError {
  return new AppError({
    code: 'signer/absent',
    message: 'the token was taken out, or another was put in its place',
    hint: 'put it in again, wait until it is shown, and repeat; nothing was signed',
  })
}

function withoutProblem({ problem: _, ...token }: Token): Token {
  return token
}
