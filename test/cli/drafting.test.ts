// What clients will see, as the terminal says it.
import { expect, test } from 'vitest'
import { agreementLines } from '../../src/cli/commands/release.ts'
import { effectLines } from '../../src/cli/drafting.ts'
import type { Effect } from '../../src/core/systems/tuf/effect.ts'

const fresh: Effect = {
  path: 'loom/1',
  before: { kind: 'absent' },
  after: { kind: 'found', role: 'loom', length: 3, hashes: { sha256: 'ab' } },
}
const text = (...effects: Parameters<typeof effectLines>): string => effectLines(...effects).join('\n')

test('only where everything was tried, everything is as before', () => {
  expect(text({ asked: 2000, tried: 2000, changed: 0, shown: [] })).toContain('every artifact as before')
  const some = text({ asked: 2001, tried: 2000, changed: 0, shown: [] })
  expect(some).toContain('2,000 of 2,001 artifacts asked for, 0 changed')
  expect(some).toContain('of the 1 not asked for nothing is known')
  expect(some).not.toContain('as before')
})

test('changes that were found do not hide that others were not looked for', () => {
  const shown = [fresh]
  expect(text({ asked: 2001, tried: 2000, changed: 1, shown })).toContain('of the 1 not asked for nothing is known')
  expect(text({ asked: 2000, tried: 2000, changed: 1, shown })).not.toContain('nothing is known')
})

test('a release into a role that others must agree with says who must list the same', () => {
  const said = (needed: number, ...others: string[]): string =>
    agreementLines('one', {
      paths: ['lib/*'],
      agreement: { name: 'both', of: others.length + 1, needed, others },
    }).join('\n')
  expect(said(2, 'two')).toContain('what one lists under lib/* only when two lists the same\n')
  expect(said(2, 'two')).toContain('(both: 2 of 2 roles must agree)')
  expect(said(3, 'two', 'three')).toContain('only when two and three list the same')
  expect(said(2, 'two', 'three')).toContain('only when 1 of two, three lists the same')
  expect([said(1, 'two'), agreementLines('one', undefined).join()]).toEqual(['', ''])
})
