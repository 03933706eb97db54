// SoftHSM2 with its tokens in a folder of its own: made with its tool, filled with OpenSC's.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { temporaryFolder } from './temporary-folder.ts'

const places = [
  '/usr/lib/softhsm/libsofthsm2.so',
  '/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so',
  '/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so',
  '/usr/lib64/pkcs11/libsofthsm2.so',
  '/opt/homebrew/lib/softhsm/libsofthsm2.so',
]

export interface SoftHsm {
  module: string
  /** Answers its serial number. */
  init(label: string): string
  /** `id` in hex. */
  generate(label: string, type: string, id: string, ...more: string[]): void
  /** An Ed25519 or EC key from a PKCS#8 file. */
  importKey(label: string, pem: string, id: string): void
  /** Deletes the files of every token. */
  pull(): void
  /** What another program reads of it without a PIN. */
  objects(): string
}

export const softHsmPin = '48151623'

export function softHsm(): SoftHsm {
  const module = places.find((path) => existsSync(path))
  if (module === undefined) throw new Error('SoftHSM2 is not installed: apt-get install softhsm2 opensc')
  const folder = temporaryFolder()
  const tokens = join(folder, 'tokens')
  const config = join(folder, 'softhsm2.conf')
  mkdirSync(tokens)
  writeFileSync(config, `directories.tokendir = ${tokens}\nobjectstore.backend = file\nlog.level = ERROR\n`)
  // The module reads it when it is started in this process.
  const before = process.env.SOFTHSM2_CONF
  process.env.SOFTHSM2_CONF = config
  onTestFinished(() => {
    if (before === undefined) delete process.env.SOFTHSM2_CONF
    else process.env.SOFTHSM2_CONF = before
  })
  const run = (program: string, ...args: string[]) =>
    execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  const tool = (...args: string[]) => run('pkcs11-tool', '--module', module, ...args)
  return {
    module,
    init: (label) => {
      run('softhsm2-util', '--init-token', '--free', '--label', label, '--so-pin', '12345678', '--pin', softHsmPin)
      const serial = new RegExp(`token label +: ${label}\\n[\\s\\S]*?serial num +: ([0-9a-f]+)`).exec(tool('-L'))?.[1]
      if (serial === undefined) throw new Error(`no token ${label}`)
      return serial
    },
    generate: (label, type, id, ...more) => {
      const key = ['--keypairgen', '--key-type', type, '--id', id, '--label', `${type} ${id}`]
      tool('--token-label', label, '--login', '--pin', softHsmPin, ...key, ...more)
    },
    importKey: (label, pem, id) => {
      const file = join(folder, 'import.pem')
      writeFileSync(file, pem)
      run(
        'softhsm2-util',
        '--import',
        file,
        '--token',
        label,
        '--label',
        `import ${id}`,
        '--id',
        id,
        '--pin',
        softHsmPin,
      )
    },
    pull: () => {
      for (const name of readdirSync(tokens)) rmSync(join(tokens, name), { recursive: true })
    },
    objects: () => tool('-O'),
  }
}
