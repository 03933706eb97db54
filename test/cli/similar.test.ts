// A slip of the finger is recognised; what is far away is not offered.
import { expect, test } from 'vitest'
import { similarNames } from '../../src/cli/similar.ts'

const names = ['loom', 'abc', 'countersign', 'lantern', 'Bloom-tools', '1.10.0', '1.9.0']

test.each([
  ['lom', ['loom']],
  ['lomo', ['loom']],
  ['LOOM', ['loom', 'Bloom-tools']],
  ['counterisgn', ['countersign']],
  ['1.1.0', ['1.10.0', '1.9.0']],
  ['zzzzzz', []],
  ['', []],
  ['x'.repeat(100_000), []],
])('%s', (typed, near) => {
  expect(similarNames(typed, names)).toEqual(near)
})

test('three at most, the nearest first', () => {
  expect(similarNames('abcd', ['abxd', 'abcde', 'bcd', 'abce', 'abcd'])).toHaveLength(3)
  expect(similarNames('abcd', ['abxy', 'abcd'])[0]).toBe('abcd')
})
