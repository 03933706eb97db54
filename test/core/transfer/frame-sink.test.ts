// Whatever is lost, doubled, mixed in or altered on the way from a screen to a camera.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { concatBytes } from '../../../src/core/bytes.ts'
import { toBytewords } from '../../../src/core/transfer/bytewords.ts'
import { cborArray, cborBytes, cborUint } from '../../../src/core/transfer/cbor.ts'
import { crc32 } from '../../../src/core/transfer/crc32.ts'
import { blockChooser, blocksOf, maxBlocks, maxMessageBytes, mixedBlock } from '../../../src/core/transfer/fountain.ts'
import { frameSink } from '../../../src/core/transfer/frame-sink.ts'
import { frameSource } from '../../../src/core/transfer/frames.ts'
import { partUr, wholeUr } from '../../../src/core/transfer/ur.ts'
import { wolfMessage } from '../../support/wolf.ts'

const first = frameSource(wolfMessage(300), 40)
const other = frameSource(wolfMessage(301), 40)

function textsOf(source: { frame(n: number): string }, count: number, from = 1): string[] {
  return Array.from({ length: count }, (_, index) => source.frame(from + index))
}

test('any bytes, any loss, any order, doubled frames: the same bytes', () => {
  const message = fc.uint8Array({ maxLength: 700 })
  fc.assert(
    fc.property(message, fc.integer({ min: 10, max: 90 }), fc.infiniteStream(fc.nat(99)), (bytes, size, dice) => {
      const source = frameSource(bytes, size)
      const roll = (): number => dice.next().value ?? 0
      const sink = frameSink()
      const waiting: string[] = []
      for (let n = 1; sink.progress().bytes === undefined; n++) {
        // A frame in three is lost, one in five comes twice, and all come in another order.
        if (roll() >= 34) waiting.push(source.frame(n))
        if (roll() < 20) waiting.push(source.frame(n))
        if (waiting.length < 3) continue
        const [text = ''] = waiting.splice(roll() % waiting.length, 1)
        sink.take(text)
        expect(n).toBeLessThan(40 * source.blocks + 40)
      }
      const { useful, of, blocks, counts } = sink.progress()
      expect(sink.progress().bytes).toEqual(new Uint8Array(bytes))
      expect([useful, blocks]).toEqual([of, of])
      expect(of).toBe(source.blocks)
      expect(counts.damaged + counts.failed + counts['other-message']).toBe(0)
    }),
    { numRuns: 150 },
  )
})

test('the first blocks are enough, and so is any later stretch', () => {
  const blocks = first.blocks
  expect(blocks).toBeGreaterThan(5)
  const early = frameSink()
  expect(textsOf(first, blocks).map((text) => early.take(text).kind)).toEqual(Array(blocks).fill('accepted'))
  expect(early.progress()).toMatchObject({ frames: blocks, blocks, useful: blocks, of: blocks, message: first.message })
  const late = frameSink()
  for (const text of textsOf(first, 6 * blocks, 1000)) late.take(text)
  expect(late.progress().bytes).toEqual(early.progress().bytes)
})

test('what is known grows and never shrinks, and mixtures count before they are solved', () => {
  const sink = frameSink()
  const chosen = blockChooser(first.blocks, Number.parseInt(first.message.checksum, 16))
  const mixtures = textsOf(first, 4 * first.blocks).filter((text) => Number(/\d+/.exec(text)?.[0]) > first.blocks)
  expect(chosen(first.blocks + 1).length).toBeGreaterThan(0)
  let before = { useful: 0, blocks: 0 }
  for (const text of mixtures) {
    sink.take(text)
    const now = sink.progress()
    expect(now.useful).toBeGreaterThanOrEqual(before.useful)
    expect(now.blocks).toBeGreaterThanOrEqual(before.blocks)
    expect(now.useful).toBeGreaterThanOrEqual(now.blocks)
    before = now
  }
  expect(before.useful).toBeGreaterThan(0)
})

