// Two delegations that are for the same artifact are never said to be apart; those that are plainly apart are not confused.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { toHex, utf8 } from '../../../../src/core/bytes.ts'
import { sha256 } from '../../../../src/core/crypto.ts'
import {
  everything,
  isInScope,
  literalsOf,
  mayOverlap,
  scopeOf,
  union,
} from '../../../../src/core/systems/tuf/overlap.ts'

const parts = ['a', 'ab', 'b', 'ba', 'aab', ']', '[a', 'a]b']
const paths = [...parts, ...parts.flatMap((one) => parts.map((other) => `${one}/${other}`))]
const pattern = fc
  .array(
    fc
      .array(fc.constantFrom('a', 'b', '*', '?', '[ab]', '[!a]', '[', ']'), { maxLength: 4 })
      .map((list) => list.join('')),
    {
      minLength: 1,
      maxLength: 2,
    },
  )
  .map((list) => list.join('/'))

test('whatever is in two scopes makes them overlap', () => {
  let met = 0
  fc.assert(
    fc.property(fc.array(pattern, { maxLength: 3 }), fc.array(pattern, { maxLength: 3 }), (one, other) => {
      const [a, b] = [scopeOf(one), scopeOf(other)]
      if (!paths.some((path) => isInScope(a, path) && isInScope(b, path))) return
      met++
      expect(mayOverlap(a, b)).toBe(true)
      expect(mayOverlap(b, a)).toBe(true)
    }),
    { numRuns: 3000 },
  )
  expect(met).toBeGreaterThan(30)
})

test.each([
  ['lib/*', 'doc/*', false],
  ['lib/*', 'lib/x', true],
  ['lib/x', 'lib/*', true],
  ['lib/x', 'lib/y', false],
  ['*', 'lib/*', false],
  ['*/x', 'lib/*', true],
  ['a*', 'b*', false],
  ['a*', 'ab*', true],
  ['*.tar', '*.zip', false],
  ['*.tar', 'x*', true],
  ['*[ab]', '*b', true],
  ['x[ab]', 'x', false],
])('%s and %s: %s', (one, other, expected) => {
  expect(mayOverlap(scopeOf([one]), scopeOf([other]))).toBe(expected)
  expect(mayOverlap(scopeOf([other]), scopeOf([one]))).toBe(expected)
})

test('hashes: by their beginnings, and of a path that is known', async () => {
  const prefix = toHex(await sha256(utf8('lib/x'))).slice(0, 4)
  const bin = scopeOf([], [prefix.toUpperCase()])
  expect(isInScope(bin, 'lib/x')).toBe(true)
  expect(isInScope(bin, 'lib/y')).toBe(false)
  expect([
    mayOverlap(bin, scopeOf(['lib/x'])),
    mayOverlap(bin, scopeOf(['lib/y'])),
    mayOverlap(bin, scopeOf(['*'])),
  ]).toEqual([true, false, true])
  expect(
    [scopeOf([], [prefix.slice(0, 2)]), scopeOf([], [`${prefix}0`]), scopeOf([], ['zz'])].map((one) =>
      mayOverlap(one, bin),
    ),
  ).toEqual([true, true, false])
})

test('nothing overlaps with nothing, everything with the rest, and very many patterns are everything', () => {
  expect(mayOverlap(scopeOf(), everything)).toBe(false)
  expect(mayOverlap(scopeOf(['x']), everything)).toBe(true)
  expect(union([scopeOf(['x', 'y*']), scopeOf(['x'], ['00'])])).toEqual({
    globs: ['x', 'y*'],
    prefixes: ['00'],
    all: false,
  })
  expect(union([scopeOf(Array.from({ length: 300 }, (_, i) => `${i}`))]).all).toBe(true)
  expect(literalsOf(scopeOf(['x', 'y*', 'z/[ab]', 'z/q']))).toEqual(['x', 'z/q'])
})
