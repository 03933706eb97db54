// A change that is given up, and the first versions that stand for nothing without it: nobody else delegates to their roles.
import type { Context } from '../../../system.ts'
import { type Files, overlay, type Transport } from '../../../transport.ts'
import { pendingName } from '../files.ts'
import { pendingProposals } from '../waiting/pending.ts'
import { withdrawnFiles } from '../waiting/signing.ts'

export async function withdrawnChange(subject: string, source: Transport, context: Context): Promise<Files> {
  const files = new Map(withdrawnFiles(subject))
  const { proposals } = await pendingProposals(source, context)
  const firsts = new Set(proposals.filter(({ before }) => before === undefined).map((one) => one.subject))
  for (;;) {
    const { problems } = await pendingProposals(overlay(source, files), context)
    const lost = problems.filter((one) => firsts.has(one.subject) && !files.has(pendingName(one.subject)))
    if (lost.length === 0) return files
    for (const one of lost) files.set(pendingName(one.subject), null)
  }
}
