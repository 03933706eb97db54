// The check of JSON while it is typed: the same verdict as core's strict grammar, with the place of the first error.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseJson } from '../../src/core/json.ts'
import { checkJson, jsonOf, problemText, signedPartOf } from '../../src/renderer/views/edit/json-check.ts'

const isGood = (text: string): boolean => {
  try {
    parseJson(new TextEncoder().encode(text))
    return true
  } catch {
    return false
  }
}

test.each([
  ['', 1, 1],
  ['{\n "a": 1\n "b": 2\n}', 3, 2],
  ['{\n "a": 1,\n}', 2, 8],
  ['[1,\n2', 2, 2],
  ['{"a": 1.5}', 1, 7],
  ['{"a": 9007199254740993}', 1, 7],
  ['{"a": 1, "a": 2}', 1, 10],
  ['{"a": 1, "\\u0061": 2}', 1, 10],
  ["{'a': 1}", 1, 2],
  ['{"a": \'b\'}', 1, 7],
  ['{"a": "b\n"}', 1, 9],
  ['{"a": "b}', 1, 7],
  ['{"a": "\\x"}', 1, 8],
  ['{"a" 1}', 1, 6],
  ['{} {}', 1, 4],
  ['{"a": 01}', 1, 7],
  ['{"a": "\\ud800"}', 1, 7],
])('%j is wrong at line %i, character %i', (text, line, column) => {
  expect(checkJson(text).problem).toMatchObject({ line, column })
  expect(isGood(text)).toBe(false)
})

test('what is cut, doubled or damaged anywhere gets the same verdict as from core', () => {
  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      { depthSize: 'small' },
      fc.constant(null),
      fc.boolean(),
      fc.maxSafeInteger(),
      fc.string({ unit: 'grapheme' }),
      fc.array(tie('any')),
      fc.dictionary(fc.string(), tie('any')),
    ),
  })).any
  fc.assert(
    fc.property(
      value,
      fc.nat(),
      fc.constantFrom('', '"', ',', '{', '}', '[', ']', ':', '1', 'e', '\\', '\n', '\t', ' '),
      fc.nat(3),
      (made, at, char, gone) => {
        const text = JSON.stringify(made, undefined, 1)
        const place = at % (text.length + 1)
        const damaged = text.slice(0, place) + char + text.slice(place + gone)
        expect(checkJson(text).problem).toBeUndefined()
        // Half a character cannot cross as UTF-8, so core never sees one.
        fc.pre(new TextDecoder().decode(new TextEncoder().encode(damaged)) === damaged)
        expect(checkJson(damaged).problem === undefined).toBe(isGood(damaged))
      },
    ),
    { numRuns: 400 },
  )
})

test('the words name line and character; one line needs no number', () => {
  expect(problemText({ at: 0, line: 3, column: 2, words: 'X.' })).toBe('Line 3, character 2: X.')
  expect(problemText({ at: 0, line: 1, column: 2, words: 'X.' })).toBe('At character 2: X.')
})

test('the signed part of a whole document is taken letter by letter, other texts stay as they are', () => {
  expect(signedPartOf('{"signatures": [], "signed" : {"b" :\t1, "a":2} }')).toBe('{"b" :\t1, "a":2}')
  expect(signedPartOf('{"signed": {}}')).toBe('{"signed": {}}')
  expect(signedPartOf('{"signatures": [], "signed": {}')).toBe('{"signatures": [], "signed": {}')
})

test('a value of a field: nothing typed is nothing, a list is no object', () => {
  expect(jsonOf('  ')).toEqual({})
  expect(jsonOf('[1]')).toEqual({ value: [1] })
  expect(jsonOf('[1]', true).value).toBeUndefined()
  expect(jsonOf('[1]', true).problem).toBeDefined()
})
