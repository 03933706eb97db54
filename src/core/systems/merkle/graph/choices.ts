// The older states of a client that a person can choose: one that has accepted all collected snapshots up to one of them. What it
// remembers of roles that are gone is what these snapshots tell; of those between that were not collected nobody knows.
import type { ClientState } from '../accept.ts'
import { type Link, parseLink } from '../cid.ts'
import type { Document, Snapshot } from '../document.ts'
import type { Choice } from './types.ts'
import { grouped } from './words.ts'

/** Nobody has judged these snapshots: whoever serves them could have each of them take away thousands. */
const maxGone = 4_096

/** The newest comes first, in what is given and in what comes back. */
export function choicesOf(snapshots: readonly Document<Snapshot>[]): Choice[] {
  const choices: Choice[] = []
  const last = new Map<string, Link>()
  for (const { cid, signed } of snapshots.toReversed()) {
    for (const name of signed.delegated.keys()) last.delete(name)
    if (last.size <= maxGone) choices.push(choiceOf(cid, signed, last))
    for (const [name, link] of signed.delegated) last.set(name, link)
  }
  return choices.toReversed().filter(({ id }) => id !== snapshots[0]?.cid)
}

function choiceOf(cid: string, { height, root }: Snapshot, gone: ReadonlyMap<string, Link>): Choice {
  return {
    id: cid,
    label: `Snapshot ${grouped(height + 1)}`,
    root: root.cid,
    snapshot: cid,
    gone: [...gone].map(([name, link]) => [name, link.cid] as const),
  }
}

/** Of a client that was only just set up. */
export function pinnedChoice(root: Link): Choice {
  return { id: 'pinned', label: 'Only the pinned root', root: root.cid, gone: [] }
}

export function clientOf({ root, snapshot, gone }: Choice): ClientState {
  return {
    root: parseLink(root, 'a root'),
    ...(snapshot === undefined ? {} : { snapshot: parseLink(snapshot, 'a snapshot') }),
    gone: new Map(gone.map(([name, cid]) => [name, parseLink(cid, 'a role that is gone')])),
  }
}