test('a frame that comes again is a duplicate, also when all is there', () => {
  const sink = frameSink()
  sink.take(first.frame(2))
  expect(sink.take(first.frame(2))).toEqual({ kind: 'duplicate' })
  expect(sink.progress()).toMatchObject({ frames: 1, useful: 1 })
  for (const text of textsOf(first, first.blocks)) sink.take(text)
  expect(sink.take(first.frame(first.blocks + 1))).toEqual({ kind: 'duplicate' })
  expect(sink.take(other.frame(1)).kind).toBe('other-message')
})

test('frames of another message are ignored, named and counted, and can be chosen', () => {
  const sink = frameSink()
  const mixed = textsOf(first, first.blocks).flatMap((text, index) => [text, other.frame(index + 1)])
  for (const text of mixed) sink.take(text)
  const { message, bytes, others, counts } = sink.progress()
  expect(message).toEqual(first.message)
  expect(bytes).toEqual(wolfMessage(300))
  expect(others).toEqual([{ message: other.message, frames: first.blocks }])
  expect(counts['other-message']).toBe(first.blocks)

  sink.startOver(other.message)
  expect(sink.progress()).toMatchObject({ message: other.message, frames: 0, of: 0, others: [] })
  for (const text of mixed) sink.take(text)
  expect(sink.progress().bytes).toEqual(wolfMessage(301))
  expect(sink.progress().others).toEqual([{ message: first.message, frames: first.blocks }])

  sink.startOver()
  expect(sink.progress().message).toBeUndefined()
  expect(sink.take(first.frame(3))).toEqual({ kind: 'accepted' })
})

test('of many other messages eight are told apart, and all are counted', () => {
  const sink = frameSink()
  sink.take(first.frame(1))
  for (let bytes = 400; bytes < 420; bytes++) sink.take(frameSource(wolfMessage(bytes), 40).frame(1))
  expect(sink.progress().others.length).toBe(8)
  expect(sink.progress().counts['other-message']).toBe(20)
})

test('the same message in another size is gathered anew, without a word from anybody', () => {
  const sink = frameSink()
  sink.take(first.frame(1))
  sink.take(first.frame(2))
  const larger = frameSource(wolfMessage(300), 90)
  expect(larger.message).toEqual(first.message)
  expect(sink.take(larger.frame(1))).toEqual({ kind: 'resized' })
  expect(sink.progress()).toMatchObject({ frames: 1, of: larger.blocks })
  for (const text of textsOf(larger, larger.blocks)) sink.take(text)
  expect(sink.progress().bytes).toEqual(wolfMessage(300))
  // Also from many codes to one, and with as many blocks of another length.
  const twice = frameSink()
  twice.take(first.frame(1))
  expect(twice.take(frameSource(wolfMessage(300), 400).frame(1))).toEqual({ kind: 'resized' })
  expect(twice.progress().bytes).toEqual(wolfMessage(300))
  const cbor = cborBytes(wolfMessage(300))
  const uneven = (length: number): string => {
    const [block = new Uint8Array()] = blocksOf(cbor, length)
    return partUr({ number: 1, blocks: 2, messageBytes: cbor.length, checksum: crc32(cbor), data: block })
  }
  const third = frameSink()
  third.take(uneven(160))
  expect(third.take(uneven(170))).toEqual({ kind: 'resized' })
})

test.each([
  '',
  'https://example.org',
  'ur:crypto-psbt/1-2/lpad',
  'ur:bytes',
  'ur:byte/aeae',
  'UR:BYTES2/AE',
  'uŕ:bytes/ae',
])('not ours: %j', (text) => {
  expect(frameSink().take(text)).toEqual({ kind: 'not-ours' })
})

const words = (...items: Uint8Array[]): string => toBytewords(cborArray(...items), 'minimal')
const numbers = (...values: number[]): Uint8Array[] => values.map(cborUint)
const data = cborBytes(new Uint8Array(10))
const listed = cborArray(...numbers(1, 9, 90, 5), data)

