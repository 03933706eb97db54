// A number for each placing of a candidate: a withdrawal names it, so that it is good once, and never after a restart.
import { randomBytes } from 'node:crypto'

export interface Nonces {
  of(subject: string, payloadDigest: string): string
  /** Forgets those of candidates that do not wait any more. */
  keep(waiting: readonly { subject: string; payload: string }[]): void
}

export function nonces(): Nonces {
  const held = new Map<string, string>()
  const nameOf = (subject: string, payload: string): string => `${payload} ${subject}`
  return {
    of: (subject, payload) => {
      const name = nameOf(subject, payload)
      const nonce = held.get(name) ?? randomBytes(16).toString('hex')
      held.set(name, nonce)
      return nonce
    },
    keep: (waiting) => {
      const names = new Set(waiting.map(({ subject, payload }) => nameOf(subject, payload)))
      for (const name of held.keys()) if (!names.has(name)) held.delete(name)
    },
  }
}
