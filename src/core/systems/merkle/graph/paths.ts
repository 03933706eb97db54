// How edges run: straight to the version before, in an arc over others, and from a snapshot along a rail to what it names.

export interface Spot {
  x: number
  y: number
  width: number
  height: number
}

export const gutter = 16

export function straight(newer: Spot, older: Spot): string {
  const y = middle(newer)
  return `M${n(newer.x)} ${n(y)}H${n(older.x + older.width)}`
}

/** As high as it is far, but by no means as fast. */
export function arcHeight(newer: Spot, older: Spot): number {
  return Math.round(9 + 7 * Math.log2(1 + Math.abs(newer.x - older.x) / 48))
}

export function arc(newer: Spot, older: Spot): string {
  const [from, to] = [newer.x + newer.width / 2, older.x + older.width / 2]
  // A curve rises to three quarters of its handles.
  const y = newer.y - (arcHeight(newer, older) * 4) / 3
  const lean = Math.min(30, Math.abs(from - to) / 4)
  return `M${n(from)} ${n(newer.y)}C${n(from - lean)} ${n(y)} ${n(to + lean)} ${n(y)} ${n(to)} ${n(older.y)}`
}

const round = 5

/** From the right of a snapshot up between two columns (the trunk), under the versions of a lane, and into the one that is named. */
export function rail(snapshot: Spot, named: Spot, trunk: number, drop: number): string {
  const y = named.y + named.height + drop
  const x = named.x + named.width / 2 + (drop - 7)
  const turn = x < trunk ? -round : round
  return [
    `M${n(snapshot.x + snapshot.width)} ${n(middle(snapshot))}`,
    `H${n(trunk - round)}q${round} 0 ${round} ${-round}`,
    `V${n(y + round)}q0 ${-round} ${turn} ${-round}`,
    `H${n(x - turn)}q${turn} 0 ${turn} ${-round}`,
    `V${n(named.y + named.height)}`,
  ].join('')
}

export function upright(below: Spot, above: Spot): string {
  return `M${n(below.x + below.width / 2)} ${n(below.y)}V${n(above.y + above.height)}`
}

export function bent(newer: Spot, older: Spot): string {
  const [from, to] = [newer.x, older.x + older.width]
  const half = (from + to) / 2
  return `M${n(from)} ${n(middle(newer))}C${n(half)} ${n(middle(newer))} ${n(half)} ${n(middle(older))} ${n(to)} ${n(middle(older))}`
}

export function middle({ y, height }: Spot): number {
  return y + height / 2
}

/** One form for a number, so that the same picture is the same bytes. */
export function n(value: number): string {
  return String(Math.round(value * 10) / 10 + 0)
}