test.each([
  ['nothing behind the type', 'ur:bytes/'],
  ['no words behind the numbers', 'ur:bytes/1-9/'],
  ['one number', `ur:bytes/1/${words(...numbers(1, 9, 90, 5), data)}`],
  ['a leading zero', `ur:bytes/01-9/${words(...numbers(1, 9, 90, 5), data)}`],
  ['a number zero', `ur:bytes/0-9/${words(...numbers(0, 9, 90, 5), data)}`],
  ['a number zero inside', `ur:bytes/1-9/${words(...numbers(0, 9, 90, 5), data)}`],
  ['another number outside', `ur:bytes/2-9/${words(...numbers(1, 9, 90, 5), data)}`],
  ['another count outside', `ur:bytes/1-8/${words(...numbers(1, 9, 90, 5), data)}`],
  ['a number above 32 bits', `ur:bytes/4294967297-9/${words(...numbers(1, 9, 90, 5), data)}`],
  ['no blocks', `ur:bytes/1-1/${words(...numbers(1, 0, 90, 5), data)}`],
  ['fewer blocks than it needs', `ur:bytes/1-8/${words(...numbers(1, 8, 90, 5), data)}`],
  ['more blocks than it needs', `ur:bytes/1-10/${words(...numbers(1, 10, 90, 5), data)}`],
  ['an empty message', `ur:bytes/1-1/${words(...numbers(1, 1, 0, 5), data)}`],
  ['empty blocks', `ur:bytes/1-9/${words(...numbers(1, 9, 90, 5), cborBytes(new Uint8Array()))}`],
  ['four items', `ur:bytes/1-9/${words(...numbers(1, 9, 90), data)}`],
  ['six items', `ur:bytes/1-9/${words(...numbers(1, 9, 90, 5), data, data)}`],
  ['data that is no byte string', `ur:bytes/1-9/${words(...numbers(1, 9, 90, 5, 5))}`],
  [
    'something behind the part',
    `${partUr({ number: 1, blocks: 9, messageBytes: 90, checksum: 5, data: new Uint8Array(10) })}ae`,
  ],
  ['a message that is no byte string', wholeUr(cborUint(5))],
  ['a message with something behind it', wholeUr(Uint8Array.of(0x41, 1, 2))],
  ['a message that says it is longer', wholeUr(Uint8Array.of(0x5a, 0xff, 0xff, 0xff, 0xff, 1))],
  ['a length that is longer than it must be', wholeUr(Uint8Array.of(0x58, 1, 1))],
  ['something behind the list', `ur:bytes/1-9/${toBytewords(concatBytes(listed, Uint8Array.of(0)), 'minimal')}`],
  ['a text that no code holds', wholeUr(cborBytes(new Uint8Array(2200)))],
])('refused: %s', (_, text) => {
  const sink = frameSink()
  expect(['damaged', 'failed']).toContain(sink.take(text).kind)
  expect(sink.progress()).toMatchObject({ frames: 0, useful: 0 })
  expect(sink.progress().bytes).toBeUndefined()
})

test.each([
  ['bytes', [1, 9, maxMessageBytes + 1, 5]],
  ['bytes, the most that can be said', [1, 9, 0xffffffff, 5]],
  ['blocks', [1, maxBlocks + 1, maxBlocks + 1, 5]],
  ['blocks, the most that can be said', [1, 0xffffffff, 0xffffffff, 5]],
])('too many %s', (_, values) => {
  const text = `ur:bytes/${values[0]}-${values[1]}/${words(...numbers(...values), data)}`
  expect(frameSink().take(text).kind).toBe('too-large')
})

test('every other character in any place of a frame is refused, and changes nothing', () => {
  const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:'
  const text = first.frame(first.blocks + 2)
  const sink = frameSink()
  for (let at = 0; at < text.length; at++) {
    for (const character of alphabet) {
      if (character === text[at]) continue
      const { kind } = sink.take(text.slice(0, at) + character + text.slice(at + 1))
      if (kind !== 'damaged' && kind !== 'not-ours' && kind !== 'too-large') {
        throw new Error(`${character} at ${at} was ${kind}`)
      }
    }
    const { kind } = sink.take(text.slice(0, at) + text.slice(at + 1))
    expect(['damaged', 'not-ours']).toContain(kind)
  }
  expect(sink.progress()).toMatchObject({ frames: 0, useful: 0, of: 0 })
})

