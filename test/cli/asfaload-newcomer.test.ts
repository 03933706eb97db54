// What somebody new to asfaload projects meets on the command line, called as functions: words that lead on where something is amiss.
import { scryptSync } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import type { Answer } from '../../src/cli/command.ts'
import { revokeCommand } from '../../src/cli/commands/asfaload/revoke.ts'
import { signersCommand } from '../../src/cli/commands/asfaload/signers.ts'
import { withdrawCommand } from '../../src/cli/commands/edit.ts'
import { keysCommand } from '../../src/cli/commands/keys.ts'
import { minisignCommand } from '../../src/cli/commands/minisign.ts'
import { pinCommand } from '../../src/cli/commands/pin.ts'
import { publishCommand } from '../../src/cli/commands/publish.ts'
import { releaseCommand } from '../../src/cli/commands/release.ts'
import { reviewCommand, statusCommand } from '../../src/cli/commands/review.ts'
import { signCommand } from '../../src/cli/commands/sign.ts'
import type { AppError } from '../../src/core/error.ts'
import { calls } from '../support/calls.ts'
import { openPair } from '../support/minisign.ts'
import { realAgent } from '../support/ssh-agent.ts'
import { everythingIn } from '../support/temporary-folder.ts'

// A passphrase is slow to try on purpose, which is no part of this.
vi.mock('../../src/node/stretch.ts', () => ({
  stretch: async (secret: Uint8Array, { salt }: { salt: Uint8Array }, length: number) =>
    new Uint8Array(scryptSync(secret, salt, length, { N: 2 })),
}))

const v1 = 'releases/download/v1.0'

afterEach(() => vi.unstubAllEnvs())

/** A project loom, whose signers are a and b, one of whom is enough. */
async function loom() {
  const { at, call, folder, ...rest } = calls()
  const project = at('mirror/github.com/acme/loom')
  for (const name of ['a', 'b', 'c']) await call(keysCommand, 'create', name)
  await call(signersCommand, project, 'new', '--key', 'a', '--key', 'b', '--threshold', '1')
  const sign = (id: string, key: string) => call(signCommand, 'loom', id, '--key', key)
  for (const key of ['a', 'b']) await sign('signers', key)
  await call(publishCommand, 'loom')
  const release = async (name: string, files: Record<string, string>) => {
    mkdirSync(at(name), { recursive: true })
    for (const [file, text] of Object.entries(files)) writeFileSync(at(`${name}/${file}`), text)
    return call(releaseCommand, 'loom', at(name), '--at', `releases/download/${name}`)
  }
  const error = (...args: Parameters<typeof call>): Promise<AppError> =>
    call(...args).then(
      () => Promise.reject(new Error('not refused')),
      (thrown: AppError) => thrown,
    )
  return { at, call, folder, project, sign, release, error, ...rest }
}

test('after a change of signers the admin is shown what a newcomer pins, and a newcomer with the words in force where to begin', async () => {
  const { call, project, sign, error } = await loom()
  const before = (await call(statusCommand, 'loom')).data as { anchor: { digest: string } }
  expect(before).not.toHaveProperty('first')
  await call(signersCommand, 'loom', 'add', 'c')
  for (const key of ['a', 'c']) await sign('signers', key)
  await call(publishCommand, 'loom')
  const after = await call(statusCommand, 'loom')
  const { anchor, first } = after.data as { anchor: { digest: string }; first: { digest: string; words: string[] } }
  expect(first).toMatchObject({ title: 'Signers 1', digest: before.anchor.digest })
  expect(first.words).toHaveLength(32)
  expect(after.lines.join('\n')).toContain(first.digest)

  const { call: fresh, at } = calls()
  expect(at('')).not.toContain(project)
  const refused = await fresh(pinCommand, project, '--digest', anchor.digest).catch((thrown: AppError) => thrown)
  expect(refused).toMatchObject({
    code: 'trust/changed',
    message: `that is the digest of Signers 2, which are in force, and pinning begins with Signers 1, digest ${first.digest}; nothing was pinned`,
  })
  const pinned = await fresh(pinCommand, project, '--digest', first.digest)
  expect(pinned.data).not.toHaveProperty('later')
  // Who begins with the signers in force knows nothing of those before.
  const { call: late } = calls()
  const root = ['--root', join(project, 'asfaload.signers/index.json'), '--digest', anchor.digest]
  const begun = await late(pinCommand, project, ...root)
  expect(begun.data).toMatchObject({ later: true })
  expect(begun.lines.join(' ')).toContain('will not verify')
  expect((await error(pinCommand, project, '--digest', 'a'.repeat(64))).code).toBe('usage/invalid')
})

