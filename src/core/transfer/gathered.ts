// What was read to verify a change, gathered for whoever has no more than that; and whether it says the same of the change alone.
import { AppError } from '../error.ts'
import type { Proposal } from '../proposal.ts'
import type { Transport } from '../transport.ts'

/** Remembers what was asked for; all else stays behind. */
export function recording(source: Transport, held: Map<string, Uint8Array>): Transport {
  return {
    list: (prefix, signal) => source.list(prefix, signal),
    read: async (name, maxBytes, signal) => {
      const bytes = await source.read(name, maxBytes, signal)
      if (bytes !== undefined) held.set(name, bytes)
      return bytes
    },
    write: async () => {
      throw new AppError({ code: 'internal/bug', message: 'what is carried cannot be written' })
    },
  }
}

/** What people compare and count; not what a clock or a name beside it would make of it. */
export function isSameChange(a: Proposal, b: Proposal): boolean {
  return factsOf(a) === factsOf(b)
}

function factsOf({ digest, changes, unchanged, quorums }: Proposal): string {
  return JSON.stringify([
    ...[digest, unchanged],
    changes.map(({ path, before, after }) => [path, before, after]),
    quorums.map(({ threshold, keys }) => [threshold, keys.map(({ ids, signed }) => [ids, signed])]),
  ])
}

export function notCarried({ title }: Proposal, cause: AppError | undefined, whole: string): AppError {
  return new AppError({
    code: cause?.code ?? 'internal/bug',
    message: `${title} cannot be verified from what would be carried: ${cause?.message ?? 'it reads as another change'}`,
    hint: `nothing was written; carry ${whole} instead, and report this`,
    cause,
  })
}
