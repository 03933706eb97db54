// The word list is exact: a wrong word would make two honest fingerprints look different, or a forged one look right.
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseHex } from '../../src/core/bytes.ts'
import { fromWords, toWords } from '../../src/core/words.ts'
import { codeOfCall } from '../support/thrown.ts'

const allBytes = Array.from({ length: 256 }, (_, byte) => byte)
const even = toWords(Uint8Array.from(allBytes.flatMap((byte) => [byte, 0]))).filter((_, at) => at % 2 === 0)
const odd = toWords(Uint8Array.from(allBytes.flatMap((byte) => [0, byte]))).filter((_, at) => at % 2 === 1)

test('the published example', () => {
  const words =
    'topmost Istanbul Pluto vagabond treadmill Pacific brackish dictator goldfish Medusa afflict bravado chatter revolver Dupont midsummer stopwatch whimsical cowbell bottomless'
  const bytes = parseHex('E58294F2E9A227486E8B061B31CC528FD7FA3F19', 'example')
  expect(toWords(bytes).join(' ')).toBe(words)
  expect(fromWords(words.split(' '))).toEqual(bytes)
})

test('512 distinct words, each list in alphabetical order but for one published exception', () => {
  expect(even.length).toBe(256)
  expect(odd.length).toBe(256)
  expect(new Set([...even, ...odd].map((word) => word.toLowerCase())).size).toBe(512)
  const outOfOrder = [even, odd].flatMap((list) =>
    list.filter((word, at) => at > 0 && word.toLowerCase() < (list[at - 1] ?? '').toLowerCase()),
  )
  expect(outOfOrder).toEqual(['Apollo'])
  expect([...even, ...odd].every((word) => /^[A-Za-z][a-z]+$/.test(word))).toBe(true)
})

// The hash was taken from a second transcription of the list, made from another source.
test('every word is the published one', () => {
  const digest = createHash('sha256')
    .update([...even, ...odd].join('\n'))
    .digest('hex')
  expect(digest).toBe('e9b7b0052233a74aa56724ed3f79c272036aed68d8f4c0856e833c8043b9ac62')
})

test('words at odd positions have more syllables', () => {
  const vowelGroups = (list: string[]) => list.reduce((sum, word) => sum + (word.match(/[aeiouy]+/gi)?.length ?? 0), 0)
  expect(vowelGroups(even) / 256).toBeLessThan(2.4)
  expect(vowelGroups(odd) / 256).toBeGreaterThan(3)
})

test('any bytes come back from their words, in any letter case', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      expect(fromWords(toWords(bytes))).toEqual(bytes)
      expect(fromWords(toWords(bytes).map((word) => word.toUpperCase()))).toEqual(bytes)
    }),
  )
})

test.each([
  ['a word that is not in the list', ['topmost', 'wombat']],
  ['a word left out', ['topmost', 'Pluto']],
  ['the first word left out', ['Istanbul', 'Pluto']],
  ['an empty word', ['topmost', '']],
  ['a name every object has', ['constructor']],
])('refuses %s', (_, words) => {
  expect(codeOfCall(() => fromWords(words))).toBe('usage/invalid')
})
