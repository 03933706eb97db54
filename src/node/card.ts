// The port to smart cards: readers that tell who comes and goes, and a card that is ours alone until we let it go.
import { AppError, type ErrorData } from '../core/error.ts'

/** One talk with one card: a transaction, during which no other program reaches it. */
export interface Card {
  /**
   * One command APDU out, one response APDU back: data, then the two status bytes. Never shorter than two bytes: a card that
   * was pulled answers nothing, and that throws signer/absent. Silence beyond `limitMs` throws what `silentCard` says.
   */
  transmit(command: Uint8Array, limitMs?: number): Promise<Uint8Array>
  /** Lets the card go; 'reset' makes it forget a PIN that was verified. Never throws. */
  end(how: 'leave' | 'reset'): Promise<void>
}

export interface ReaderState {
  name: string
  hasCard: boolean
  /** Another with each insertion: the same name with another number is not the same card. */
  insertion: number
}

export interface ReadersState {
  readers: readonly ReaderState[]
  /** False while the system has not yet said what is plugged in. */
  complete: boolean
  /** No smart card service, or it went away: it is looked for again by itself. */
  problem?: ErrorData
}

export interface Readers {
  /** Hears at once what is there, then each change. Answers the function that ends it. */
  watch(hear: (state: ReadersState) => void): () => void
  /** Waits at most `limitMs`; signer/busy when another program has the card, signer/absent when there is none. */
  connect(reader: string, limitMs?: number): Promise<Card>
}

/** Long enough for a touch: the card itself gives up after about 15 seconds. */
export const touchLimitMs = 25_000
export const apduLimitMs = 5_000
export const connectLimitMs = 2_000
/** Whoever waits longer than this waits for a finger: no command takes a card so long by itself, but making an RSA key. */
const fingerLimitMs = 20_000

/** A card that kept silent: either nobody touched it, or it hangs. */
export function silentCard(limitMs: number): AppError {
  const seconds = Math.round(limitMs / 1000)
  if (limitMs > fingerLimitMs) {
    return new AppError({
      code: 'signer/touch-timeout',
      message: `the token was not touched within ${seconds} seconds, or stopped answering`,
      hint: 'touch it when it blinks; if it does not blink, take it out, put it in again, and repeat',
    })
  }
  return new AppError({
    code: 'signer/failed',
    message: `the token stopped answering for ${seconds} seconds`,
    hint: 'take it out, put it in again, and repeat',
  })
}
