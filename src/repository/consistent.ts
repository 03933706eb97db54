// Content is kept here under names that begin with its hash, so only a repository whose clients ask for those names is served.
import { AppError } from '../core/error.ts'
import type { Proposal } from '../core/proposal.ts'
import type { Metadata, Root } from '../core/systems/tuf/metadata.ts'
import type { Trusted } from '../core/systems/tuf/trusted.ts'

export function checkConsistent({ signed }: Metadata<Root>, folder: string): void {
  if (signed.consistentSnapshot) return
  throw new AppError({
    code: 'format/unsupported',
    message: `consistent snapshots are off in ${folder}, and content is served under names with its hash only`,
    hint: 'turn them on first: countersign edit DIR root --consistent-snapshot yes, then sign and publish it there',
  })
}

/** Neither published nor taken: a root that turns them off, and anything while another program has turned them off. */
export async function checkStaysConsistent({ subject, after, title }: Proposal, now: Trusted): Promise<void> {
  if (!(await now.root()).signed.consistentSnapshot) throw off('consistent snapshots are off in this repository')
  if (subject !== 'root' || now.parse(after, 'root', title).signed.consistentSnapshot) return
  throw off(`${title} turns consistent snapshots off`)
}

function off(what: string): AppError {
  return new AppError({
    code: 'source/rejected',
    message: `${what}, and here content is served under names with its hash only`,
    hint: 'leave them on; or change them in the folder with countersign publish, while it is not served',
  })
}
