// A release into a role that spreads its artifacts over bins: each path goes where clients will look for it.
import type { SubjectEdit } from '../core/systems/tuf/edit/edit.ts'
import type { Metadata, Targets } from '../core/systems/tuf/metadata.ts'
import { binOfPath, isBinOf } from '../core/systems/tuf/resolve.ts'
import type { DraftPart } from './drafting.ts'
import { findDelegation, loadOf, type Walk } from './repository-walk.ts'

/** The same edits by the roles that they belong to: `role` first where something stays there, then bins by name. */
export async function spreadOverBins(
  role: string,
  edits: readonly SubjectEdit[],
  walk: Walk,
): Promise<readonly DraftPart[]> {
  if (!edits.some(isOfArtifact)) return [{ subject: role, edits }]
  const document = await documentOf(role, walk)
  if (document === undefined) return [{ subject: role, edits }]
  const own: SubjectEdit[] = []
  const bins = new Map<string, SubjectEdit[]>()
  for (const edit of edits) {
    const bin = isOfArtifact(edit) ? binFor(edit.path, document) : undefined
    if (bin === undefined) own.push(edit)
    else bins.set(bin, [...(bins.get(bin) ?? []), edit])
  }
  const parts: DraftPart[] = own.length > 0 || bins.size === 0 ? [{ subject: role, edits: own }] : []
  // A bin may be split again.
  for (const [bin, some] of [...bins].sort(([a], [b]) => (a < b ? -1 : 1)))
    parts.push(...(await spreadOverBins(bin, some, walk)))
  return parts
}

/** The bins of a role that there are, at every depth: where its artifacts lie. */
export function binsBelow(role: string, documents: ReadonlyMap<string, Metadata<Targets>>): ReadonlySet<string> {
  const found = new Set([role])
  for (const name of found) {
    const delegations = documents.get(name)?.signed.delegations
    if (delegations === undefined) continue
    for (const other of documents.keys()) if (isBinOf(other, delegations)) found.add(other)
  }
  return found
}

type ArtifactEdit = Extract<SubjectEdit, { kind: 'target-set' | 'target-remove' }>

function isOfArtifact(edit: SubjectEdit): edit is ArtifactEdit {
  return edit.kind === 'target-set' || edit.kind === 'target-remove'
}

/** What the role lists itself is found there before any bin is asked. */
function binFor(path: string, { signed }: Metadata<Targets>): string | undefined {
  return signed.target(path) === undefined ? binOfPath(path, signed.delegations) : undefined
}

async function documentOf(role: string, walk: Walk): Promise<Metadata<Targets> | undefined> {
  const { set } = walk
  if (role === 'targets') return set.targets
  const found = await findDelegation(role, walk)
  if (found === undefined || !set.snapshot.signed.meta.has(role)) return undefined
  return loadOf(walk)({ name: role, keys: found.keys, role: found.role })
}
