// The dialog program of each desktop; what a person reads is passed beside the script, never inside it.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { dialogCommand, systemFileDialog } from '../../../src/main/shells/file-dialog.ts'
import { isProgram } from '../../../src/node/find-chromium.ts'
import { codeOfPromise } from '../../support/thrown.ts'

const title = `Open "it"'; $(touch x) & exit`

test.each<[string, string[]]>([
  ['darwin', []],
  ['win32', []],
  ['linux', ['/usr/bin/zenity']],
  ['linux', ['/usr/bin/kdialog']],
])('%s with %j', (platform, programs) => {
  const here = { platform, env: { PATH: '/usr/bin' }, isProgram: (path: string) => programs.includes(path) }
  const command = dialogCommand(here, { kind: 'save', title, suggestedName: 'a b.json' })
  const scripts = platform === 'linux' ? [] : (command?.args ?? [])
  expect(command?.program).toMatch(/^(\/usr\/bin\/|C:\\Windows\\)/)
  expect(scripts.join(' ')).not.toContain('touch x')
  expect(JSON.stringify(command)).toContain('touch x')
})

test('without a dialog program there is no picking', async () => {
  const dialog = systemFileDialog({ platform: 'linux', env: { PATH: '/usr/bin' }, isProgram: () => false })
  expect(dialog.available).toBe(false)
  expect(await codeOfPromise(dialog.pickDirectory('x'))).toBe('usage/invalid')
})

let directory: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'countersign-test-'))
})
afterAll(() => rmSync(directory, { recursive: true }))

test.each([
  ["printf '/a path/with\\nline\\n'", '/a path/with\nline'],
  ['exit 1', undefined],
  ['true', undefined],
])('a program that does %s answers %j', async (script, expected) => {
  const zenity = join(directory, 'zenity')
  writeFileSync(zenity, `#!/bin/sh\n${script}\n`)
  chmodSync(zenity, 0o755)
  const dialog = systemFileDialog({ platform: 'linux', env: { PATH: directory }, isProgram })
  expect(await dialog.pickDirectory('x')).toBe(expected)
})

test('several files come one a line, and none when the person cancels', async () => {
  const program = (script: string): void => writeFileSync(join(directory, 'zenity'), `#!/bin/sh\n${script}\n`)
  const dialog = systemFileDialog({ platform: 'linux', env: { PATH: directory }, isProgram })
  program('test "$3" = --multiple && printf "/a\\n/b c\\n"')
  expect(await dialog.pickFiles('x')).toEqual(['/a', '/b c'])
  program('exit 1')
  expect(await dialog.pickFiles('x')).toEqual([])
})

test('a program that fails is an error', async () => {
  writeFileSync(join(directory, 'zenity'), '#!/bin/sh\nexit 5\n')
  const dialog = systemFileDialog({ platform: 'linux', env: { PATH: directory }, isProgram })
  expect(await codeOfPromise(dialog.saveFile('x', 'y'))).toBe('usage/invalid')
})
