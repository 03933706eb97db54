// Where everything stands: pure, and the same for the same graph. Whoever draws it, as a file or in a window, decides nothing more.
import { visible } from '../../../visible.ts'
import { type Item, type Row, rowsOf } from './columns.ts'
import { edgesOf } from './edges.ts'
import { legendOf, legendRowsIn } from './legend.ts'
import { arcHeight, gutter, type Spot } from './paths.ts'
import { type Shown, type Sight, sightOf } from './shown.ts'
import type { Asked, Graph, Layout, Mark, NodeBox, WayStep } from './types.ts'
import { counted, fitted, grouped, nameOf, noteOf, titleOf, unitsIn, wrapped } from './words.ts'

export interface View {
  /** What a client said: its way and its proof are marked. */
  asked?: Asked
  title?: string
  /** How many versions of a lane are shown besides those that the answer is about. */
  newest?: number
}

const size = { margin: 24, labels: 190, node: 26, aside: 10, under: 20, least: 780, line: 19 } as const

export function layoutOf(graph: Graph, { asked, title = 'Versions and their links', newest }: View = {}): Layout {
  const sight = sightOf(graph, asked, newest)
  const rows = rowsOf(sight.lanes)
  const left = columnsAt(rows)
  const width = Math.max(size.least, (left.at(-1) ?? 0) + size.margin)
  const lines = asked === undefined ? [] : wrapped(asked.sentence, Math.floor((width - 2 * size.margin) / 7.4))
  const caption = { x: size.margin, y: 64, lineHeight: size.line, lines, tone: toneOf(asked) } as const

  const layout = { labels: [], rules: [], nodes: [], marks: [] } as {
    labels: Layout['labels'][number][]
    rules: { y: number }[]
    nodes: NodeBox[]
    marks: Mark[]
  }
  let y = 48 + lines.length * size.line + (lines.length > 0 ? 10 : 0)
  for (const row of rows) {
    const { lane, aside } = row.lane
    const top = y + roomAbove(row, left, graph, asked?.way ?? [], sight)
    layout.rules.push({ y })
    layout.labels.push({
      id: lane.id,
      x: size.margin,
      y: top + size.node / 2,
      text: fitted(nameOf(lane), 22),
      note: fitted(noteOf(lane), 27),
      problem: lane.problem !== undefined,
    })
    for (const [i, item] of row.items.entries()) place(layout, row, item, left, row.columns[i] ?? 0, top)
    const taken = new Map<number, number>()
    for (const shown of aside) {
      const column = columnBeside(row, shown)
      const depth = (taken.get(column) ?? 0) + 1
      taken.set(column, depth)
      layout.nodes.push(nodeAt(row, shown, left, column, top + depth * (size.node + size.aside)))
    }
    y = top + size.node + size.under + Math.max(0, ...taken.values()) * (size.node + size.aside)
  }
  layout.rules.push({ y })
  const edges = edgesOf(graph, asked, sight, layout.nodes, layout.marks, left)
  const legend = legendOf(edges, layout.nodes, size.margin, y + 26, width)
  return {
    width,
    height: y + 26 + legendRowsIn(legend) * 22,
    title,
    description: descriptionOf(graph, asked),
    caption,
    ...layout,
    edges,
    legend,
  }
}

function toneOf(asked: Asked | undefined): 'plain' | 'ok' | 'bad' {
  if (asked === undefined) return 'plain'
  return asked.accepted ? 'ok' : 'bad'
}

function textOf(item: Item): string {
  if ('problem' in item) return '!'
  return 'gap' in item ? `⋯ ${grouped(item.gap)}` : labelOf(item.shown)
}

function labelOf({ version: { lane, version } }: Shown): string {
  return lane === 'timestamp' ? 'head' : grouped(version)
}

function widthOf(text: string): number {
  return Math.max(size.node, Math.ceil(unitsIn(text) * 7.6) + 14)
}

