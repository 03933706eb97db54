// What becomes servable from the built folder, and what never does.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readAssets } from '../../../src/main/shells/assets.ts'
import { codeOfCall } from '../../support/thrown.ts'

let directory: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'countersign-test-'))
})

afterEach(() => rmSync(directory, { recursive: true }))

test('files of known kinds by name; links, unknown kinds and other folders are left out', () => {
  mkdirSync(join(directory, 'assets'))
  for (const name of ['index.html', 'prompt.html', 'assets/a.js', 'assets/a.js.map', 'notes'])
    writeFileSync(join(directory, name), name)
  symlinkSync('/etc/passwd', join(directory, 'assets', 'passwd.txt'))
  symlinkSync('/etc', join(directory, 'etc'))
  expect([...readAssets(directory).keys()].sort()).toEqual(['/assets/a.js', '/index.html', '/prompt.html'])
})

test('a folder without both pages has not been built', () => {
  expect(codeOfCall(() => readAssets(join(directory, 'gone')))).toBe('usage/invalid')
  writeFileSync(join(directory, 'index.html'), '')
  expect(codeOfCall(() => readAssets(directory))).toBe('usage/invalid')
})
