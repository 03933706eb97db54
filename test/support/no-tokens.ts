// A computer without any token: for tests that are about something else.
import { AppError } from '../../src/core/error.ts'
import type { TokenHost } from '../../src/node/token-host/client.ts'

const nothing = { tokens: [], problems: [] }

export function noTokens(): TokenHost {
  return {
    call: async (name) => {
      if (name === 'list') return nothing as never
      throw new AppError({ code: 'signer/absent', message: 'there is no token' })
    },
    latest: () => nothing,
    watch: (hear) => {
      hear(nothing)
      return () => {}
    },
    close: async () => {},
  }
}
