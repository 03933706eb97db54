// What a camera would see of a show of frames, as a video that Chromium's fake camera plays: YUV4MPEG2, 4:2:0. The screen is held a
// little askew, and neither black nor white is what it should be.
import type { FrameSource } from '../../src/core/transfer/frames.ts'
import { qrMatrix } from '../../src/core/transfer/qr.ts'

export interface Filming {
  width: number
  height: number
  framesPerSecond: number
  /** How much of the height the code fills. */
  share: number
  degrees: number
}

const usual: Filming = { width: 640, height: 480, framesPerSecond: 10, share: 0.86, degrees: 3 }

/** The fake camera plays it again and again. */
export function filmOf(source: FrameSource, frames: readonly number[], filming: Partial<Filming> = {}): Uint8Array {
  const how = { ...usual, ...filming }
  const { width, height, framesPerSecond } = how
  const head = Buffer.from(`YUV4MPEG2 W${width} H${height} F${framesPerSecond}:1 Ip A1:1 C420jpeg\n`)
  const grey = Buffer.alloc((width * height) >> 1, 128)
  const each = frames.flatMap((n) => [
    Buffer.from('FRAME\n'),
    lightOf(qrMatrix(source.frame(n), source.version), how),
    grey,
  ])
  return Buffer.concat([head, ...each])
}

function lightOf(matrix: readonly (readonly boolean[])[], { width, height, share, degrees }: Filming): Buffer {
  const light = Buffer.alloc(width * height)
  const angle = (degrees * Math.PI) / 180
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  const module = (height * share) / matrix.length
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [dx, dy] = [x - width / 2, y - height / 2]
      const column = Math.floor((dx * cos + dy * sin) / module + matrix.length / 2)
      const row = Math.floor((dy * cos - dx * sin) / module + matrix.length / 2)
      const inside = matrix[row]?.[column]
      const shade = inside === undefined ? 90 : inside ? 45 : 215
      // Brighter towards one side, as beside a window.
      light[y * width + x] = shade + Math.floor((20 * x) / width)
    }
  }
  return light
}
