// Time from left to right: each snapshot has a column, a version stands under the first snapshot that names it, and those that no
// snapshot names stand before the next one that is named.
import type { Shown, ShownLane } from './shown.ts'

export type Item = { shown: Shown } | { gap: number } | { problem: true }

export interface Row {
  lane: ShownLane
  items: readonly Item[]
  /** Of each item. */
  columns: readonly number[]
}

export function rowsOf(lanes: readonly ShownLane[]): Row[] {
  const open = lanes.map((lane) => ({ lane, items: itemsOf(lane), columns: [] as number[] }))
  const snapshots = lanes.find(({ lane }) => lane.kind === 'snapshot')
  for (const { version } of snapshots?.line ?? []) {
    const reaching = open.flatMap((row) => {
      const at = row.items.findIndex((item) => 'shown' in item && isAt(item.shown, version.id, version.version))
      return at >= row.columns.length ? [{ row, at }] : []
    })
    const column = Math.max(...reaching.map(({ row, at }) => (row.columns.at(-1) ?? -1) + at - row.columns.length + 1))
    for (const { row, at } of reaching) {
      for (let i = row.columns.length; i <= at; i++) row.columns.push(column - at + i)
    }
  }
  const last = Math.max(0, ...open.flatMap(({ columns }) => columns))
  for (const { lane, items, columns } of open) {
    if (lane.lane.kind === 'timestamp') columns.push(last)
    // Where there is no snapshot to go by, the newest stand under each other.
    const from = columns.length === 0 ? Math.max(0, last - items.length + 1) : (columns.at(-1) ?? 0) + 1
    for (let i = 0; columns.length < items.length; i++) columns.push(from + i)
  }
  return open
}

function isAt({ version }: Shown, snapshot: string, number: number): boolean {
  return version.id === snapshot || version.named?.first === number
}

function itemsOf({ lane, line }: ShownLane): Item[] {
  const items: Item[] = lane.problem === undefined ? [] : [{ problem: true }]
  let height = -1
  for (const shown of line) {
    const missing = shown.version.height - height - 1
    // Below a break nobody knows how many there are.
    if (missing > 0 && (height >= 0 || lane.problem === undefined)) items.push({ gap: missing })
    items.push({ shown })
    height = shown.version.height
  }
  return items
}
