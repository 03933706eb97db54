// How a message is cut, which codes it needs, and what is refused.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cborBytes } from '../../../src/core/transfer/cbor.ts'
import { fragmentBytesFor, frameSource, qrCapacities, versionOfDensity } from '../../../src/core/transfer/frames.ts'
import { partUr, wholeUr } from '../../../src/core/transfer/ur.ts'
import { codeOfCall } from '../../support/thrown.ts'
import { wolfMessage } from '../../support/wolf.ts'

test('every frame, however late, fits in the version that it was cut for, in the alphabet of QR codes', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 4, max: 20 }),
      fc.integer({ min: 0, max: 6000 }),
      fc.nat(200_000),
      (version, bytes, n) => {
        const source = frameSource(wolfMessage(bytes), fragmentBytesFor(version, bytes))
        expect(source.version).toBeLessThanOrEqual(version)
        const capacity = qrCapacities[source.version - 1] ?? 0
        for (const number of [1, source.blocks, source.blocks + 1, 1 + (n % 3000)]) {
          const text = source.frame(number)
          expect(text.length).toBeLessThanOrEqual(capacity)
          expect(text).toMatch(/^UR:BYTES\/(\d+-\d+\/)?[A-Z]+$/)
        }
      },
    ),
    { numRuns: 60 },
  )
})

test.each([4, 8, 12, 17, 20])('version %i holds no longer fragments than it is said to', (version) => {
  for (const bytes of [700, 1232, 5000, 50_000]) {
    const most = fragmentBytesFor(version, bytes)
    const messageBytes = cborBytes(new Uint8Array(bytes)).length
    const longest = (length: number): number => {
      const blocks = Math.ceil(messageBytes / length)
      const number = blocks < 24 ? 255 : 65_535
      const data = new Uint8Array(length)
      return partUr({ number, blocks, messageBytes, checksum: 0xffffffff, data }).length
    }
    expect(longest(most)).toBeLessThanOrEqual(qrCapacities[version - 1] ?? 0)
    expect(longest(most + 1)).toBeGreaterThan(qrCapacities[version - 1] ?? 0)
  }
})

test('as much as one code holds is one code', () => {
  for (const [index, capacity] of qrCapacities.entries()) {
    if (index < 3) continue
    const most = Array.from({ length: 700 }, (_, bytes) => bytes).findLast((bytes) => {
      return wholeUr(cborBytes(new Uint8Array(bytes))).length <= capacity
    })
    const blocksOfSize = (bytes: number): number =>
      frameSource(wolfMessage(bytes), fragmentBytesFor(index + 1, bytes)).blocks
    expect(blocksOfSize(most ?? 0)).toBe(1)
    expect(blocksOfSize((most ?? 0) + 1)).toBe(2)
  }
})

test('the densities are never above version 20', () => {
  expect(Math.max(...Object.values(versionOfDensity))).toBeLessThanOrEqual(20)
  expect(versionOfDensity).toEqual({ coarse: 8, normal: 12, dense: 17 })
})

test('the blocks come first in their order, then mixtures of at least two, then the blocks again', () => {
  const source = frameSource(wolfMessage(300), 40)
  const count = source.blocks
  const numberOf = (n: number): number => Number(/\/(\d+)-/.exec(source.frame(n))?.[1])
  const all = Array.from({ length: count }, (_, index) => index + 1)
  expect(all.map(numberOf)).toEqual(all)
  expect(all.map((n) => numberOf(2 * count + n))).toEqual(all)
  const mixtures = [...all.map((n) => numberOf(count + n)), ...all.map((n) => numberOf(3 * count + n))]
  expect(Math.min(...mixtures)).toBeGreaterThan(count)
  expect(new Set(mixtures).size).toBe(2 * count)
  // Far on, the mixtures begin anew: no number needs more room than the others.
  expect(Array.from({ length: 2000 }, (_, n) => numberOf(n + 1)).every((number) => number <= 255)).toBe(true)
  expect(Math.min(...all.map((n) => numberOf(401 * count + n)))).toBeGreaterThan(count)
})

test('a message of two blocks has mixtures too', () => {
  const source = frameSource(wolfMessage(30), 20)
  expect(source.blocks).toBe(2)
  expect(new Set(Array.from({ length: 40 }, (_, n) => source.frame(n + 1))).size).toBeGreaterThan(2)
})

test('an empty message is one code', () => {
  const source = frameSource(new Uint8Array(), 10)
  expect(source.blocks).toBe(1)
  expect(source.message.bytes).toBe(1)
})

test.each([0, 9, -1, 10.5, Number.NaN])('fragments of %d bytes are refused', (bytes) => {
  expect(codeOfCall(() => frameSource(wolfMessage(100), bytes))).toBe('usage/invalid')
})

test.each([3, 21, 8.5, Number.NaN])('version %d is refused', (version) => {
  expect(codeOfCall(() => fragmentBytesFor(version, 100))).toBe('usage/invalid')
})

test('fragments that no code of version 20 holds are refused', () => {
  expect(codeOfCall(() => frameSource(wolfMessage(3000), 700))).toBe('usage/invalid')
})

test('a message that is too large for codes is a matter for a file', () => {
  expect(codeOfCall(() => frameSource(new Uint8Array(4 * 1024 * 1024), 580))).toBe('source/too-large')
  expect(codeOfCall(() => frameSource(new Uint8Array(200_000), 20))).toBe('source/too-large')
})