/** The left side of each column, and the right end of the last. */
function columnsAt(rows: readonly Row[]): number[] {
  const widths: number[] = []
  const widen = (column: number, text: string) => {
    widths[column] = Math.max(widths[column] ?? 0, widthOf(text))
  }
  for (const row of rows) {
    for (const [i, item] of row.items.entries()) widen(row.columns[i] ?? 0, textOf(item))
    for (const shown of row.lane.aside) widen(columnBeside(row, shown), labelOf(shown))
  }
  const left = [size.margin + size.labels]
  for (let i = 0; i < widths.length; i++) left.push((left[i] ?? 0) + (widths[i] ?? size.node) + gutter)
  return left
}

/** Under the version of the same height, or as far to the right as the lane goes. */
function columnBeside({ items, columns }: Row, { version }: Shown): number {
  const at = items.findIndex((item) => 'shown' in item && item.shown.version.height >= version.height)
  return columns[at === -1 ? columns.length - 1 : at] ?? 0
}

function roomAbove(
  { items, columns }: Row,
  left: readonly number[],
  { links }: Graph,
  way: readonly WayStep[],
  sight: Sight,
): number {
  const spots = new Map<string, Spot>()
  for (const [i, item] of items.entries()) {
    if ('shown' in item) spots.set(item.shown.version.id, { x: left[columns[i] ?? 0] ?? 0, y: 0, width: 0, height: 0 })
  }
  let most = 0
  const seen = (from: Spot | undefined, to: Spot | undefined) => {
    if (from !== undefined && to !== undefined) most = Math.max(most, arcHeight(from, to))
  }
  for (const { kind, from, to } of links) if (kind === 'skip') seen(spots.get(from), spots.get(to))
  for (const { lane: id, from, to, k } of way) {
    if (k > 0) seen(spots.get(sight.idOf(id, from) ?? ''), spots.get(sight.idOf(id, to) ?? ''))
  }
  return 14 + most
}

function place(
  { nodes, marks }: { nodes: NodeBox[]; marks: Mark[] },
  row: Row,
  item: Item,
  left: readonly number[],
  column: number,
  y: number,
): void {
  if ('shown' in item) {
    nodes.push(nodeAt(row, item.shown, left, column, y))
    return
  }
  const text = textOf(item)
  const width = widthOf(text)
  const { problem } = row.lane.lane
  const title = 'gap' in item ? `${counted(item.gap, 'version')} not shown` : visible(problem?.message ?? '')
  marks.push({ kind: 'gap' in item ? 'gap' : 'problem', x: inColumn(left, column, width), y, width, text, title })
}

function inColumn(left: readonly number[], column: number, width: number): number {
  const [start = 0, end = 0] = left.slice(column, column + 2)
  return start + (end - gutter - start - width) / 2
}

function nodeAt({ lane: { lane } }: Row, shown: Shown, left: readonly number[], column: number, y: number): NodeBox {
  const { version, tone, way } = shown
  const text = labelOf(shown)
  const width = widthOf(text)
  const box = { x: inColumn(left, column, width), y, width, height: size.node }
  return { id: version.id, cid: version.cid, ...box, text, title: titleOf(lane, version), tone, way }
}

function descriptionOf({ lanes, readBlocks, cut, lanesLeftOut }: Graph, asked: Asked | undefined): string {
  const parts = lanes.map((lane) => `${fitted(nameOf(lane), 40)}: ${noteOf(lane)}`)
  const more = [
    `${counted(readBlocks, 'block')} read`,
    ...(cut ? ['the reading stopped there'] : []),
    ...(lanesLeftOut > 0 ? [`${counted(lanesLeftOut, 'role')} not shown`] : []),
  ]
  const said = asked === undefined ? '' : `${visible(asked.sentence)} `
  return `${said}The oldest versions are on the left. ${[...parts, ...more].join('; ')}.`
}
