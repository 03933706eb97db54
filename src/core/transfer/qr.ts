// QR codes as modules, both ways. The only file that imports the library for them.
import { encodeQR } from 'qr'
import { decodeQR } from 'qr/decode.js'

/** An image as a canvas gives it: four bytes a pixel. */
export interface Picture {
  width: number
  height: number
  data: Uint8Array | Uint8ClampedArray
}

/** How wide the empty border must be, in modules (ISO/IEC 18004 section 6.3.8). */
export const quietZone = 4

/** True is dark; rows from the top, with the empty border. `version` keeps codes of different lengths at one size. */
export function qrMatrix(text: string, version?: number): boolean[][] {
  const options = { ecc: 'low', encoding: 'alphanumeric', border: quietZone } as const
  return encodeQR(text, 'raw', version === undefined ? options : { ...options, version })
}

/** Undefined: no code was found, which is what most pictures of a camera are. */
export function readQr(picture: Picture): string | undefined {
  try {
    return decodeQR(picture, { format: 'RGBA' })
  } catch {
    // The library throws for every picture without a code that it could read; there is nothing to tell apart.
    return undefined
  }
}
