// What every part of a served repository stands on: the folder, who is trusted in it, and the keys that need no person.
import { createHash } from 'node:crypto'
import type { Proposal } from '../core/proposal.ts'
import type { Signer } from '../core/signer.ts'
import type { Context, Pending, TrustSystem } from '../core/system.ts'
import type { Layout } from '../core/systems/tuf/layout.ts'
import { pendingProposals } from '../core/systems/tuf/pending.ts'
import { limitOf } from '../core/systems/tuf/subject.ts'
import { type Trusted, trusted } from '../core/systems/tuf/trusted.ts'
import { type Snapshot, snapshot, type Transport } from '../core/transport.ts'

export interface Ground {
  name: string
  /** Absolute. */
  folder: string
  source: Transport
  layout: Layout
  system: TrustSystem
  /** The root from which all of it is verified. */
  anchor: Uint8Array
  /** Of snapshot and timestamp, and of what the repository keeps itself. */
  online: readonly Signer[]
  now(): Date
  log(line: string): void
  signal: AbortSignal
  /** What was made of bytes that are held on to. */
  parsed?: NonNullable<Context['parsed']>
}

export function contextOf({ anchor, now, signal, parsed }: Ground): Context {
  return { anchor, now: now(), signal, ...(parsed === undefined ? {} : { parsed }) }
}

/** One look at the repository: everything that is decided from it is decided from the same bytes. */
export interface Look {
  ground: Ground
  context: Context
  read: Snapshot
  now: Trusted
  pending: Pending
  /** What waits for a subject; its proposal is missing where it cannot be read. */
  waiting(subject: string): Promise<Waits | undefined>
}

export interface Waits {
  bytes: Uint8Array
  /** sha256 of the bytes as they lie there. */
  digest: string
  proposal?: Proposal
}

export async function lookAt(ground: Ground): Promise<Look> {
  const context = contextOf(ground)
  const { layout } = ground
  const read = snapshot(ground.source)
  const now = trusted(layout, read, context)
  const pending = await pendingProposals(layout, read, context, now)
  return {
    ...{ ground, context, read, now, pending },
    waiting: async (subject) => {
      const bytes = await read.read(layout.candidateName(subject), limitOf(subject), context.signal)
      if (bytes === undefined) return undefined
      const proposal = pending.proposals.find((one) => one.subject === subject)
      return { bytes, digest: sha256Hex(bytes), ...(proposal === undefined ? {} : { proposal }) }
    },
  }
}

export function sha256Hex(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** Who has signed, by name, each once. */
export function signersOf({ quorums }: Proposal): string[] {
  const entries = quorums.flatMap(({ keys }) => keys.filter(({ signed }) => signed))
  return [...new Set(entries.map(({ owner, ids, label }) => owner ?? ids[0]?.slice(0, 8) ?? label))]
}
