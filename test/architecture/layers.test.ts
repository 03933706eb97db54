// A planted violation of every row of the layer table fails the check, twice where the table is also in the types; a clean tree passes.
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'

const root = resolve(import.meta.dirname, '../..')
let copy: string

// The linter reads the whole tree each time: slow where the machine is.
vi.setConfig({ testTimeout: 120_000 })

const rules = ['--only=style/noRestrictedImports', '--only=suspicious/noImportCycles', '--only=plugin']

beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'countersign-layers-'))
  for (const name of ['src', 'scripts/lint', 'biome.json', '.gitignore', 'tsconfig.base.json', 'package.json']) {
    cpSync(join(root, name), join(copy, name), { recursive: true })
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
})

afterAll(() => rmSync(copy, { recursive: true }))

function plant(path: string, text: string): void {
  mkdirSync(dirname(join(copy, path)), { recursive: true })
  writeFileSync(join(copy, path), text)
}

/** The files that break a rule, as the linter names them. */
function violations(): string[] {
  const tool = join(root, 'node_modules/@biomejs/biome/bin/biome')
  const args = [tool, 'lint', '--colors=off', '--reporter=json', '--max-diagnostics=none', ...rules, 'src']
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: copy, encoding: 'utf8' })
  const report = JSON.parse(stdout || `{"diagnostics":[],"failed":${JSON.stringify(stderr)}}`)
  if (report.failed) throw new Error(report.failed)
  return report.diagnostics.map((one: { location: { path: string | { file: string } } }) =>
    typeof one.location.path === 'string' ? one.location.path : one.location.path.file,
  )
}

/** The folder in which a file is planted, and what it says. */
const forbidden: [string, string][] = [
  ['src/core', "import '../node/keychain.ts'"],
  ['src/core', "import '../ipc/contract.ts'"],
  ['src/core/systems/tuf', "import '../../../main/ipc.ts'"],
  ['src/core', "import 'node:fs'"],
  ['src/core', "import 'electron'"],
  ['src/core', "export * from '../renderer/format.ts'"],
  ['src/core', "export const later = () => import('../node/keychain.ts')"],
  ['src/ipc', "import '../node/keychain.ts'"],
  ['src/ipc', "import 'node:fs'"],
  ['src/ipc', "import '../main/ipc.ts'"],
  ['src/node', "import '../ipc/contract.ts'"],
  ['src/node', "import '../main/ipc.ts'"],
  ['src/node', "import '../repository/index.ts'"],
  ['src/node', "import 'electron'"],
  ['src/core/transfer', "import { encodeQR } from 'qr'\nexport const encode = encodeQR"],
  ['src/verifier', "import 'qr/decode.js'"],
  ['src/node', "import '@napi-rs/keyring/keytar.js'"],
  ['src/node', "import 'pcsc-mini'"],
  ['src/node', "import 'node-hid'"],
  ['src/node', "import 'pkcs11js'"],
  ['src/repository', "import '../cli/index.ts'"],
  ['src/repository', "import '../ipc/contract.ts'"],
  ['src/repository', "import '../main/app.ts'"],
  ['src/repository', "import '@hono/node-server'"],
  ['src/node', "import 'hono'"],
  ['src/cli', "import { Hono } from 'hono'\nexport const app = Hono"],
  ['src/main', "import '../repository/app.ts'"],
  ['src/preload', "import '../core/error.ts'"],
  ['src/preload', "import '../main/ipc.ts'"],
  ['src/preload', "import 'node:fs'"],
  ['src/main', "import 'electron'"],
  ['src/main/shells', "import { app } from 'electron'\nexport const name = app"],
  ['src/main', "import '../cli/index.ts'"],
  ['src/main', "import '../preload/bridge.ts'"],
  ['src/main', "import '../renderer/format.ts'"],
  ['src/main', "import '@napi-rs/keyring'"],
  ['src/renderer', "import '../node/keychain.ts'"],
  ['src/renderer', "import '../main/ipc.ts'"],
  ['src/renderer', "import 'electron'"],
  ['src/renderer', "import 'node:fs'"],
  ['src/renderer/views', "import { isMet } from '../../core/proposal.ts'\nexport const met = isMet"],
  ['src/renderer', "export { isMet } from '../core/proposal.ts'"],
  ['src/renderer', "export const later = () => import('../core/proposal.ts')"],
  ['src/optics', "import '../renderer/format.ts'"],
  ['src/optics', "import '../verifier/main.ts'"],
  ['src/optics', "import '../ipc/contract.ts'"],
  ['src/optics', "import { createElement } from 'react'\nexport const element = createElement"],
  ['src/optics', "import 'qr'"],
  ['src/core', "import '../optics/player.ts'"],
  ['src/ipc', "import '../optics/causes.ts'"],
  ['src/node', "import '../optics/scan.ts'"],
  ['src/repository', "import '../optics/scan.ts'"],
  ['src/preload', "import '../optics/scan.ts'"],
  ['src/main', "import '../optics/scan.ts'"],
  ['src/cli', "import '../optics/scan.ts'"],
  ['src/verifier', "import '../ipc/contract.ts'"],
  ['src/verifier', "import '../renderer/format.ts'"],
  ['src/verifier', "import '../node/keychain.ts'"],
  ['src/verifier', "import 'node:fs'"],
  ['src/cli', "import '../main/ipc.ts'"],
  ['src/cli', "import '../ipc/contract.ts'"],
  ['src/cli', "import 'electron'"],
  ['src/core/systems/tuf', "import '../merkle/block.ts'"],
  ['src/core/systems/warg', "import '../tuf/metadata.ts'"],
  ['src/core/systems/merkle', "import '../asfaload/signers.ts'"],
  ['src/node/signers/piv', "import '../rehearsal.ts'"],
  ['src/node/signers/fido', "import '../piv.ts'"],
  ['src/node/transports/git', "import '../http.ts'"],
  ['src/node/transports/served', "import '../http.ts'"],
  ['src/node/transports/asfaload', "import '../rstuf/api.ts'"],
  ['src/node/transports/bundle', "import '../../transports/directory.ts'"],
]

