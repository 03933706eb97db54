// Rehearsal cards in readers that are not there either: the port to smart cards, in this process, with the ways of the real
// ones. One talk at a time, and a card that is pulled answers nothing more.
import { AppError } from '../../core/error.ts'
import { apduLimitMs, type Card, connectLimitMs, type Readers, type ReadersState, silentCard } from '../card.ts'
import type { RehearsalCard } from './card.ts'

export interface RehearsalReaders extends Readers {
  /** In place of a card that is there. */
  insert(reader: string, card: RehearsalCard): void
  remove(reader: string): void
}

interface Slot {
  insertion: number
  card?: RehearsalCard
  /** Aborted when the card is pulled. */
  pulled: AbortController
  /** Settles when whoever has the card lets it go. */
  last: Promise<void>
}

export function rehearsalReaders(): RehearsalReaders {
  const slots = new Map<string, Slot>()
  const listeners = new Set<(state: ReadersState) => void>()
  let insertions = 0

  const state = (): ReadersState => ({
    complete: true,
    readers: [...slots].map(([name, slot]) => ({ name, hasCard: slot.card !== undefined, insertion: slot.insertion })),
  })
  const tell = () => {
    for (const hear of [...listeners]) hear(state())
  }
  const pull = (slot: Slot | undefined) => {
    slot?.pulled.abort()
    slot?.card?.reset()
  }

  return {
    watch: (hear) => {
      // An own function for each call: two may watch with the same one.
      const own = (now: ReadersState) => hear(now)
      listeners.add(own)
      own(state())
      return () => listeners.delete(own)
    },
    insert: (reader, card) => {
      pull(slots.get(reader))
      insertions += 1
      card.reset()
      slots.set(reader, { insertion: insertions, card, pulled: new AbortController(), last: Promise.resolve() })
      tell()
    },
    remove: (reader) => {
      const slot = slots.get(reader)
      if (slot?.card === undefined) return
      pull(slot)
      slots.set(reader, { insertion: slot.insertion, pulled: slot.pulled, last: slot.last })
      tell()
    },
    connect: async (reader, limitMs = connectLimitMs) => {
      const slot = slots.get(reader)
      const card = slot?.card
      if (slot === undefined || card === undefined) throw absent(reader)
      const before = slot.last
      let letGo = () => {}
      const held = new Promise<void>((resolve) => {
        letGo = resolve
      })
      slot.last = before.then(() => held)
      try {
        await withLimit(
          before,
          limitMs,
          slot.pulled.signal,
          () => absent(reader),
          () => busy(reader),
        )
      } catch (thrown) {
        letGo()
        throw thrown
      }
      return talk(reader, card, slot.pulled.signal, letGo)
    },
  }
}

function talk(reader: string, card: RehearsalCard, pulled: AbortSignal, letGo: () => void): Card {
  let hasEnded = false
  return {
    transmit: async (command, limitMs = apduLimitMs) => {
      if (hasEnded || pulled.aborted) throw absent(reader)
      const answer = card.transmit(command)
      const bytes = await withLimit(
        answer,
        limitMs,
        pulled,
        () => absent(reader),
        () => silentCard(limitMs),
      )
      if (bytes.length < 2) throw absent(reader)
      return bytes
    },
    end: async (how) => {
      if (hasEnded) return
      hasEnded = true
      // The card in the reader may be another one by now.
      if (how === 'reset' && !pulled.aborted) card.reset()
      letGo()
    },
  }
}

/** The first of three: the answer, the card being pulled, the limit. */
async function withLimit<T>(
  answer: Promise<T>,
  limitMs: number,
  pulled: AbortSignal,
  onPulled: () => AppError,
  onLimit: () => AppError,
): Promise<T> {
  let stop = () => {}
  const ended = new Promise<never>((_, reject) => {
    const timer = setTimeout(() => reject(onLimit()), limitMs)
    const onAbort = () => reject(onPulled())
    if (pulled.aborted) onAbort()
    pulled.addEventListener('abort', onAbort)
    stop = () => {
      clearTimeout(timer)
      pulled.removeEventListener('abort', onAbort)
    }
  })
  // When the others lose, nobody waits for them.
  answer.catch(() => undefined)
  try {
    return await Promise.race([ended, answer])
  } finally {
    stop()
  }
}

function absent(reader: string): AppError {
  return new AppError({
    code: 'signer/absent',
    message: `there is no card in ${reader}, or it was pulled`,
    hint: 'insert the token and try again; nothing was signed',
    data: { reader },
  })
}

function busy(reader: string): AppError {
  return new AppError({
    code: 'signer/busy',
    message: `another program is using the token in ${reader}`,
    hint: 'close the other program, or wait until it is done, and try again',
    data: { reader },
  })
}
