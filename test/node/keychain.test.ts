// The real keychain of a Linux desktop, gnome-keyring, on a private D-Bus: unlocked, locked, absent, and no D-Bus at all.
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../support/temporary-folder.ts'

const script = fileURLToPath(new URL('../support/keychain-script.ts', import.meta.url))
const unlock = 'printf secret | gnome-keyring-daemon --unlock --components=secrets >/dev/null'
const startLocked = 'gnome-keyring-daemon --start --components=secrets >/dev/null'

interface Line {
  name: string
  value?: unknown
  code?: string
  hint?: string
}

/** A clean environment: no bus, no display, no keyring of the person who runs the test. */
function run(home: string, command: string, args: string[]): Line[] {
  const env = { PATH: process.env.PATH ?? '', HOME: home, XDG_RUNTIME_DIR: home, XDG_DATA_HOME: join(home, 'data') }
  const { stdout } = spawnSync(command, args, { env, encoding: 'utf8', timeout: 60_000 })
  return stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line): Line => JSON.parse(line))
}

function onBus(home: string, before: string, ...actions: string[]): Line[] {
  const shell = `${before}; for i in 1 2 3 4 5; do [ -S "$XDG_RUNTIME_DIR/keyring/control" ] && break; sleep 0.2; done; "${process.execPath}" "${script}" ${actions.join(' ')}`
  return run(home, 'dbus-run-session', ['--', 'bash', '-c', shell])
}

test('unlocked: the wrapping key is made once, and survives a new session', () => {
  const home = temporaryFolder()
  const [state, absent, made, again, signed] = onBus(home, unlock, 'state', 'read', 'create', 'create', 'sign')
  expect(state?.value).toMatchObject({ available: true })
  expect(absent?.value).toBe('')
  expect(made?.value).toMatch(/^[0-9a-f]{64}$/)
  expect(again?.value).toBe(made?.value)
  expect(signed?.value).toBe(64)
  const [later] = onBus(home, unlock, 'read')
  expect(later?.value).toBe(made?.value)
})

test('locked, absent, and without D-Bus: each has its sentence and its hint, and nothing falls back', () => {
  const home = temporaryFolder()
  onBus(home, unlock, 'create')
  const busOnly = join(home, 'bus.conf')
  writeFileSync(
    busOnly,
    '<busconfig><type>session</type><listen>unix:tmpdir=/tmp</listen><policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>',
  )
  const actions = ['state', 'read', 'create', 'sign']
  const locked = onBus(home, startLocked, ...actions)
  const absent = run(home, 'dbus-run-session', [`--config-file=${busOnly}`, '--', process.execPath, script, ...actions])
  const noBus = run(home, process.execPath, [script, ...actions])
  const sentences = new Set<unknown>()
  for (const lines of [locked, absent, noBus]) {
    expect(lines.map((line) => line.name)).toEqual(actions)
    expect(lines[0]?.value).toMatchObject({ available: false, sentence: expect.any(String) })
    sentences.add(JSON.stringify(lines[0]?.value))
    for (const line of lines.slice(1))
      expect(line).toMatchObject({ code: 'signer/absent', hint: expect.stringMatching(/./) })
  }
  expect(sentences.size).toBe(2)
  expect(locked[1]?.hint).not.toBe(absent[1]?.hint)
}, 60_000)

test('locked and empty: storing is what fails', () => {
  const home = temporaryFolder()
  onBus(home, unlock, 'state')
  const [, create] = onBus(home, startLocked, 'read', 'create')
  expect(create?.code).toBe('signer/absent')
}, 60_000)
