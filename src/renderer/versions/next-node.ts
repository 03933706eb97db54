// Where an arrow key leads in the picture: along a role, and up or down to what is nearest in the next row. Pure.
import type { NodeBox } from '../../core/systems/merkle/graph/types.ts'

type Spot = Pick<NodeBox, 'id' | 'x' | 'y' | 'width'>

/** undefined: the key is none of these, or there is nothing further that way. */
export function nextNode<T extends Spot>(nodes: readonly T[], at: T, key: string): T | undefined {
  const row = nodes.filter(({ y }) => y === at.y).sort((a, b) => a.x - b.x)
  const place = row.findIndex(({ id }) => id === at.id)
  switch (key) {
    case 'ArrowLeft':
      return row[place - 1]
    case 'ArrowRight':
      return row[place + 1]
    case 'Home':
      return row[0]
    case 'End':
      return row.at(-1)
    case 'ArrowUp':
      return nearest(nodes, at, Math.max(...nodes.filter(({ y }) => y < at.y).map(({ y }) => y)))
    case 'ArrowDown':
      return nearest(nodes, at, Math.min(...nodes.filter(({ y }) => y > at.y).map(({ y }) => y)))
    default:
      return undefined
  }
}

function nearest<T extends Spot>(nodes: readonly T[], at: T, row: number): T | undefined {
  const middle = (one: Spot) => one.x + one.width / 2
  const away = (one: Spot) => Math.abs(middle(one) - middle(at))
  return nodes.filter(({ y }) => y === row).sort((a, b) => away(a) - away(b))[0]
}
