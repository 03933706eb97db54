// Frames as pictures, read by the library that made them and by a reader that is not ours.
import { expect, test } from 'vitest'
import { frameSink } from '../../../src/core/transfer/frame-sink.ts'
import { fragmentBytesFor, frameSource, qrCapacities, versionOfDensity } from '../../../src/core/transfer/frames.ts'
import { qrMatrix, quietZone, readQr } from '../../../src/core/transfer/qr.ts'
import { graymapOf, pictureOf, readByZbar } from '../../support/qr-picture.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { wolfMessage } from '../../support/wolf.ts'

const modulesOf = (version: number): number => 17 + 4 * version + 2 * quietZone

test.each(qrCapacities.map((capacity, index) => [index + 1, capacity]))(
  'version %i holds %i characters',
  (version, capacity) => {
    expect(qrMatrix('A'.repeat(capacity)).length).toBe(modulesOf(version))
    expect(qrMatrix('A'.repeat(capacity + 1)).length).toBe(modulesOf(version + 1))
  },
)

test('a code keeps the size that was asked for, and its border is empty', () => {
  const matrix = qrMatrix('A', 8)
  expect(matrix.length).toBe(modulesOf(8))
  expect(matrix.slice(0, quietZone).flat()).not.toContain(true)
  expect(matrix.flatMap((row) => row.slice(-quietZone))).not.toContain(true)
})

test.each(Object.entries(versionOfDensity))('%s frames of version %i, every third lost, read by zbar', (_, version) => {
  const message = wolfMessage(1500)
  const source = frameSource(message, fragmentBytesFor(version, message.length))
  expect(source.version).toBeLessThanOrEqual(version)
  const texts = Array.from({ length: 3 * source.blocks }, (_, index) => source.frame(index + 1))
  const pictures = texts.map((text) => pictureOf(qrMatrix(text, source.version)))
  expect(new Set(pictures.map(({ width }) => width))).toEqual(new Set([modulesOf(source.version) * 4]))
  expect(pictures.map(readQr)).toEqual(texts)
  const read = readByZbar(temporaryFolder(), pictures)
  expect(read).toEqual(texts)
  const sink = frameSink()
  for (const text of read.filter((_, index) => index % 3 !== 0)) sink.take(text)
  expect(sink.progress().bytes).toEqual(message)
})

test('a reply of 150 bytes is one code of version 9 at most, read by zbar', () => {
  const message = wolfMessage(150)
  const source = frameSource(message, fragmentBytesFor(9, message.length))
  expect(source.blocks).toBe(1)
  expect(source.version).toBeLessThanOrEqual(9)
  expect(source.frame(7)).toBe(source.frame(1))
  const picture = pictureOf(qrMatrix(source.frame(1), source.version))
  const [text = ''] = readByZbar(temporaryFolder(), [picture])
  const sink = frameSink()
  expect(sink.take(text)).toEqual({ kind: 'accepted' })
  expect(sink.progress().bytes).toEqual(message)
})

test('a picture without a code is nothing', () => {
  const white = { width: 64, height: 64, data: new Uint8ClampedArray(64 * 64 * 4).fill(255) }
  expect(readQr(white)).toBeUndefined()
  expect(readQr(pictureOf([[true, false]]))).toBeUndefined()
  expect(graymapOf(white).length).toBe('P5\n64 64\n255\n'.length + 64 * 64)
})