test('every single bit of a frame is refused, but for the one between small and capital letters', () => {
  for (const text of [first.frame(1), frameSource(wolfMessage(50), 100).frame(1)]) {
    for (let at = 0; at < text.length; at++) {
      for (let bit = 0; bit < 8; bit++) {
        const altered = text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ (1 << bit)) + text.slice(at + 1)
        const { kind } = frameSink().take(altered)
        const isSameInSmall = altered.toUpperCase() === text
        expect(kind === 'accepted', `bit ${bit} of character ${at}`).toBe(isSameInSmall)
      }
    }
  }
})

/** A frame with a right checksum of its own over false content: no accident, somebody made it. */
function forged(number: number): string {
  const cbor = cborBytes(wolfMessage(300))
  const blocks = blocksOf(cbor, Math.ceil(cbor.length / first.blocks))
  const checksum = crc32(cbor)
  const mixed = mixedBlock(blocks, blockChooser(blocks.length, checksum)(number))
  mixed[5] = (mixed[5] ?? 0) ^ 1
  return partUr({ number, blocks: blocks.length, messageBytes: cbor.length, checksum, data: mixed })
}

test('a forged frame is found at the latest by the checksum, it is said, and gathering begins anew', () => {
  const sink = frameSink()
  sink.take(forged(1))
  const kinds = textsOf(first, first.blocks).map((text) => sink.take(text).kind)
  expect(kinds.at(0)).toBe('duplicate')
  expect(kinds.at(-1)).toBe('failed')
  expect(sink.progress()).toMatchObject({ frames: 0, message: first.message, counts: { failed: 1 } })
  expect(sink.progress().bytes).toBeUndefined()
  for (const text of textsOf(first, first.blocks)) sink.take(text)
  expect(sink.progress().bytes).toEqual(wolfMessage(300))
})

test('a frame that contradicts those before it is refused', () => {
  const sink = frameSink()
  const chosen = blockChooser(first.blocks, Number.parseInt(first.message.checksum, 16))
  for (const index of chosen(first.blocks + 2)) sink.take(first.frame(index + 1))
  const before = sink.progress()
  expect(sink.take(forged(first.blocks + 2)).kind).toBe('damaged')
  expect(sink.progress()).toEqual({ ...before, counts: { ...before.counts, damaged: 1 } })
})

test('what fills the last block is empty, or the message is refused', () => {
  const cbor = cborBytes(wolfMessage(15))
  const text = (number: number): string => {
    const blocks = blocksOf(cbor, 9)
    const data = blocks[number - 1] ?? new Uint8Array()
    if (number === 2) data[8] = 1
    return partUr({ number, blocks: 2, messageBytes: cbor.length, checksum: crc32(cbor), data })
  }
  const sink = frameSink()
  sink.take(text(1))
  expect(sink.take(text(2)).kind).toBe('failed')
})

test('texts without sense end at once and leave nothing behind', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 200 }), fc.constantFrom('', 'ur:bytes/', 'UR:BYTES/1-2/'), (text, head) => {
      const sink = frameSink()
      expect(['not-ours', 'damaged', 'too-large']).toContain(sink.take(head + text).kind)
      expect(sink.progress().of).toBe(0)
    }),
  )
})

test('the largest number of blocks: what never completes stays within its bounds', () => {
  const sink = frameSink()
  for (let number = 1_000_000; number < 1_000_150; number++) {
    const part = { number, blocks: maxBlocks, messageBytes: maxBlocks, checksum: 5, data: Uint8Array.of(number & 255) }
    expect(sink.take(partUr(part)).kind).toBe('accepted')
  }
  expect(sink.progress()).toMatchObject({ of: maxBlocks, frames: 150 })
  expect(sink.progress().useful).toBeLessThanOrEqual(150)
})
