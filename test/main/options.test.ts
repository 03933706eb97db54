// What the window's programs accept on their command line.
import { isAbsolute } from 'node:path'
import { expect, test } from 'vitest'
import { parseOptions } from '../../src/main/options.ts'
import { codeOfCall } from '../support/thrown.ts'

test('data directory and demo, in any order, with a default', () => {
  expect(parseOptions([], '/data')).toEqual({ dataDir: '/data', demo: false })
  expect(parseOptions(['--demo', '--data-dir', '/x'], '/data')).toEqual({ dataDir: '/x', demo: true })
  expect(isAbsolute(parseOptions(['--data-dir', 'x'], '/data').dataDir)).toBe(true)
})

test.each([[['--data-dir']], [['--unknown']], [['file']]])('%j is refused', (args) => {
  expect(codeOfCall(() => parseOptions(args, '/data'))).toBe('usage/invalid')
})
