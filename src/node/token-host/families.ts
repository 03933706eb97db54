// Every family of tokens as one: lists are put together, and a request goes to the family that shows the token.
import { AppError, toErrorData } from '../../core/error.ts'
import type { TokenList } from '../../core/token.ts'
import type { TokenDriver } from '../tokens.ts'

export interface Families {
  watch(hear: (list: TokenList) => void): () => void
  list(signal: AbortSignal): Promise<TokenList>
  /** Whose token this is; a key's id begins with its token's. */
  of(id: string): TokenDriver
}

export function families(drivers: ReadonlyMap<string, TokenDriver>): Families {
  const latest = new Map<TokenDriver, TokenList>()

  const together = (): TokenList => ({
    tokens: [...latest.values()].flatMap(({ tokens }) => tokens),
    problems: [...latest.values()].flatMap(({ problems }) => problems),
  })

  return {
    watch: (hear) => {
      let isStarting = true
      const stops = [...drivers.values()].map((driver) =>
        driver.watch((list) => {
          latest.set(driver, list)
          if (!isStarting) hear(together())
        }),
      )
      isStarting = false
      hear(together())
      return () => {
        for (const stop of stops) stop()
      }
    },
    list: async (signal) => {
      // One family that fails hides no other.
      await Promise.all(
        [...drivers].map(async ([where, driver]) => {
          try {
            latest.set(driver, await driver.list(signal))
          } catch (thrown) {
            latest.set(driver, { tokens: [], problems: [{ where, error: toErrorData(thrown) }] })
          }
        }),
      )
      return together()
    },
    of: (id) => {
      for (const [driver, { tokens }] of latest) {
        const isShown = tokens.some((token) => token.id === id || token.slots.some((slot) => slot.signerId === id))
        if (isShown) return driver
      }
      // Not there any more: its own family says so best.
      const kind = id.slice(0, id.indexOf(':'))
      const driver = drivers.get(kind)
      if (driver !== undefined) return driver
      throw new AppError({
        code: 'usage/invalid',
        message: 'this is not the name of a token',
        hint: 'see: countersign tokens list',
      })
    },
  }
}

/** For what only some families can do. */
export function able<T>(method: T | undefined, what: string): T {
  if (method !== undefined) return method
  throw new AppError({
    code: 'signer/unsupported',
    message: `${what} is not possible with this kind of token here`,
    hint: 'use the program of its vendor',
  })
}
