// Which version is newer, by section 11 of semantic versioning 2.0 and, outside of it, as a person sorts.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compareVersions, isPrerelease, isSemantic } from '../../src/core/version-order.ts'

/** Each is newer than the one before. */
const ladder = [
  // Not semantic: older than all that is.
  '',
  '01.2.3',
  '1.2.3.4',
  '1.2.3.10',
  '3-rc',
  '2024-01-05',
  '2024-01-12',
  'bookworm',
  'r9',
  'r10',
  // The example of the specification.
  '0.9.9',
  '1.0.0-0.3.7',
  '1.0.0-1',
  '1.0.0--a',
  '1.0.0-alpha',
  '1.0.0-alpha.1',
  '1.0.0-alpha.beta',
  '1.0.0-beta',
  '1.0.0-beta.2',
  '1.0.0-beta.11',
  '1.0.0-rc.1',
  '1.0.0',
  // Equal in rank, told apart by their text.
  '1.0.0+build.2',
  '1.0.0+build.10',
  '1.0.1',
  '1.2',
  '1.9.0',
  '1.10-rc.1',
  '1.10',
  '1.10.1',
  '2',
  '2.0.1-x-y-z.--',
  '10.0.0',
  '99999999999999999999.0.0',
  '100000000000000000000.0.0',
]

test('every step of the ladder, from both sides', () => {
  for (const [i, a] of ladder.entries()) {
    for (const [j, b] of ladder.entries()) {
      expect([a, b, Math.sign(compareVersions(a, b))]).toEqual([a, b, Math.sign(i - j)])
    }
  }
})

test('capital letters, zeros and signs are told apart', () => {
  for (const [a, b] of [
    ['1.0.0-RC', '1.0.0-rc'],
    ['1.0', '1.0.0'],
    ['r01', 'r1'],
  ] as const) {
    expect(compareVersions(a, b)).not.toBe(0)
    expect(Math.sign(compareVersions(a, b))).toBe(-Math.sign(compareVersions(b, a)))
  }
})

test.each(['1.2.3', '0.0.0', '1.0.0-a.b', '1.0.0+001', '1.0.0--', '1.2', '7'])('%s is semantic', (text) => {
  expect(isSemantic(text)).toBe(true)
})

test.each(['', '1.2.3.4', '01.0.0', '1.0.0-01', '1.0.0-', '1.0.0-a..b', '1.0.0+', '1.0.0+a..b', 'v1', '1.0.0-ä', '-1'])(
  '%j is not',
  (text) => {
    expect(isSemantic(text)).toBe(false)
  },
)

test('a prerelease is one, a build is none', () => {
  expect(['1.0.0-1', '1.0.0', '1.0.0+rc.1', 'rc'].map(isPrerelease)).toEqual([true, false, false, false])
})

const version = fc.oneof(
  fc.stringMatching(/^\d{1,2}(\.\d{1,2}){0,3}(-[a-c01.-]{1,4})?(\+[a-b0.]{1,3})?$/),
  fc.stringMatching(/^[a-b0-2.]{0,5}$/),
)

test('an order: equal only to itself, the same from both sides, and without circles', () => {
  fc.assert(
    fc.property(version, version, version, (a, b, c) => {
      expect(compareVersions(a, b) === 0).toBe(a === b)
      expect(Math.sign(compareVersions(a, b)) + Math.sign(compareVersions(b, a))).toBe(0)
      if (compareVersions(a, b) > 0 && compareVersions(b, c) > 0) expect(compareVersions(a, c)).toBeGreaterThan(0)
    }),
    { numRuns: 3000 },
  )
})
