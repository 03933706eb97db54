// Many bins are told in one line, and nothing that differs hides behind them.
import { expect, test } from 'vitest'
import { bunched } from '../../src/cli/bunch.ts'

const bins = (count: number): string[] =>
  Array.from({ length: count }, (_, at) => `bins-${at.toString(16).padStart(2, '0')}`)
const told = (names: readonly string[], line = (name: string) => `${name} waits`): string[] =>
  bunched(
    names,
    (name) => name,
    line,
    (_name, all) => `${all} wait`,
  )

test('256 bins are one line, where the first of them stood', () => {
  const names = ['root', ...bins(256), 'targets']
  expect(told(names)).toEqual(['root waits', '256 bins, bins-00 to bins-ff wait', 'targets waits'])
})

test('a few are named, and bins between which some are missing are no range', () => {
  expect(told(bins(3))).toEqual(['bins-00 waits', 'bins-01 waits', 'bins-02 waits'])
  expect(told(bins(6).filter((name) => name !== 'bins-02'))).toEqual(['5 bins, bins-00 ... bins-05 wait'])
})

test('what differs in anything but the name keeps its own line', () => {
  const line = (name: string): string => (name === 'bins-03' ? `${name} is expired` : `${name} waits`)
  expect(told(bins(5), line)).toEqual(['4 bins, bins-00 ... bins-04 wait', 'bins-03 is expired'])
  expect(told(['a-0', 'b-1', 'c-2', 'd-3', 'a-00']).length).toBe(5)
})
