// Who must approve what, wherever a registry's records come from: lists are set for a pinned registry, and count for every pin of the
// same operator and for what is carried here.

import { parseOperatorAnchor } from '../../core/systems/warg/anchor.ts'
import { pendingPrefix, subjectOfPending } from '../../core/systems/warg/files.ts'
import type { Approvers } from '../../core/systems/warg/waiting/candidate.ts'
import type { Agreed } from '../../core/systems/warg/waiting/pending.ts'
import type { Transport } from '../../core/transport.ts'
import { within } from '../../core/transport.ts'
import { openWorkspace } from '../workspace.ts'
import { readKept } from './kept.ts'

/** `own`: of the place that is opened, which may be pinned nowhere. */
export function agreedHere(dataDir: string, own?: Transport): Agreed {
  return async (operatorId, signal) => {
    const lists = new Map<string, Approvers[]>()
    const add = async (kept: Transport): Promise<void> => {
      const { approvers } = await readKept(kept, signal)
      for (const [subject, one] of approvers) lists.set(subject, [...(lists.get(subject) ?? []), one])
    }
    if (own !== undefined) await add(own)
    const workspace = openWorkspace(dataDir)
    for (const { id, system } of await workspace.sources()) {
      if (system !== 'warg') continue
      const { anchor } = await workspace.trust(id)
      const { id: operator } = await parseOperatorAnchor(anchor, 'a pinned record')
      if (operator === operatorId) await add(keptPlace(workspace.files, id))
    }
    return lists
  }
}

/** Where what stays on this machine of a pinned source lies. */
export function keptPlace(files: Transport, sourceId: string): Transport {
  return within(files, `sources/${sourceId}/kept/`)
}

/** What a machine alone knows of a registry, and loses with its pin: subjects with a list of approvers, and of records that wait. */
export interface Lost {
  approvers: readonly string[]
  waiting: readonly string[]
}

export async function lostWith(files: Transport, sourceId: string, signal: AbortSignal): Promise<Lost> {
  const kept = keptPlace(files, sourceId)
  const { approvers } = await readKept(kept, signal)
  const names = await within(kept, 'drafts/').list(pendingPrefix, signal)
  return { approvers: [...approvers.keys()], waiting: names.flatMap((name) => subjectOfPending(name) ?? []) }
}
