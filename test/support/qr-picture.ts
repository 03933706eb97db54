// QR codes as pictures: as a canvas would give them, and as files for a reader that is not ours.
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Picture } from '../../src/core/transfer/qr.ts'

/** `scale` is pixels a module. */
export function pictureOf(matrix: readonly (readonly boolean[])[], scale = 4): Picture {
  const size = matrix.length * scale
  const data = new Uint8ClampedArray(size * size * 4).fill(255)
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const isDark = matrix[Math.floor(y / scale)]?.[Math.floor(x / scale)]
      if (isDark) data.fill(0, (y * size + x) * 4, (y * size + x) * 4 + 3)
    }
  }
  return { width: size, height: size, data }
}

/** A portable graymap: the simplest file that every reader of pictures knows. */
export function graymapOf({ width, height, data }: Picture): Buffer {
  const gray = Buffer.alloc(width * height)
  for (let index = 0; index < gray.length; index++) gray[index] = data[index * 4] ?? 0
  return Buffer.concat([Buffer.from(`P5\n${width} ${height}\n255\n`), gray])
}

/** What Debian's zbarimg reads in each of these pictures, all in one run. */
export function readByZbar(folder: string, pictures: readonly Picture[]): string[] {
  const names = pictures.map((picture, index) => {
    const name = `${index}.pgm`
    writeFileSync(join(folder, name), graymapOf(picture))
    return name
  })
  const args = ['--quiet', '--raw', '-Sdisable', '-Sqrcode.enable', ...names]
  const { status, stdout, stderr } = spawnSync('zbarimg', args, { cwd: folder, encoding: 'utf8' })
  if (status !== 0) throw new Error(`zbarimg ended with ${status}: ${stderr}`)
  return stdout.trimEnd().split('\n')
}
