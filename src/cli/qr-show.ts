// QR codes on a terminal: two modules a character, dark on light whatever the terminal's own colours are.
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '../core/error.ts'
import { pack } from '../core/transfer/deflate.ts'
import { type Density, type FrameSource, shownFrames } from '../core/transfer/frames.ts'
import { qrMatrix } from '../core/transfer/qr.ts'
import type { Io } from './command.ts'

const framesPerSecond = 8
/** Black on white, so that a camera reads it on a dark terminal, too. */
const colours = '\u001b[30;107m'
const plain = '\u001b[0m'
const clearRest = '\u001b[K'

export function qrLines(matrix: readonly (readonly boolean[])[]): string[] {
  const lines: string[] = []
  for (let y = 0; y < matrix.length; y += 2) {
    const upper = matrix[y] ?? []
    const lower = matrix[y + 1] ?? upper.map(() => false)
    const line = upper
      .map((dark, x) => (dark ? (lower[x] === true ? '█' : '▀') : lower[x] === true ? '▄' : ' '))
      .join('')
    lines.push(`${colours}${line}${plain}`)
  }
  return lines
}

/** A code that is cut off or wrapped looks like one, and no camera reads it. */
function tooSmall(height: number, width: number, { size }: Io): string | undefined {
  const { columns, rows } = size() ?? { columns: width, rows: height }
  if (columns >= width && rows >= height) return undefined
  return `Too small: ${columns} by ${rows}, and ${width} by ${height} are needed; make the letters smaller`
}

/** Modules a side, with the quiet zone. */
function sizeOf({ version }: FrameSource): number {
  return 17 + 4 * version + 8
}

/** Coarse where nothing was said: nobody knows how large the letters of a terminal are. */
export async function codesOf(bytes: Uint8Array, density: Density | undefined): Promise<FrameSource> {
  return shownFrames(await pack(bytes), density ?? 'coarse', density !== 'coarse')
}

/** Frames one after the other until Enter is pressed. */
export async function showCodes(source: FrameSource, io: Io): Promise<void> {
  const draw = (n: number): string[] => qrLines(qrMatrix(source.frame(n), source.version))
  if (source.blocks === 1) {
    const lines = draw(1)
    for (const line of lines) io.out(line)
    const narrow = tooSmall(lines.length + 2, sizeOf(source), io)
    if (narrow !== undefined) io.note(`${narrow}, then repeat; or carry the file.`)
    return
  }
  if (!io.isInteractive) throw noTerminal(source.blocks)
  let isOver = false
  const ended = io.enter(io.signal).then(() => {
    isOver = true
  })
  for (let n = 1; !isOver; n++) {
    const lines = draw(n)
    // Back to the first line of the frame before, which is as high as this one.
    if (n > 1) io.out(`\u001b[${lines.length + 3}A`)
    for (const line of lines) io.out(line)
    const narrow = tooSmall(lines.length + 3, sizeOf(source), io)
    io.out(`code ${n}, ${source.blocks} are enough when none is missed; Enter ends it${clearRest}`)
    io.out(`${narrow === undefined ? '' : `${narrow}.`}${clearRest}`)
    await Promise.race([sleep(1000 / framesPerSecond), ended])
  }
}

function noTerminal(blocks: number): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: `this takes ${blocks} QR codes one after the other, and there is no terminal to show them on`,
    hint: 'run it in a terminal, write a file with --to, or take the texts of the codes with --json',
  })
}