/** A folder that is left empty is nothing that anybody commits. */
function filesOf(folder: string): [string, string][] {
  return Object.entries(everythingIn(folder)).filter(([name]) => !name.endsWith('/'))
}

test('a change that waits is given up: its files go, and what is in force stays', async () => {
  const { at, call, project, sign, release, refused } = await loom()
  await release('v1.0', { 'loom.tgz': 'loom' })
  await sign('release/releases/download/v1.0/asfaload.index.json', 'a')
  await call(publishCommand, 'loom')
  const published = filesOf(project)
  await call(revokeCommand, 'loom', 'releases/download/v1.0', '--key', 'a')
  const revocation = 'revocation/releases/download/v1.0/asfaload.index.json'
  await sign(revocation, 'a')
  // Nobody is at the keyboard to say that a signature goes.
  await expect(call(withdrawCommand, 'loom', revocation)).rejects.toThrow('asked')
  expect((await call(withdrawCommand, 'loom', revocation, '--yes')).data).toMatchObject({ signedBy: ['a'] })
  expect(filesOf(project)).toEqual(published)
  await call(signersCommand, 'loom', 'add', 'c')
  await call(withdrawCommand, 'loom', 'signers')
  expect(filesOf(project)).toEqual(published)
  await release('v1.1', { 'loom.tgz': 'more' })
  await call(withdrawCommand, 'loom', 'release/releases/download/v1.1/asfaload.index.json')
  expect(filesOf(project)).toEqual(published)
  expect(await refused(withdrawCommand, 'loom', 'signers')).toBe('source/not-found')
  await call(signersCommand, at('fresh'), 'new', '--key', 'a', '--threshold', '1')
  expect(await refused(withdrawCommand, 'fresh', 'signers')).toBe('usage/invalid')
})

test('what is left out of a release is said to scripts too; a release is found by the path that it was made with', async () => {
  const { at, call, sign, release } = await loom()
  mkdirSync(at('v1.0/deep'), { recursive: true })
  for (const name of ['.hidden', 'deep/x']) writeFileSync(at(`v1.0/${name}`), name)
  const made = await release('v1.0', { 'loom.tgz': 'loom' })
  const { leftOut } = made.data as { leftOut: { name: string }[] }
  expect(leftOut.map(({ name }) => name).sort()).toEqual(['.hidden', 'deep/x'])
  expect(made.lines.slice(0, 2).join()).toMatch(/left out: \.hidden, .*left out: deep\/x/)
  // The index itself stands for its folder, and either for the change.
  const index = `${v1}/asfaload.index.json`
  const again = await call(releaseCommand, 'loom', at('v1.0'), '--at', index, '--replace')
  expect(again.data).toMatchObject({ subject: `release/${index}` })
  for (const id of [v1, `${v1}/`, index, `release/${v1}`])
    expect((await call(reviewCommand, 'loom', id)).data).toMatchObject({ subject: `release/${index}` })
  await sign(v1, 'a')
  const published = await call(publishCommand, 'loom', v1)
  expect(published.lines.at(-1)).toContain('committed and pushed')
})

