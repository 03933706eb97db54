// What the lines and colours mean: only those that are there.
import type { Edge, Layout, NodeBox } from './types.ts'

type Entry = Layout['legend'][number]

const texts: readonly (readonly [Entry['kind'], string])[] = [
  ['in-force', 'in force'],
  ['older-state', 'what the client holds'],
  ['proof', 'proves the refusal'],
  ['previous', 'the version before'],
  ['skip', 'skip link'],
  ['gap', 'not shown'],
  ['names', 'named by the head'],
  ['held', 'named by the older state'],
  ['way', 'the way that was taken'],
]

export function legendOf(
  edges: readonly Edge[],
  nodes: readonly NodeBox[],
  left: number,
  top: number,
  width: number,
): Entry[] {
  const there = new Set<Entry['kind']>(edges.map(({ kind }) => kind))
  if (edges.some(({ way }) => way)) there.add('way')
  for (const { tone } of nodes) {
    if (tone === 'in-force' || tone === 'proof') there.add(tone)
    if (tone === 'held') there.add('older-state')
  }
  let [x, y] = [left, top]
  const entries: Entry[] = []
  for (const [kind, text] of texts) {
    if (!there.has(kind)) continue
    const room = 34 + text.length * 6.6 + 20
    if (x + room > width - left && x > left) {
      x = left
      y += 22
    }
    entries.push({ kind, text, x, y })
    x += room
  }
  return entries
}

export function legendRowsIn(legend: readonly Entry[]): number {
  return new Set(legend.map(({ y }) => y)).size
}
