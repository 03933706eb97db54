// Which node an arrow key leads to: right and left along the edges, up and down within a layer. Pure.
import type { Box } from './layout.ts'

export function neighbour(boxes: readonly Box[], from: Box, key: string): Box | undefined {
  switch (key) {
    case 'ArrowRight':
      return nearest(
        boxes.filter((box) => box.node.parent === from.id),
        from,
      )
    case 'ArrowLeft':
      return boxes.find((box) => box.id === from.node.parent)
    case 'ArrowDown':
      return layer(boxes, from).find((box) => box.y > from.y)
    case 'ArrowUp':
      return layer(boxes, from).findLast((box) => box.y < from.y)
    case 'Home':
      return boxes[0]
    case 'End':
      return boxes.at(-1)
    default:
      return undefined
  }
}

/** From top to bottom. */
function layer(boxes: readonly Box[], from: Box): Box[] {
  return boxes.filter((box) => box.node.level === from.node.level).sort((a, b) => a.y - b.y)
}

function nearest(boxes: readonly Box[], to: Box): Box | undefined {
  const [first, ...rest] = boxes
  return rest.reduce(
    (best, box) => (best !== undefined && Math.abs(best.y - to.y) <= Math.abs(box.y - to.y) ? best : box),
    first,
  )
}