test('a path that GitHub knows no downloads under is warned of; what is missing is named', async () => {
  const { at, call, error } = await loom()
  mkdirSync(at('dist'))
  writeFileSync(at('dist/loom.tgz'), 'loom')
  const odd = await call(releaseCommand, 'loom', at('dist'), '--at', 'v1.0', '--dry-run')
  expect((odd.data as { warning: string }).warning).toContain('--at releases/download/v1.0')
  const said = ['loom', at('dist'), '--at', 'v1.0', '--url', 'https://loom.example/v1.0/', '--dry-run']
  expect((await call(releaseCommand, ...said)).data).not.toHaveProperty('warning')
  expect(await error(releaseCommand, 'loom', 'dist')).toMatchObject({
    message: '--at is missing: where the release lies below the project',
    hint: 'for example: countersign release loom dist --at releases/download/v1.0',
  })
  const first = [at('other'), 'new', '--key']
  expect((await error(signersCommand, ...first, 'a,b', '--threshold', '2')).hint).toBe(
    'each key has a --key of its own: --key a --key b',
  )
  expect((await error(signersCommand, ...first, 'a')).message).toContain('--threshold is missing')
  writeFileSync(at('m.pub'), 'untrusted comment: x\nRWTsbRMhBdOyL8hSYo/Z4nRD6O5OvrydjXWyvd8W7QOTftBOKSSn3PH3\n')
  expect((await error(keysCommand, 'import', 'eve', at('m.pub'))).hint).toContain('signers SOURCE add')
  const made = await call(signersCommand, ...first, 'a', '--threshold', '1')
  expect(made.lines.join(' ')).toContain('generation 2, for keys of any kind')
  expect(made.data).toMatchObject({ createdFolder: at('other') })
  expect(made.lines.at(-1)).toContain('was made')
})

test('signers that wait with a signature are named before anything else is judged', async () => {
  const { call, sign, error } = await loom()
  await call(signersCommand, 'loom', 'add', 'c')
  await sign('signers', 'c')
  expect(await error(signersCommand, 'loom', 'threshold', '3')).toMatchObject({
    message: 'Signers 2 waits already, signed by c',
    hint: 'publish it first; or give it up, with its signatures: --replace',
  })
})

test('a key that is none of those that are taken is named by what it is', async () => {
  const { at, call, error } = await loom()
  const agent = await realAgent()
  vi.stubEnv('SSH_AUTH_SOCK', agent.socket)
  const rsa = agent.add('rsa', 'old')
  const line = agent.add('ed25519', 'dora')
  const ids = agentIds(await call(keysCommand, 'list'))
  writeFileSync(at('f.txt'), 'text')
  expect(await error(minisignCommand, 'sign', at('f.txt'), '--key', ids.rsa)).toMatchObject({
    code: 'signer/unsupported',
    message: expect.stringContaining('ssh-rsa'),
  })
  writeFileSync(at('rsa.pub'), `${rsa}\n`)
  const only = /ssh-rsa key, and only Ed25519 keys can stand/
  expect((await error(signersCommand, 'loom', 'add', at('rsa.pub'))).message).toMatch(only)
  const typed = await error(signersCommand, 'loom', 'add', rsa)
  expect(typed.message).toMatch(only)
  expect(typed.message.length).toBeLessThan(120)
  expect(line).toContain('ssh-ed25519')

  // The agent goes, and what is here is the public half.
  await call(keysCommand, 'import', 'dora', ids.ed25519)
  const there = await call(minisignCommand, 'key', 'dora')
  agent.kill()
  vi.stubEnv('SSH_AUTH_SOCK', at('nobody'))
  const gone = await error(minisignCommand, 'sign', at('f.txt'), '--key', 'dora')
  expect(gone.message).toContain(`the ssh-agent does not hold it now (${ids.ed25519})`)
  expect(gone.hint).toContain('ssh-add FILE')
  expect((await call(minisignCommand, 'key', 'dora')).data).toEqual(there.data)
})

test('a key of minisign in the place of another is told by its kind', async () => {
  const { at, error, folder } = await loom()
  await openPair(folder)
  writeFileSync(at('f.txt'), 'text')
  const verify = (key: string) => error(minisignCommand, 'verify', at('f.txt'), '--key', key)
  expect((await verify('a')).hint).toContain('countersign minisign key a > a.pub')
  expect((await verify('RWxxxx')).message).toContain('not complete')
  expect(await verify(at('k.key'))).toMatchObject({
    message: expect.stringContaining('SECRET'),
    hint: expect.stringContaining('k.pub'),
  })
  expect((await error(minisignCommand, 'sign', at('f.txt'), '--key', at('k.key'))).hint).toContain('keys adopt NAME')
})

function agentIds({ data }: Answer): { rsa: string; ed25519: string } {
  const { keys, unusable } = data as { keys: { id: string }[]; unusable: { id: string }[] }
  const ed25519 = keys.find(({ id }) => id.startsWith('ssh:'))?.id ?? ''
  return { rsa: unusable[0]?.id ?? 'ssh:SHA256:none', ed25519 }
}
