// Packed and unpacked by the platform; what zlib of another hand makes is read too, and nothing but one whole stream is.
import { deflateSync, inflateSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, onTestFinished, test, vi } from 'vitest'
import { concatBytes, utf8 } from '../../../src/core/bytes.ts'
import { pack, unpack } from '../../../src/core/transfer/deflate.ts'
import { codeOfPromise } from '../../support/thrown.ts'

const content = utf8('a change to a root of trust, '.repeat(100))

test('any bytes, there and back, and read by zlib', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 5000 }), async (bytes) => {
      const packed = await pack(bytes)
      expect(new Uint8Array(inflateSync(packed))).toEqual(new Uint8Array(bytes))
      expect(await unpack(packed, bytes.length)).toEqual(new Uint8Array(bytes))
      expect(await unpack(deflateSync(bytes), bytes.length)).toEqual(new Uint8Array(bytes))
    }),
    { numRuns: 50 },
  )
})

test('it is smaller', async () => {
  expect((await pack(content)).length).toBeLessThan(content.length / 20)
})

test('one byte above the limit is too large, at the limit it is not', async () => {
  const packed = await pack(content)
  expect(await unpack(packed, content.length)).toEqual(content)
  expect(await codeOfPromise(unpack(packed, content.length - 1))).toBe('source/too-large')
})

test('a bomb is left after its first bytes', async () => {
  let made = 0
  const Platform = DecompressionStream
  vi.stubGlobal('DecompressionStream', function counting(format: CompressionFormat) {
    const stream = new Platform(format)
    const counter = new TransformStream<Uint8Array, Uint8Array>({
      transform: (chunk, controller) => {
        made += chunk.length
        controller.enqueue(chunk)
      },
    })
    return { writable: stream.writable, readable: stream.readable.pipeThrough(counter) }
  })
  onTestFinished(() => void vi.unstubAllGlobals())
  const bomb = deflateSync(new Uint8Array(30_000_000))
  expect(await codeOfPromise(unpack(bomb, 1_000_000))).toBe('source/too-large')
  expect(made).toBeGreaterThan(1_000_000)
  expect(made).toBeLessThan(4_000_000)
})

test('every truncation is refused', async () => {
  const packed = await pack(content)
  for (let length = 0; length < packed.length; length++) {
    expect(await codeOfPromise(unpack(packed.slice(0, length), 10_000)), `${length} bytes`).toBe('format/malformed')
  }
})

test.each([1, 1023, 1024, 5000])('%i bytes behind the stream are refused', async (count) => {
  const packed = await pack(content)
  expect(await codeOfPromise(unpack(concatBytes(packed, new Uint8Array(count)), 10_000))).toBe('format/malformed')
  const exact = new Uint8Array(deflateSync(new Uint8Array(0)))
  expect(await codeOfPromise(unpack(concatBytes(exact, exact), 10_000))).toBe('format/malformed')
})

test('every altered bit is refused, or the content is the same', async () => {
  const packed = await pack(content)
  for (let bit = 0; bit < packed.length * 8; bit++) {
    const altered = packed.slice()
    altered[bit >>> 3] = (altered[bit >>> 3] ?? 0) ^ (1 << (bit & 7))
    const read = await unpack(altered, 10_000).catch(() => undefined)
    if (read !== undefined) expect(read).toEqual(content)
  }
})

test.each([
  ['raw', [0x03, 0x00]],
  ['with a dictionary', [0x78, 0xbb, 0, 0, 0, 1, 3, 0, 0, 0, 0, 1]],
  ['gzip', [0x1f, 0x8b, 8, 0]],
])('another form is refused: %s', async (_, bytes) => {
  expect(await codeOfPromise(unpack(Uint8Array.from(bytes), 100))).toBe('format/malformed')
})
