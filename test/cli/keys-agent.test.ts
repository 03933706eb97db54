// Keys of an ssh-agent on the command line: listed, exported, given a name; one founds a repository and signs in it.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import type { Command, Io } from '../../src/cli/command.ts'
import { initCommand } from '../../src/cli/commands/create.ts'
import { editCommand } from '../../src/cli/commands/edit.ts'
import { keysCommand } from '../../src/cli/commands/keys.ts'
import { signCommand } from '../../src/cli/commands/sign.ts'
import { parseCommand } from '../../src/cli/parse.ts'
import { utf8 } from '../../src/core/bytes.ts'
import { parsePublicKeyPem, toPem } from '../../src/core/key.ts'
import { createSoftwareKey } from '../../src/core/software-key.ts'
import { answerOf } from '../support/cli.ts'
import { never } from '../support/repository.ts'
import { fakeAgent, realAgent } from '../support/ssh-agent.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { codeOfPromise } from '../support/thrown.ts'

interface Listed {
  keys: { id: string; name: string; protection: string; type: string }[]
  unusable: object[]
  problems: { code: string }[]
}

afterEach(() => vi.unstubAllEnvs())

const now = new Date()
const io: Io = {
  signal: never,
  prompt: { pin: async () => utf8('a passphrase of a key'), touch: () => () => {} },
  isInteractive: false,
  size: () => undefined,
  out: () => {},
  note: () => {},
  ask: () => Promise.reject(new Error('asked')),
  enter: () => Promise.resolve(),
  now: () => now,
  atEnd: () => {},
}

/** Commands of one person, called in this process. */
function caller(): (command: Command, ...args: string[]) => Promise<{ data: unknown; lines: readonly string[] }> {
  const home = temporaryFolder()
  return async (command, ...args) => command.run(parseCommand(command, args), io, home)
}

test('a repository is founded and changed with a key that only the agent has', async () => {
  const real = await realAgent()
  vi.stubEnv('SSH_AUTH_SOCK', real.socket)
  real.add('ed25519', 'dana@laptop')
  real.add('rsa', 'old')
  const run = caller()
  const listed = await run(keysCommand, 'list')
  const { keys, unusable, problems } = listed.data as Listed
  expect(keys).toMatchObject([{ name: 'dana@laptop', protection: 'agent', type: 'Ed25519' }])
  expect([unusable.length, problems]).toEqual([1, []])
  const id = keys[0]?.id ?? ''
  expect(listed.lines[0]?.startsWith(`${id}  `)).toBe(true)

  const { pem } = (await run(keysCommand, 'export', id)).data as { pem: string }
  expect(parsePublicKeyPem(pem).scheme).toBe('ed25519')
  expect(await codeOfPromise(run(keysCommand, 'export', `${id.slice(0, -2)}AA`))).toBe('signer/absent')

  const folder = join(temporaryFolder(), 'packages')
  await run(keysCommand, 'create', 'online')
  const init = ['--threshold', '1', '--online-key', 'online'] as const
  // Nobody knows yet whose it is; and it is nobody's online key.
  expect(await codeOfPromise(run(initCommand, folder, '--key', id, ...init))).toBe('usage/invalid')
  expect(await codeOfPromise(run(initCommand, folder, '--rehearsal', '--key', id))).toBe('signer/unsupported')
  await run(keysCommand, 'import', 'dana', id)
  expect(await codeOfPromise(run(initCommand, folder, '--key', 'online', '--online-key', id))).toBe('usage/invalid')
  await run(initCommand, folder, '--key', 'dana', ...init)

  await run(editCommand, folder, 'root', '--expires', '400')
  await run(editCommand, folder, 'targets', '--expires', '50')
  // By the name of its public key here, as by its own.
  for (const [role, key] of [
    ['root', 'dana'],
    ['targets', id],
  ] as const) {
    const { lines } = await run(signCommand, folder, role, '--key', key, '--yes')
    expect(lines.join('\n')).toContain('ssh-agent key dana@laptop')
  }
})

test('offline it is asked as well: a socket of this machine is no network', async () => {
  const real = await realAgent()
  real.add('p256', 'dana')
  const { keys, problems } = await answerOf<Listed>(['keys', 'list', '--offline'], {
    home: temporaryFolder(),
    env: real.env,
  })
  expect([keys.map(({ name }) => name), problems]).toEqual([['dana'], []])
})

test('an agent that says nothing is told beside the keys that are here', async () => {
  vi.stubEnv('SSH_AUTH_SOCK', await fakeAgent(() => null))
  const run = caller()
  const file = join(temporaryFolder(), 'ana.pem')
  writeFileSync(file, toPem((await createSoftwareKey('ed25519')).key))
  await run(keysCommand, 'import', 'ana', file)
  const { data, lines } = await run(keysCommand, 'list')
  expect((data as Listed).keys).toMatchObject([{ id: 'file:ana' }])
  expect((data as Listed).problems).toMatchObject([{ code: 'signer/absent' }])
  expect(lines.join('\n')).toContain('ssh-agent: ')
})
