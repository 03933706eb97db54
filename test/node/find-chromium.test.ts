// Which browser is chosen on which system, and that nobody else chooses it for us.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { browserEnvironment, findChromium, isProgram } from '../../src/node/find-chromium.ts'

function find(platform: string, env: Record<string, string>, programs: string[]): string | undefined {
  return findChromium({ platform, env, isProgram: (path) => programs.includes(path) })
}

test.each<[string, string, Record<string, string>, string[], string | undefined]>([
  ['on the path', 'linux', { PATH: '/a:/b' }, ['/b/chromium'], '/b/chromium'],
  ['Chromium before Chrome', 'linux', { PATH: '/a' }, ['/a/google-chrome', '/a/chromium'], '/a/chromium'],
  ['Edge as well', 'linux', { PATH: '/a' }, ['/a/microsoft-edge'], '/a/microsoft-edge'],
  ['none', 'linux', { PATH: '/a' }, [], undefined],
  [
    'never from the current directory',
    'linux',
    { PATH: '.::bin' },
    ['chromium', './chromium', 'bin/chromium', '/chromium'],
    undefined,
  ],
  ['the named one', 'linux', { PATH: '/a', COUNTERSIGN_CHROMIUM: '/own' }, ['/a/chromium', '/own'], '/own'],
  ['the named one or none', 'linux', { PATH: '/a', COUNTERSIGN_CHROMIUM: '/gone' }, ['/a/chromium'], undefined],
  [
    'an application on macOS',
    'darwin',
    { PATH: '/a', HOME: '/Users/d' },
    ['/Users/d/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'],
    '/Users/d/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  ],
  [
    'a program on Windows',
    'win32',
    { ProgramFiles: 'C:\\Program Files' },
    ['C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe'],
    'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  ],
])('%s', (_what, platform, env, programs, expected) => {
  expect(find(platform, env, programs)).toBe(expected)
})

test('a program is a file that may be run', () => {
  const directory = mkdtempSync(join(tmpdir(), 'countersign-test-'))
  const path = join(directory, 'x')
  writeFileSync(path, '')
  chmodSync(path, 0o644)
  expect(isProgram(path)).toBe(false)
  chmodSync(path, 0o755)
  expect(isProgram(path)).toBe(true)
  expect(isProgram(directory)).toBe(false)
  expect(isProgram(join(directory, 'gone'))).toBe(false)
  rmSync(directory, { recursive: true })
})

test('the browser does not inherit our variables', () => {
  const env = {
    DISPLAY: ':0',
    COUNTERSIGN_HOME: '/keys',
    COUNTERSIGN_PASSPHRASE: 'x',
    NODE_OPTIONS: '-r x',
    EMPTY: undefined,
  }
  expect(browserEnvironment(env)).toEqual({ DISPLAY: ':0' })
})
