// What the reference implementation of uniform resources publishes about each of its steps is what ours do.
import { expect, test } from 'vitest'
import { parseHex, toHex, utf8 } from '../../../src/core/bytes.ts'
import { type BytewordStyle, parseBytewords, toBytewords } from '../../../src/core/transfer/bytewords.ts'
import { cborBytes } from '../../../src/core/transfer/cbor.ts'
import { bytesOfUint32, crc32 } from '../../../src/core/transfer/crc32.ts'
import {
  blockBytesFor,
  blockChooser,
  blocksOf,
  degreeSampler,
  encodePart,
  mixedBlock,
  parsePart,
} from '../../../src/core/transfer/fountain.ts'
import { frameSink } from '../../../src/core/transfer/frame-sink.ts'
import { frameSource } from '../../../src/core/transfer/frames.ts'
import { sampler } from '../../../src/core/transfer/sampler.ts'
import { parseUr, partUr, wholeUr } from '../../../src/core/transfer/ur.ts'
import { type Random, random } from '../../../src/core/transfer/xoshiro.ts'
import { codeOfCall } from '../../support/thrown.ts'
import { wolfMessage } from '../../support/wolf.ts'
import published from '../../vectors/ur.json' with { type: 'json' }

const styles: readonly BytewordStyle[] = ['standard', 'minimal']

function draw<T>(count: number, one: () => T): T[] {
  return Array.from({ length: count }, one)
}

test('checksums', () => {
  for (const [text, hex] of Object.entries(published.crc32)) expect(toHex(bytesOfUint32(crc32(utf8(text))))).toBe(hex)
})

test.each(styles)('bytewords, %s', (style) => {
  for (const vector of published.bytewords) {
    const bytes = parseHex(vector.hex, 'the vector')
    expect(toBytewords(bytes, style)).toBe(vector[style])
    expect(parseBytewords(vector[style], style, 'it')).toEqual(bytes)
    expect(parseBytewords(vector[style].toUpperCase(), style, 'it')).toEqual(bytes)
  }
})

test.each(published.badBytewords)('no bytewords: $text', ({ style, text }) => {
  const known = styles.find((one) => one === style) ?? 'minimal'
  expect(codeOfCall(() => parseBytewords(text, known, 'it'))).toBe('format/malformed')
})

test('a letter that only looks like one of ours when it is small is none', () => {
  const text = toBytewords(
    Uint8Array.from({ length: 256 }, (_, byte) => byte),
    'minimal',
  )
  const kelvin = text.toUpperCase().replace('K', '\u212a')
  expect(kelvin).toContain('\u212a')
  expect(kelvin.toLowerCase()).toBe(text)
  expect(codeOfCall(() => parseBytewords(kelvin, 'minimal', 'it'))).toBe('format/malformed')
})

function modulo100(draws: Random): number {
  const [high, low] = draws.next()
  return (high * (2 ** 32 % 100) + low) % 100
}

test('random numbers', () => {
  const { seed, modulo100: expected, from1To10 } = published.random
  const [bits, small] = [random(utf8(seed)), random(utf8(seed))]
  expect(draw(100, () => modulo100(bits))).toEqual(expected)
  expect(draw(100, () => small.below(10) + 1)).toEqual(from1To10)
  const ofChecksum = random(bytesOfUint32(crc32(utf8(published.randomOfChecksum.checksumOf))))
  expect(draw(100, () => modulo100(ofChecksum))).toEqual(published.randomOfChecksum.modulo100)
})

test('samples by weight', () => {
  const { seed, weights, samples } = published.sampler
  const [one, draws] = [sampler(weights), random(utf8(seed))]
  expect(draw(samples.length, () => one(draws))).toEqual(samples)
})

test('lengths of blocks', () => {
  for (const { messageBytes, maxBytes, blockBytes } of published.blockBytes) {
    expect(blockBytesFor(messageBytes, maxBytes)).toBe(blockBytes)
  }
})

test('a message cut into blocks', () => {
  const { messageBytes, maxBytes, first, last, count } = published.partition
  const blocks = blocksOf(wolfMessage(messageBytes), blockBytesFor(messageBytes, maxBytes))
  expect(blocks.map(toHex).filter((_, index) => index === 0 || index === count - 1)).toEqual([first, last])
  expect(blocks.length).toBe(count)
})

test('degrees', () => {
  const { blocks, seed, degrees } = published.degrees
  const one = degreeSampler(blocks)
  expect(degrees.map((_, index) => one(random(utf8(`${seed}${index + 1}`))) + 1)).toEqual(degrees)
})

test('chosen blocks', () => {
  const { messageBytes, blocks, indexes } = published.chosen
  const chosen = blockChooser(blocks, crc32(wolfMessage(messageBytes)))
  expect(indexes.map((_, index) => chosen(index + 1).toSorted((a, b) => a - b))).toEqual(indexes)
})

test('parts', () => {
  const { messageBytes, maxBytes, checksum, cbor } = published.parts
  const message = wolfMessage(messageBytes)
  expect(crc32(message)).toBe(checksum)
  const blocks = blocksOf(message, blockBytesFor(messageBytes, maxBytes))
  const chosen = blockChooser(blocks.length, checksum)
  for (const [index, hex] of cbor.entries()) {
    const data = mixedBlock(blocks, chosen(index + 1))
    const part = { number: index + 1, blocks: blocks.length, messageBytes, checksum, data }
    expect(toHex(encodePart(part))).toBe(hex)
    expect(parsePart(parseHex(hex, 'the vector'))).toEqual(part)
  }
})

test('a message in one text', () => {
  const { contentBytes, text } = published.whole
  const content = wolfMessage(contentBytes)
  expect(wholeUr(cborBytes(content))).toBe(text)
  expect(frameSource(content, 100).frame(1)).toBe(text.toUpperCase())
  const sink = frameSink()
  sink.take(text)
  expect(sink.progress().bytes).toEqual(content)
})

test('a message in many texts', () => {
  const { contentBytes, maxBytes, texts } = published.frames
  const content = wolfMessage(contentBytes)
  const source = frameSource(content, maxBytes)
  const cbor = cborBytes(content)
  const blocks = blocksOf(cbor, blockBytesFor(cbor.length, maxBytes))
  const [messageBytes, checksum] = [cbor.length, crc32(cbor)]
  const chosen = blockChooser(blocks.length, checksum)
  for (const [index, text] of texts.entries()) {
    const data = mixedBlock(blocks, chosen(index + 1))
    const part = { number: index + 1, blocks: blocks.length, messageBytes, checksum, data }
    expect(partUr(part)).toBe(text)
    expect(parseUr(text)).toEqual({ kind: 'part', part })
  }
  // We leave some numbers out, and change nothing of the others.
  const shown = Array.from({ length: 30 }, (_, index) => source.frame(index + 1).toLowerCase())
  expect(shown.slice(0, blocks.length)).toEqual(texts.slice(0, blocks.length))
  const published20 = shown.filter((text) => /^ur:bytes\/1?[0-9]-/.test(text))
  expect(published20.filter((text) => !texts.includes(text))).toEqual([])
  expect(new Set(published20).size).toBeGreaterThan(blocks.length)
  const sink = frameSink()
  for (const text of texts.slice(9).concat(texts)) sink.take(text)
  expect(sink.progress().bytes).toEqual(content)
})
