// Path patterns are the border between one maintainer's reach and another's.
import { expect, test } from 'vitest'
import { isPathMatch } from '../../../../src/core/systems/tuf/glob.ts'

test.each([
  ['*', 'a', true],
  ['*', '', true],
  ['*', 'a/b', false],
  ['*/*', 'a/b', true],
  ['a/*', 'a/', true],
  ['a/*', 'b/x', false],
  ['a/*.tgz', 'a/x.tgz', true],
  ['a/*.tgz', 'a/x.tgz.sig', false],
  ['a-v?.txt', 'a-v1.txt', true],
  ['a-v?.txt', 'a-v12.txt', false],
  ['?', '😀', true],
  ['[abc]x', 'bx', true],
  ['[!abc]x', 'bx', false],
  ['[!abc]x', 'dx', true],
  ['[a-f]x', 'dx', true],
  ['[a-f]x', 'gx', false],
  ['[]]', ']', true],
  ['[!]]', ']', false],
  ['[', '[', true],
  ['a.c', 'abc', false],
  ['a\\c', 'a\\c', true],
  ['**', 'anything', true],
  ['**', 'a/b', false],
  ['a*b*c', 'aXbYbZc', true],
  ['a*b*c', 'aXbYbZ', false],
  ['(a|b)', 'a', false],
  ['', '', true],
])('%s on %s is %s', (pattern, path, expected) => {
  expect(isPathMatch(pattern, path)).toBe(expected)
})

test('a hostile pattern is not slow: steps grow with pattern times path', () => {
  // A backtracking matcher needs more than 10^30 steps here, and would never end.
  expect(isPathMatch(`${'*a'.repeat(60)}b`, 'a'.repeat(5_000))).toBe(false)
})
