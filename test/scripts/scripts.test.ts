// The scripts in a tree of their own with stand-in tools: what they sum, what they refuse, and that they never show a stack trace.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'

const root = resolve(import.meta.dirname, '../..')
let tree: string

beforeEach(() => {
  tree = mkdtempSync(join(tmpdir(), 'countersign-scripts-'))
  for (const name of ['scripts', 'bin', 'package.json']) cpSync(join(root, name), join(tree, name), { recursive: true })
  put('node_modules/.package-lock.json', '{}')
  mkdirSync(join(tree, 'node_modules/node/bin'), { recursive: true })
  symlinkSync(process.execPath, join(tree, 'node_modules/node/bin/node'))
})

afterEach(() => rmSync(tree, { recursive: true }))

function put(path: string, text: string): void {
  mkdirSync(dirname(join(tree, path)), { recursive: true })
  writeFileSync(join(tree, path), text)
}

function run(script: string, args: readonly string[] = [], env: Record<string, string> = {}) {
  const surroundings = { PATH: process.env.PATH ?? '', HOME: tree, DISPLAY: '', WAYLAND_DISPLAY: '', ...env }
  const done = spawnSync(process.execPath, [join(tree, script), ...args], { encoding: 'utf8', env: surroundings })
  expect(done.stderr).not.toMatch(/^\s+at /m)
  return { code: done.status, out: done.stdout, said: done.stderr }
}

/** A vitest that writes the given report and ends with the given code, after a build that has nothing to do. */
function fakeVitest(report: unknown, code: number): void {
  put('node_modules/electron-vite/bin/electron-vite.js', '')
  put(
    'node_modules/vitest/vitest.mjs',
    `import { writeFileSync } from 'node:fs'
const to = process.argv.find((arg) => arg.startsWith('--outputFile.json='))?.slice(18)
const report = ${JSON.stringify(report)}
if (report !== null) writeFileSync(to, JSON.stringify(report))
process.exit(${code})`,
  )
}

const file = (status: string, ...tests: string[]) => ({
  ...{ name: '/somewhere/a.test.ts', status, message: '' },
  assertionResults: tests.map((one) => ({ status: one, fullName: 'a test', failureMessages: [] })),
})
const lastLine = (text: string): string | undefined => text.trimEnd().split('\n').at(-1)

test.each<[string, string, unknown, number, string, number]>([
  [
    'all passed',
    'unit',
    { testResults: [file('passed', 'passed', 'passed'), file('passed', 'passed')] },
    0,
    '3 passed, 0 failed',
    0,
  ],
  ['one failed', 'unit', { testResults: [file('failed', 'passed', 'failed')] }, 1, '1 passed, 1 failed', 1],
  ['one skipped', 'unit', { testResults: [file('passed', 'passed', 'skipped')] }, 0, '1 passed, 1 failed', 1],
  ['one to do', 'unit', { testResults: [file('passed', 'passed', 'todo')] }, 0, '1 passed, 1 failed', 1],
  [
    'a file that does not load',
    'unit',
    { testResults: [file('passed', 'passed'), file('failed')] },
    1,
    '1 passed, 1 failed',
    1,
  ],
  ['an error outside a test', 'unit', { testResults: [file('passed', 'passed')] }, 1, '1 passed, 1 failed', 1],
  ['no tests', 'unit', { testResults: [] }, 0, '0 passed, 1 failed', 1],
  ['no report', 'unit', null, 1, '0 passed, 1 failed', 1],
])('npm test with %s', (_what, suite, report, code, line, expected) => {
  fakeVitest(report, code)
  const done = run('scripts/test.mjs', [suite])
  expect(lastLine(done.out)).toBe(line)
  expect(done.code).toBe(expected)
})

test('a suite that does not exist is refused', () => {
  expect(run('scripts/test.mjs', ['everything']).code).toBe(2)
})

test('npm run check says each check on one line and fails when one does', () => {
  const tool = (path: string, code: number) => put(`node_modules/${path}`, `console.log('said'); process.exit(${code})`)
  tool('typescript/bin/tsc', 0)
  tool('@biomejs/biome/bin/biome', 0)
  tool('knip/bin/knip.js', 0)
  const good = run('scripts/check.mjs')
  expect([good.code, good.out.trim().split('\n').length]).toEqual([0, 4])
  tool('knip/bin/knip.js', 1)
  const bad = run('scripts/check.mjs')
  expect(bad.code).toBe(1)
  expect(bad.out).toContain('FAILED dead code')
})

test('a copy that is not built says so in one line', () => {
  const done = run('bin/countersign', ['status'])
  expect(done.code).toBe(1)
  expect(done.said.trim().split('\n')).toHaveLength(1)
  expect(done.said).toContain('npm run build')
})

test('the command passes its arguments and its exit code on, from the folder it was called in', () => {
  put('out/main/cli.js', 'console.log(JSON.stringify([process.argv.slice(2), process.cwd()])); process.exit(5)')
  const done = run('bin/countersign', ['review', 'a b', '--json'])
  expect(done.code).toBe(5)
  expect(JSON.parse(done.out)).toEqual([['review', 'a b', '--json'], process.cwd()])
})

