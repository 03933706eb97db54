// Smart card readers of the operating system: the only importer of its native module.
import type { Client, Card as NativeCard, Reader, Transaction } from 'pcsc-mini'
import { type AppError, toErrorData } from '../core/error.ts'
import { apduLimitMs, type Card, connectLimitMs, type Readers, type ReadersState, silentCard } from './card.ts'
import { busy, codeOf, pulled, translate } from './pcsc-errors.ts'

type Native = typeof import('pcsc-mini')

/** The module's own default of 264 bytes is too small for a response of 256 bytes to an extended APDU. */
const responseBytes = 65_544
/** How soon a smart card service that is not there is looked for again. */
const retryMs = 1_000
/** Without any reader the service says nothing at all; with some, each is told of right after the other. */
const firstWordMs = 300
const nextWordMs = 30

/**
 * Every client that was started, for as long as the process lives: when one is collected that belongs to a service that has died,
 * the module throws where nobody can catch it, and the process ends.
 */
const started = new Set<Client>()

/** Each call that does not return holds one of the process's worker threads: see spawn.ts for how many there are. */
const maxStuck = 8

export interface PcscOptions {
  /** So many readers hold a thread each that this process can do little more, and is better replaced. */
  onStuck?: () => void
}

/**
 * The module wakes its thread from its wait to stop it. Asked while that one is between two waits, as it is just after a card was let go,
 * it begins another wait, and holds up whoever stops it for as long as nothing happens: so it is asked when it is at rest.
 */
const restMs = 250

function end(client: Client): void {
  try {
    client.stop()
  } catch {
    // It never ran, or died before: there is nothing left to stop.
  }
}

export function systemReaders({ onStuck }: PcscOptions = {}): Readers {
  const hearers = new Set<(state: ReadersState) => void>()
  const cards = new Map<string, { reader: Reader; hasCard: boolean; insertion: number }>()
  let problem: AppError | undefined
  let insertions = 0
  let isComplete = false
  let completing: NodeJS.Timeout | undefined
  /** Readers with a call that has not come back: a card that keeps silent, or one that another program holds. */
  const stuck = new Set<string>()
  let running: { client: Client } | undefined
  let retry: NodeJS.Timeout | undefined

  const state = (): ReadersState => ({
    readers: [...cards].map(([name, { hasCard, insertion }]) => ({ name, hasCard, insertion })),
    complete: isComplete || problem !== undefined,
    ...(problem === undefined ? {} : { problem: toErrorData(problem) }),
  })
  const tell = (): void => {
    for (const hear of hearers) hear(state())
  }

  function completeIn(ms: number): void {
    if (isComplete) return
    clearTimeout(completing)
    completing = setTimeout(() => {
      isComplete = true
      tell()
    }, ms)
  }

  function lose(thrown: unknown): void {
    // After an error the module still says that it runs: only a new client can hear again.
    stop()
    cards.clear()
    problem = translate(thrown)
    tell()
    retry = setTimeout(() => void start(), retryMs)
  }

  async function start(): Promise<void> {
    retry = undefined
    if (running !== undefined) return
    let native: Native
    try {
      native = await loadNative()
    } catch (thrown) {
      problem = translate(thrown)
      return tell()
    }
    if (hearers.size === 0) return
    const { ReaderStatus } = native
    const client = new native.Client()
    const mine = { client }
    started.add(client)
    running = mine
    client.on('error', (error) => {
      if (running === mine) lose(error)
    })
    client.on('reader', (reader) => {
      const name = reader.name()
      cards.set(name, { reader, hasCard: false, insertion: 0 })
      reader.on('change', (status) => {
        const known = cards.get(name)
        if (known === undefined || running !== mine) return
        const hasCard = status.has(ReaderStatus.PRESENT) && !status.has(ReaderStatus.MUTE)
        completeIn(nextWordMs)
        if (hasCard === known.hasCard) return
        cards.set(name, { reader, hasCard, insertion: hasCard ? ++insertions : known.insertion })
        tell()
      })
      reader.on('disconnect', () => {
        if (running !== mine) return
        cards.delete(name)
        tell()
      })
      tell()
    })
    try {
      client.start()
      completeIn(firstWordMs)
      const wasLost = problem !== undefined
      problem = undefined
      if (wasLost) tell()
    } catch (thrown) {
      started.delete(client)
      lose(thrown)
    }
  }

  function stop(): void {
    clearTimeout(retry)
    clearTimeout(completing)
    retry = undefined
    isComplete = false
    const client = running?.client
    running = undefined
    if (client !== undefined) setTimeout(() => end(client), restMs)
  }

  return {
    watch: (hear) => {
      hearers.add(hear)
      hear(state())
      if (running === undefined && retry === undefined) void start()
      return () => {
        hearers.delete(hear)
        if (hearers.size > 0) return
        stop()
        cards.clear()
      }
    },
    connect: async (name, limitMs = connectLimitMs) => {
      const reader = cards.get(name)?.reader
      if (reader === undefined) throw problem ?? pulled(undefined)
      // Trying again would cost another thread, and wait for the same.
      if (stuck.has(name)) throw busy(undefined)
      return connect(await loadNative(), reader, limitMs, (work) => {
        stuck.add(name)
        void work.catch(() => undefined).then(() => stuck.delete(name))
        if (stuck.size >= maxStuck) onStuck?.()
      })
    },
  }
}

