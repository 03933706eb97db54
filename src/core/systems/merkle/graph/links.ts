// The links between versions that are shown.
import type { Document, Timestamp } from '../document.ts'
import type { GraphLink } from './types.ts'
import { delegatedLane, versionOf } from './version.ts'
import type { Walk } from './walk.ts'

export function linksOf(walks: readonly Walk[], head: Document<Timestamp>): GraphLink[] {
  const byLane = new Map(walks.map((walk) => [walk.id, walk]))
  const links: GraphLink[] = []
  const add = (kind: GraphLink['kind'], from: string, lane: string, cid: string, k = 0) => {
    const to = byLane.get(lane)?.find(cid)
    if (to !== undefined) links.push({ kind, k, from, to: to.id })
  }
  for (const { id, kept } of walks) {
    for (const { version, previous, skip } of kept) {
      if (previous !== undefined) add('previous', version.id, id, previous.cid)
      for (const [i, link] of skip.entries()) add('skip', version.id, id, link.cid, i + 1)
    }
  }
  for (const { cid, signed } of byLane.get('snapshot')?.snapshots ?? []) {
    const from = byLane.get('snapshot')?.find(cid)?.id
    if (from === undefined) continue
    add('names', from, 'root', signed.root.cid)
    add('names', from, 'targets', signed.targets.cid)
    for (const [name, link] of signed.delegated) add('names', from, delegatedLane(name), link.cid)
    for (const [name, link] of signed.retired) add('retired', from, delegatedLane(name), link.cid)
  }
  add('head', versionOf(head, 'timestamp', 'name', true).id, 'snapshot', head.signed.snapshot.cid)
  return links
}
