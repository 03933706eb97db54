// What may leave the secret window: no text that a touched key typed, no PIN of an impossible length.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  bareName,
  cancelWords,
  fromBase64,
  isChosenTwice,
  isTokenSecret,
  isTypedByTouch,
  lengthProblem,
  shortName,
  toBase64,
} from '../../src/renderer/secret.ts'

const modhex = 'cbdefghijklnrtuv'
const typed = fc.string({ unit: fc.constantFrom(...modhex), minLength: 32, maxLength: 64 })

test('what a touched key types is recognised, alone, after a PIN and in capitals', () => {
  fc.assert(
    fc.property(typed, fc.string(), (password, before) => {
      expect(isTypedByTouch(password)).toBe(true)
      expect(isTypedByTouch(`${before}${password}\n`)).toBe(true)
      expect(isTypedByTouch(password.toUpperCase())).toBe(true)
    }),
  )
})

test.each([
  '',
  '123456',
  'correct horse battery staple',
  'c'.repeat(31),
  // 44 letters, but not of the sixteen that a key types.
  'cccccbcdefghijklnrtuvcbdefghijklnrtuv'.replaceAll('c', 'a'),
  // The right letters with a gap: no key types one.
  `${'c'.repeat(20)} ${'c'.repeat(20)}`,
])('%j is what a person types', (text) => {
  expect(isTypedByTouch(text)).toBe(false)
})

test('PINs and PUKs are secrets of a token, passphrases are not', () => {
  for (const secret of ['PIV PIN', 'new PIV PIN', 'PIV PUK', 'FIDO2 PIN', 'PIN', 'management key'])
    expect(isTokenSecret(secret)).toBe(true)
  for (const secret of ['passphrase', 'new passphrase, once more', 'PINE']) expect(isTokenSecret(secret)).toBe(false)
})

test('a new PIN or PUK is typed twice in one window, a new passphrase is asked for again by main', () => {
  expect(isChosenTwice('new PIV PIN')).toBe(true)
  expect(isChosenTwice('new PUK')).toBe(true)
  expect(isChosenTwice('PIV PIN')).toBe(false)
  expect(isChosenTwice('new passphrase')).toBe(false)
  expect(isChosenTwice('new passphrase, once more')).toBe(false)
  expect(isChosenTwice('new PIV PIN, once more')).toBe(false)
  expect(bareName('new PIV PIN')).toBe('PIV PIN')
  expect(bareName('PIV PIN')).toBe('PIV PIN')
  expect(shortName('new PIV PIN')).toBe('PIN')
  expect(shortName('PIV PUK')).toBe('PUK')
  expect(shortName('passphrase')).toBe('passphrase')
})

test('an impossible length is found here: characters below, bytes above', () => {
  const length = { min: 6, max: 8 }
  const problem = (text: string) => lengthProblem(text, 'PIV PIN', length)
  expect(problem('123456')).toBeUndefined()
  expect(problem('12345678')).toBeUndefined()
  expect(problem('')).toBeDefined()
  expect(problem('12345')).toBeDefined()
  expect(problem('123456789')).toBeDefined()
  // Eight characters, sixteen bytes: the token would refuse them, and may count it as a try.
  expect(problem('éééééééé')).toBeDefined()
  expect(lengthProblem('x', 'passphrase', undefined)).toBeUndefined()
  expect(lengthProblem('', 'passphrase', undefined)).toBeDefined()
  expect(lengthProblem('x'.repeat(1024), 'passphrase', undefined)).toBeUndefined()
  expect(lengthProblem('x'.repeat(1025), 'passphrase', undefined)).toBeDefined()
})

test('base64 goes there and back', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 1200 }), (bytes) => {
      expect(toBase64(bytes)).toBe(Buffer.from(bytes).toString('base64'))
      expect(fromBase64(toBase64(bytes))).toEqual(bytes)
    }),
  )
})

test.each([
  ['PIV PIN', 'Root 2, Packages: Renewal only', 'Cancel, sign nothing'],
  ['passphrase', 'sign snapshot and timestamp of Packages', 'Cancel, sign nothing'],
  ['PIV PIN', 'change the PIV PIN', 'Cancel, change nothing'],
  ['PIV PIN', 'make a P-256 key in slot 9c (Digital signature)', 'Cancel, change nothing'],
  ['PIV PUK', 'set a new PIV PIN by means of the PUK', 'Cancel, change nothing'],
  ['new PIV PIN', 'change the PIV PIN', 'Cancel, change nothing'],
  ['new passphrase', 'make the key dana', 'Cancel, make no key'],
])('cancelling the question for the %s to "%s" says what does not happen', (secret, purpose, words) => {
  expect(cancelWords({ secret, purpose })).toBe(words)
})
