// QR codes as a camera would see them, straight on and sharp.
import type { Picture } from '../../src/core/transfer/qr.ts'

/** Four bytes a pixel; `scale` pixels a module. */
export function pictureOfMatrix(matrix: readonly (readonly boolean[])[], scale: number): Picture {
  const side = matrix.length * scale
  const data = new Uint8ClampedArray(side * side * 4).fill(255)
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      if (matrix[Math.floor(y / scale)]?.[Math.floor(x / scale)] === true)
        data.fill(0, (y * side + x) * 4, (y * side + x) * 4 + 3)
    }
  }
  return { width: side, height: side, data }
}