async function loadNative(): Promise<Native> {
  return import('pcsc-mini')
}

/** `onLate` hears of a call that is not waited for any longer, but has not come back. */
async function connect(
  native: Native,
  reader: Reader,
  limitMs: number,
  onLate: (work: Promise<unknown>) => void,
): Promise<Card> {
  const { CardMode, CardDisposition, Protocol } = native
  let isLate = false
  /** Connecting waits for as long as any other program holds a transaction; what comes too late is given back. */
  const opening = (async (): Promise<{ card: NativeCard; transaction: Transaction }> => {
    const card = await reader.connect(CardMode.SHARED, Protocol.ANY)
    try {
      const transaction = await begin(native, card)
      if (isLate) await transaction.end(CardDisposition.LEAVE)
      else return { card, transaction }
    } catch (thrown) {
      await card.disconnect(CardDisposition.LEAVE).catch(() => undefined)
      throw thrown
    }
    await card.disconnect(CardDisposition.LEAVE)
    throw busy(undefined)
  })()
  const { card, transaction } = await withLimit(opening, limitMs, () => {
    isLate = true
    onLate(opening)
    return busy(undefined)
  }).catch((thrown: unknown) => {
    throw translate(thrown)
  })

  let silence: Promise<unknown> | undefined
  return {
    transmit: async (command, transmitLimitMs = apduLimitMs) => {
      const buffer = new ArrayBuffer(responseBytes)
      if (silence !== undefined) throw silentCard(transmitLimitMs)
      try {
        const work = card.transmit(command, buffer)
        const response = await withLimit(work, transmitLimitMs, () => {
          silence = work
          return silentCard(transmitLimitMs)
        })
        // A card that is pulled in mid-command is reported as a success without a single byte.
        if (response.length < 2) throw pulled(undefined)
        return response.slice()
      } catch (thrown) {
        throw translate(thrown)
      }
    },
    end: async (how) => {
      const then = how === 'reset' ? CardDisposition.RESET : CardDisposition.LEAVE
      const letGo = async (): Promise<void> => {
        await transaction.end(then).catch(() => undefined)
        await card.disconnect(then).catch(() => undefined)
      }
      if (silence === undefined) {
        await withLimit(letGo(), connectLimitMs, () => undefined).catch(() => undefined)
        return
      }
      // A card that keeps silent is let go when it speaks again; nobody waits for that.
      onLate(silence.catch(() => undefined).then(letGo))
    },
  }
}

/** Another program may have reset the card between our connecting and our turn. */
async function begin(native: Native, card: NativeCard): Promise<Transaction> {
  try {
    return await card.transaction()
  } catch (thrown) {
    if (codeOf(thrown) !== 'ResetCard') throw thrown
    await card.reconnect(native.CardMode.SHARED, native.CardDisposition.LEAVE)
    return card.transaction()
  }
}

async function withLimit<T>(work: Promise<T>, limitMs: number, late: () => unknown): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const end = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), limitMs)
  })
  // The loser of the race must not become an unhandled rejection.
  work.catch(() => undefined)
  try {
    return await Promise.race([work, end])
  } finally {
    clearTimeout(timer)
  }
}
