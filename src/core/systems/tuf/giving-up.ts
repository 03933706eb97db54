// What giving up a change takes away: its candidate, and the first documents of roles that nothing leads to without it.
import type { Proposal } from '../../proposal.ts'
import type { Pending } from '../../system.ts'
import { type Files, overlay, type Transport } from '../../transport.ts'
import { type Layout, withdrawnFiles } from './layout.ts'

export interface GivingUp {
  files: Files
  /** Other changes that wait and go with it. */
  along: readonly Proposal[]
}

/** `pending`: what waits in a source. */
export async function givingUp(
  subject: string,
  layout: Layout,
  read: Transport,
  pending: (source: Transport) => Promise<Pending>,
  signal: AbortSignal,
): Promise<GivingUp> {
  const before = await pending(read)
  const files = new Map(await withdrawnFiles(layout, subject, read, signal))
  const after = await pending(overlay(read, files))
  const left = new Set(after.proposals.map((one) => one.subject))
  const along = before.proposals.filter((one) => one.subject !== subject && !left.has(one.subject))
  for (const one of along) {
    for (const [name, bytes] of await withdrawnFiles(layout, one.subject, read, signal)) files.set(name, bytes)
  }
  return { files, along }
}