const allowed: [string, string][] = [
  ['src/core/systems/merkle', "import '../tuf/metadata.ts'"],
  ['src/node', "import 'node:fs'\nimport '../core/error.ts'"],
  ['src/node/signers/piv', "import '../../keychain.ts'"],
  [
    'src/renderer',
    "import type { Risk } from '../core/proposal.ts'\nimport '../core/words.ts'\nimport 'react'\nexport type R = Risk",
  ],
  ['src/optics', "import '../core/error.ts'\nimport '../core/transfer/frames.ts'"],
  ['src/renderer', "import '../optics/player.ts'"],
  ['src/verifier', "import '../optics/player.ts'\nimport '../core/transfer/look.ts'"],
  ['src/cli', "import '../repository/serve.ts'\nimport '../node/keychain.ts'"],
  ['src/repository', "import 'hono'\nimport '../node/errno.ts'\nimport '../core/error.ts'"],
  ['src/node/transports/served', "import '../../web/api.ts'"],
  ['src/main', "import './shells/electron.ts'\nimport '../node/keychain.ts'"],
]

/** Each line in a file of its own. */
function plantAll(rows: readonly [string, string][], name: string): string[] {
  const paths = rows.map(([folder], index) => `${folder}/${name}-${index}.ts`)
  rows.forEach(([, text], index) => {
    plant(paths[index] ?? '', `${text}\n`)
  })
  return paths
}

describe('judged in one run, for the linter reads the whole tree each time', () => {
  let found: ReadonlySet<string>
  let wrong: readonly string[] = []
  let right: readonly string[] = []
  const circle = ['src/core/circle-one.ts', 'src/core/circle-two.ts']

  beforeAll(() => {
    wrong = plantAll(forbidden, 'forbidden')
    right = plantAll(allowed, 'allowed')
    plant('src/core/circle-one.ts', "import { two } from './circle-two.ts'\nexport const one = () => two\n")
    plant('src/core/circle-two.ts', "import { one } from './circle-one.ts'\nexport const two = () => one\n")
    found = new Set(violations())
    for (const path of [...wrong, ...right, ...circle]) rmSync(join(copy, path))
  }, 120_000)

  test('the tree as it is breaks no rule', () => {
    const planted = new Set([...wrong, ...right, ...circle])
    expect([...found].filter((path) => !planted.has(path))).toEqual([])
  })

  test('each forbidden import is found, one by one', () => {
    expect(wrong).toHaveLength(forbidden.length)
    expect(forbidden.filter((_row, index) => !found.has(wrong[index] ?? ''))).toEqual([])
  })

  test('each allowed import is left alone', () => {
    expect(right).toHaveLength(allowed.length)
    expect(allowed.filter((_row, index) => found.has(right[index] ?? ''))).toEqual([])
  })

  test('two files that import each other are a cycle', () => {
    expect(circle.filter((path) => !found.has(path))).toEqual([])
  })
})

test('the types hold the same lines: a layer that is not referenced, and what a layer does not have', () => {
  plant('src/core/planted-machine.ts', 'export const home = process.cwd()\n')
  plant('src/core/planted-page.ts', 'export const title = document.title\n')
  plant('src/core/planted-node.ts', "import { readFileSync } from 'node:fs'\nexport const read = readFileSync\n")
  plant('src/ipc/planted-main.ts', "import { dispatcher } from '../main/ipc.ts'\nexport const d = dispatcher\n")
  const tool = join(root, 'node_modules/typescript/bin/tsc')
  let said = ''
  try {
    execFileSync(process.execPath, [tool, '-b', 'src/ipc'], { cwd: copy, encoding: 'utf8' })
  } catch (error) {
    said = error instanceof Error && 'stdout' in error ? String(error.stdout) : ''
  }
  const core = ['machine', 'page', 'node'].map((name) => `src/core/planted-${name}.ts`)
  expect(core.filter((path) => !said.includes(path))).toEqual([])
  for (const path of core) rmSync(join(copy, path))
  const again = spawnSync(process.execPath, [tool, '-b', 'src/ipc'], { cwd: copy, encoding: 'utf8' })
  expect(again.stdout).toContain('src/ipc/planted-main.ts')
  rmSync(join(copy, 'src/ipc/planted-main.ts'))
}, 60_000)
