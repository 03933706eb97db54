// Several changes in one sitting: each goes through the same checks as one alone, and what they want signed is gathered and
// given to the signer at once, so that a person is asked once.
import { type Approval, approve } from './approve.ts'
import { type AppError, toAppError } from './error.ts'
import type { Signer } from './signer.ts'
import type { Context, TrustSystem } from './system.ts'
import type { Transport } from './transport.ts'

export interface Outcome {
  id: string
  approval?: Approval
  /** Why nothing was written for this one. */
  error?: AppError
}

/** Nothing is written before every signature is there; then one is written after the other. Answers in the order of `ids`. */
export async function approveAll(
  ids: readonly string[],
  system: TrustSystem,
  source: Transport,
  target: Transport,
  signer: Signer,
  context: Context,
): Promise<Outcome[]> {
  const table = gather(signer, ids.length, context.signal)
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = (place: Transport): Transport => ({
    list: (prefix, signal) => place.list(prefix, signal),
    read: (name, maxBytes, signal) => place.read(name, maxBytes, signal),
    write: (...args) => {
      const mine = last.then(() => place.write(...args))
      last = mine.catch(() => undefined)
      return mine
    },
  })
  const from = inTurn(source)
  // One place stays one place: there a conflict is judged by what was read first.
  const to = source === target ? from : inTurn(target)
  return Promise.all(
    ids.map(async (id): Promise<Outcome> => {
      const seat = table.seat()
      try {
        return { id, approval: await approve(id, system, from, to, seat.signer, context) }
      } catch (thrown) {
        return { id, error: toAppError(thrown) }
      } finally {
        seat.leave()
      }
    }),
  )
}

interface Waiting {
  message: Uint8Array
  resolve(signature: Uint8Array): void
  reject(why: unknown): void
}

interface Table {
  seat(): { signer: Signer; leave(): void }
}

/** Signs when each of `count` seats has either asked for its signature or left. */
function gather(signer: Signer, count: number, signal: AbortSignal): Table {
  const waiting: Waiting[] = []
  let missing = count

  /** All get their signatures at one moment. One that is missing does not verify. */
  async function signThem(): Promise<void> {
    try {
      const messages = waiting.map(({ message }) => message)
      const signatures = messages.length === 0 ? [] : await signAll(signer, messages, signal)
      for (const [at, { resolve }] of waiting.entries()) resolve(signatures[at] ?? new Uint8Array())
    } catch (thrown) {
      for (const { reject } of waiting) reject(thrown)
    }
  }

  function seat(): { signer: Signer; leave(): void } {
    let isCounted = false
    const arrive = (): void => {
      if (isCounted) return
      isCounted = true
      missing -= 1
      if (missing === 0) void signThem()
    }
    const { id, label, key, asks, rehearsal } = signer
    const sign = (message: Uint8Array, stop: AbortSignal): Promise<Uint8Array> => {
      // Who asks a second time asks alone.
      if (isCounted) return signer.sign(message, stop)
      return new Promise((resolve, reject) => {
        waiting.push({ message, resolve, reject })
        arrive()
      })
    }
    return { signer: { id, label, key, asks, rehearsal, sign }, leave: arrive }
  }

  return { seat }
}

async function signAll(signer: Signer, messages: readonly Uint8Array[], signal: AbortSignal): Promise<Uint8Array[]> {
  if (signer.signAll !== undefined) return signer.signAll(messages, signal)
  const signatures: Uint8Array[] = []
  for (const message of messages) signatures.push(await signer.sign(message, signal))
  return signatures
}
