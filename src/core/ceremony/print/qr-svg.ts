// A QR code as an inline drawing: black squares, joined where they touch, so that no printer leaves a seam.

import { Markup } from '../../markup.ts'
import { qrMatrix } from '../../transfer/qr.ts'

/** Of hex digits, in capitals: so they take the least room in a code. */
export function qrSvg(hex: string): Markup {
  const rows = qrMatrix(hex.toUpperCase())
  const size = rows.length
  const path = rows.flatMap((row, y) => runsOf(row).map(([x, width]) => `M${x} ${y}h${width}v1h-${width}z`)).join('')
  return new Markup(
    `<svg class="qr" viewBox="0 0 ${size} ${size}" shape-rendering="crispEdges" role="img" aria-label="QR code"><path d="${path}"/></svg>`,
  )
}

function runsOf(row: readonly boolean[]): (readonly [start: number, length: number])[] {
  const runs: (readonly [number, number])[] = []
  for (let x = 0; x < row.length; x++) {
    if (row[x] !== true) continue
    const start = x
    while (row[x + 1] === true) x++
    runs.push([start, x - start + 1])
  }
  return runs
}
