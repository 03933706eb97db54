// The lock-out forecast: whether those who must approve a change still can, and who must sign before handing in a key.
import type { Finding, Quorum } from '../../../proposal.ts'
import { holdersOf, isUsable, namesOf } from '../diff/holder.ts'
import type { Signed } from '../metadata.ts'
import { findings as found } from './finding.ts'

export function lockoutFindings(before: Signed | undefined, after: Signed, quorums: readonly Quorum[]): Finding[] {
  const list = quorums.flatMap(({ name, threshold, keys }) => {
    const usable = keys.filter((entry) => entry.key !== undefined).length
    return usable < threshold ? [found['threshold-unreachable']({ name, threshold, usable })] : []
  })
  return before?.type === 'root' && after.type === 'root' ? [...list, ...leavingFindings(before, after)] : list
}

/** Specification 5.3.4: a new root needs the old threshold, by old keys; those that leave count until it is published. */
function leavingFindings(
  before: Extract<Signed, { type: 'root' }>,
  after: Extract<Signed, { type: 'root' }>,
): Finding[] {
  const old = [...holdersOf(before.keys, before.roles.get('root')).values()].filter(isUsable)
  const now = holdersOf(after.keys, after.roles.get('root'))
  const threshold = before.roles.get('root')?.threshold ?? 0
  const staying = old.filter(({ identity }) => now.has(identity))
  const leaving = old.filter(({ identity }) => !now.has(identity))
  const needed = threshold - staying.length
  if (needed <= 0 || old.length < threshold) return []
  return [
    found['old-key-must-sign']({
      version: before.version,
      threshold,
      staying: namesOf(staying),
      leaving: namesOf(leaving),
      needed,
    }),
  ]
}