test('in a checkout a build that is older than its sources is told in one line, and what it answers stays its own', () => {
  const built = [
    ...['main/index.js', 'main/chromium.js', 'main/token-host.js', 'main/reader.js'],
    ...['preload/electron.cjs', 'preload/chromium.cjs', 'renderer/index.html', 'verifier/verifier.html'],
  ]
  for (const name of built) put(`out/${name}`, '')
  put('out/main/cli.js', 'console.log("answer"); process.exit(5)')
  const sayings = () => run('bin/countersign', ['status']).said.trim()
  const changedAt = (seconds: number) => {
    put('src/cli/index.ts', '')
    for (const name of ['src/cli/index.ts', 'src/cli', 'src']) utimesSync(join(tree, name), seconds, seconds)
  }
  const now = Date.now() / 1000
  expect(sayings()).toBe('')
  changedAt(now - 3600)
  expect(sayings()).toBe('')
  changedAt(now + 3600)
  expect(sayings().split('\n')).toHaveLength(1)
  expect(sayings()).toContain('npm run build')
  expect(run('bin/countersign', ['status'])).toMatchObject({ code: 5, out: 'answer\n' })
})

test('the file that --pin-fd names is handed on, and one that nobody opened is not', () => {
  put('out/main/cli.js', 'import { readFileSync } from "node:fs"; console.log(readFileSync(3, "utf8"))')
  put('pin', '246810')
  const call = (line: string): string => spawnSync('sh', ['-c', line], { cwd: tree, encoding: 'utf8' }).stdout.trim()
  const command = `timeout 5 '${process.execPath}' bin/countersign tokens list`
  expect(call(`${command} --pin-fd 3 3< pin`)).toBe('246810')
  expect(call(`${command} --passphrase-fd=3 3< pin`)).toBe('246810')
  expect(call(`${command} 3< pin`)).not.toBe('246810')
})

test('without a display npm start runs the demo in the terminal, and the bare command says what to use', () => {
  put('out/main/cli.js', 'console.log("cli " + process.argv.slice(2))')
  for (const name of [
    'main/index.js',
    'main/chromium.js',
    'main/token-host.js',
    'main/reader.js',
    'preload/electron.cjs',
    'preload/chromium.cjs',
    'renderer/index.html',
    'verifier/verifier.html',
  ])
    put(`out/${name}`, '')
  const start = run('scripts/start.mjs')
  expect([start.code, start.out.trim(), start.said.trim().split('\n').length]).toEqual([0, 'cli demo', 1])
  const bare = run('bin/countersign')
  expect([bare.code, bare.said.trim().split('\n').length]).toEqual([69, 1])
})

test('with a display the window is tried, then the demo in the terminal', () => {
  put('out/main/cli.js', 'console.log("cli " + process.argv.slice(2))')
  for (const name of [
    'main/index.js',
    'main/token-host.js',
    'main/reader.js',
    'preload/electron.cjs',
    'preload/chromium.cjs',
    'renderer/index.html',
    'verifier/verifier.html',
  ])
    put(`out/${name}`, '')
  put('out/main/chromium.js', 'console.log("window " + process.argv.slice(2))')
  expect(run('scripts/start.mjs', ['--data-dir', '/d'], { DISPLAY: ':0' }).out.trim()).toBe(
    'window --demo,--data-dir,/d',
  )
  put('out/main/chromium.js', 'process.exit(69)')
  expect(run('scripts/start.mjs', [], { DISPLAY: ':0' }).out.trim()).toBe('cli demo')
  put('out/main/chromium.js', 'process.exit(5)')
  expect(run('scripts/start.mjs', [], { DISPLAY: ':0' }).code).toBe(5)
})

test('a failing build is told by its reason', () => {
  put('src/a.ts', '')
  put(
    'node_modules/electron-vite/bin/electron-vite.js',
    "console.error('x is not exported\\n    at deep (file.js:1:1)'); process.exit(1)",
  )
  const done = run('scripts/start.mjs')
  expect(done.code).toBe(1)
  expect(done.said).toContain('x is not exported')
})

const fetches = `import { mkdirSync, writeFileSync } from 'node:fs'
mkdirSync(new URL('dist', import.meta.url), { recursive: true })
writeFileSync(new URL('dist/electron', import.meta.url), '')
writeFileSync(new URL('path.txt', import.meta.url), 'electron')`

test('Electron is fetched once; what cannot be fetched is said once and not tried again the same day', async () => {
  const { findElectron } = await import(join(tree, 'scripts/electron.mjs'))
  const find = (isRoot = false) => findElectron({ isRoot, fetchLimitMs: 1500 })
  expect((await find()).program).toBeUndefined()
  put('node_modules/electron/package.json', '{"type":"module"}')
  put('node_modules/electron/install.js', 'setTimeout(() => {}, 60_000)')
  const before = Date.now()
  expect((await find()).program).toBeUndefined()
  expect(Date.now() - before).toBeLessThan(10_000)
  put('node_modules/electron/install.js', fetches)
  expect((await find()).program).toBeUndefined()
  rmSync(join(tree, '.cache'), { recursive: true })
  expect((await find(true)).program).toBeUndefined()
  expect((await find()).program).toBe(join(tree, 'node_modules/electron/dist/electron'))
})
