// Which edges are drawn. What a snapshot names is shown for the head and for the older state only: all at once nobody can read.
import { arc, bent, gutter, rail, type Spot, straight, upright } from './paths.ts'
import type { Sight } from './shown.ts'
import type { Asked, Edge, Graph, Mark, NodeBox } from './types.ts'

export function edgesOf(
  graph: Graph,
  asked: Asked | undefined,
  sight: Sight,
  nodes: readonly NodeBox[],
  marks: readonly Mark[],
  left: readonly number[],
): Edge[] {
  const spots = new Map(nodes.map((node) => [node.id, node]))
  const ways = waysOf(asked, sight)
  const drawn = new Set<string>()
  const edges: Edge[] = []
  const link = (kind: 'previous' | 'skip', fromId: string, toId: string) => {
    const [from, to] = [spots.get(fromId), spots.get(toId)]
    if (from === undefined || to === undefined || drawn.has(`${kind} ${fromId} ${toId}`)) return
    drawn.add(`${kind} ${fromId} ${toId}`)
    const path = from.y !== to.y ? bent(from, to) : kind === 'skip' ? arc(from, to) : straight(from, to)
    edges.push({ kind, path, way: ways.get(`${fromId}\n${toId}`) === kind })
  }
  edges.push(...gapEdges(sight, spots, marks, asked))
  for (const { kind, from, to } of graph.links) if (kind === 'previous' || kind === 'skip') link(kind, from, to)
  for (const [pair, kind] of ways) link(kind, ...pairOf(pair))
  // Where another history leaves that of the head.
  for (const { id, previous, lane } of asked?.versions ?? []) {
    const before = previous === undefined ? undefined : sight.idOf(lane, previous)
    if (before !== undefined) link('previous', id, before)
  }
  const heldId = asked?.held.snapshot === undefined ? undefined : sight.idOf('snapshot', asked.held.snapshot)
  for (const { kind, from: fromId, to: toId } of graph.links) {
    const [from, to] = [spots.get(fromId), spots.get(toId)]
    if (from === undefined || to === undefined) continue
    if (kind === 'head') edges.push({ kind: 'names', path: upright(from, to), way: false })
    if (kind !== 'names' && kind !== 'retired') continue
    const isHead = from.tone === 'in-force' || isFirst(graph, fromId)
    if (!isHead && fromId !== heldId) continue
    const [offset, drop] = isHead ? [6, 7] : [11, 11]
    const trunk = (left.find((x) => x > from.x) ?? from.x + from.width + gutter) - gutter + offset
    edges.push({ kind: isHead ? 'names' : 'held', path: rail(from, to, trunk, drop), way: false })
  }
  // What is on the way lies over what is not.
  return [...edges.filter(({ way }) => !way), ...edges.filter(({ way }) => way)]
}

function isFirst({ links }: Graph, snapshot: string): boolean {
  return links.some(({ kind, to }) => kind === 'head' && to === snapshot)
}

function pairOf(pair: string): [string, string] {
  const [from = '', to = ''] = pair.split('\n')
  return [from, to]
}

/** By both ends; names of roles have spaces, so a line break stands between them. */
function waysOf(asked: Asked | undefined, sight: Sight): Map<string, 'previous' | 'skip'> {
  const found = new Map<string, 'previous' | 'skip'>()
  for (const { lane, from, to, k } of asked?.way ?? []) {
    const [fromId, toId] = [sight.idOf(lane, from), sight.idOf(lane, to)]
    if (fromId !== undefined && toId !== undefined) found.set(`${fromId}\n${toId}`, k === 0 ? 'previous' : 'skip')
  }
  return found
}

function gapEdges(
  { lanes }: Sight,
  spots: ReadonlyMap<string, NodeBox>,
  marks: readonly Mark[],
  asked: Asked | undefined,
): Edge[] {
  const edges: Edge[] = []
  for (const { line, lane } of lanes) {
    const boxes = line.flatMap(({ version }) => spots.get(version.id) ?? [])
    const y = boxes[0]?.y
    if (y === undefined) continue
    const inLane = marks.filter((mark) => mark.y === y)
    for (const mark of inLane) {
      const spot: Spot = { ...mark, height: boxes[0]?.height ?? 0 }
      const [older, newer] = [boxes.filter(({ x }) => x < mark.x).at(-1), boxes.find(({ x }) => x > mark.x)]
      // Roots are followed one by one, also those that are not shown.
      const way = lane.kind === 'root' && older?.way === true && newer?.way === true && asked !== undefined
      if (newer !== undefined) edges.push({ kind: 'gap', path: straight(newer, spot), way })
      if (older !== undefined) edges.push({ kind: 'gap', path: straight(spot, older), way })
    }
  }
  return edges
}
