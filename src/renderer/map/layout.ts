// Where everything on the map stands: layers from left to right, one row for each leaf, so that nothing can overlap. Pure.
import { fitMiddle, widthOf } from './fit.ts'
import { edgeLabel, edgeTitle, labelOf, type NodeLabel } from './labels.ts'
import { flat, type Tree, type TreeNode } from './tree.ts'

export interface Box {
  id: string
  x: number
  y: number
  node: TreeNode
  label: NodeLabel
  /** Shortened to what fits into the box. */
  name: string
  keys: string
  expiry: string
}

export interface Link {
  id: string
  from: string
  to: string
  /** SVG path data. */
  path: string
  /** Below the tree's own edges: the same role, named by another one too. */
  isOther: boolean
  /** A short bar before the end: clients stop looking there. */
  stopAt?: { x: number; y: number }
  label?: { text: string; x: number; y: number }
  title: string
}

export interface Layout {
  width: number
  height: number
  boxes: readonly Box[]
  links: readonly Link[]
}

export const size = { width: 220, height: 78, gapY: 18, margin: 24 } as const
/** Between two layers: as wide as the labels of its edges need. */
const gap = { bare: 72, most: 184 } as const
export const font = { name: 14, small: 12.5, path: 11.5 } as const
/** Left of the text in a box. */
export const inset = 16
/** A parent stands beside the middle of its children, but not further down than this: who opens the map sees where it begins. */
const mostDrop = 3 * (size.height + size.gapY)
/** From the parent's edge to where the line turns, from there to its label, and from the label to the box. */
const [turn, before, after] = [26, 10, 14]

export function layoutOf({ root, others }: Tree): Layout {
  const boxes = new Map<string, Box>()
  const nodes = flat(root)
  const left = columns(nodes)
  let bottom: number = size.margin
  const place = (node: TreeNode): number => {
    const ys = node.children.map(place)
    const [first, last] = [ys[0], ys.at(-1)]
    const x = left[node.level - 1] ?? 0
    let y: number
    if (first === undefined || last === undefined) {
      y = bottom
      bottom += size.height + size.gapY
    } else y = Math.min((first + last) / 2, first + mostDrop)
    const label = labelOf(node)
    const room = size.width - inset - 12
    const mark = label.mark === undefined ? 0 : widthOf(label.mark, font.small) + 10
    boxes.set(node.id, {
      ...{ id: node.id, x, y, node, label },
      name: fitMiddle(label.name, room - mark, font.name),
      keys: fitMiddle(label.keys, room, font.small),
      expiry: fitMiddle(label.expiry, room, font.small),
    })
    return y
  }
  place(root)
  const links = nodes.flatMap((node) => {
    const [child, parent] = [boxes.get(node.id), boxes.get(node.parent ?? '')]
    return child === undefined || parent === undefined ? [] : [treeLink(parent, child)]
  })
  const more = others.flatMap((edge, at) => {
    const [from, to] = [boxes.get(edge.from), boxes.get(edge.to)]
    return from === undefined || to === undefined ? [] : [otherLink(from, to, `other ${at}`, edgeTitle([edge]))]
  })
  const loops = more.length === 0 ? 0 : turn
  return {
    width: (left.at(-1) ?? 0) + size.width + size.margin + loops,
    height: bottom - size.gapY + size.margin,
    boxes: nodes.flatMap((node) => boxes.get(node.id) ?? []),
    links: [...more, ...links],
  }
}

/** Where each layer begins. */
function columns(nodes: readonly TreeNode[]): number[] {
  const widest: number[] = []
  for (const { level, edges } of nodes) {
    widest[level - 1] = Math.max(widest[level - 1] ?? 0, widthOf(edgeLabel(edges), font.path, true))
  }
  const left: number[] = []
  widest.forEach((label, at) => {
    const wanted = label === 0 ? gap.bare : Math.max(gap.bare, turn + before + label + after)
    left.push(at === 0 ? size.margin : (left[at - 1] ?? 0) + size.width + Math.min(gap.most, wanted))
  })
  return left
}

function treeLink(parent: Box, child: Box): Link {
  const { edges } = child.node
  const [startX, startY] = [parent.x + size.width, parent.y + size.height / 2]
  const [endX, endY] = [child.x, child.y + size.height / 2]
  const text = edgeLabel(edges)
  const labelX = startX + turn + before
  return {
    id: child.id,
    from: parent.id,
    to: child.id,
    path: elbow(startX, startY, startX + turn, endX, endY),
    isOther: false,
    ...(edges.some((edge) => edge.terminating) ? { stopAt: { x: endX - 7, y: endY } } : {}),
    ...(text === ''
      ? {}
      : { label: { text: fitMiddle(text, endX - labelX - after + 2, font.path, true), x: labelX, y: endY - 6 } }),
    title: edgeTitle(edges),
  }
}

/** Out to the right, down or up, and on to the right, with round corners. */
function elbow(x: number, y: number, turnX: number, endX: number, endY: number): string {
  if (Math.abs(endY - y) < 1) return `M${x} ${y}H${endX}`
  const round = Math.min(8, Math.abs(endY - y) / 2)
  const down = endY > y ? 1 : -1
  return `M${x} ${y}H${turnX - round}Q${turnX} ${y} ${turnX} ${y + down * round}V${endY - down * round}Q${turnX} ${endY} ${turnX + round} ${endY}H${endX}`
}

/** A bow from right side to right side: it never runs where labels stand, which is left of a box. */
function otherLink(from: Box, to: Box, id: string, title: string): Link {
  const [startX, startY] = [from.x + size.width, from.y + size.height - 14]
  const [endX, endY] = [to.x + size.width, to.y + 14]
  const reach = Math.max(startX, endX) + turn - 8
  return {
    id,
    from: from.id,
    to: to.id,
    path: `M${startX} ${startY}C${reach} ${startY} ${reach} ${endY} ${endX} ${endY}`,
    isOther: true,
    title,
  }
}
