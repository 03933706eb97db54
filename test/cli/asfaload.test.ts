// The whole life of an asfaload project on the command line, called as functions: first signers, a release, a change of signers by the
// three conditions, a revocation, and a download judged on the way; and files that are refused, with the line.
import { scryptSync } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import type { Answer } from '../../src/cli/command.ts'
import { revokeCommand } from '../../src/cli/commands/asfaload/revoke.ts'
import { signersCommand } from '../../src/cli/commands/asfaload/signers.ts'
import { keysCommand } from '../../src/cli/commands/keys.ts'
import { pinCommand } from '../../src/cli/commands/pin.ts'
import { publishCommand } from '../../src/cli/commands/publish.ts'
import { releaseCommand } from '../../src/cli/commands/release.ts'
import { pendingCommand, reviewCommand, statusCommand } from '../../src/cli/commands/review.ts'
import { signCommand } from '../../src/cli/commands/sign.ts'
import { verifyCommand } from '../../src/cli/commands/verify.ts'
import type { AppError } from '../../src/core/error.ts'
import { indexText } from '../core/systems/asfaload/people.ts'
import { calls as stage } from '../support/calls.ts'
import { everythingIn } from '../support/temporary-folder.ts'

// A passphrase is slow to try on purpose, which is no part of this: thirteen of them would take longer than all the rest.
vi.mock('../../src/node/stretch.ts', () => ({
  stretch: async (secret: Uint8Array, { salt }: { salt: Uint8Array }, length: number) =>
    new Uint8Array(scryptSync(secret, salt, length, { N: 2 })),
}))

const v1 = 'releases/download/v1.0'
const release = `release/${v1}/asfaload.index.json`
const revocation = `revocation/${v1}/asfaload.index.json`

test('first signers, a release, other signers by A, B and D, a revocation; a download is judged on the way', async () => {
  const { at, call, refused, prompt } = stage()
  const project = at('mirror/github.com/acme/loom')
  for (const name of ['a', 'b', 'c', 'd']) await call(keysCommand, 'create', name)
  const first = ['--key', 'a', '--key', 'b', '--key', 'c', '--threshold', '2', '--generation', '1']
  const tried = await call(signersCommand, project, 'new', ...first, '--dry-run')
  expect(tried.data).toMatchObject({ dryRun: true, subject: 'signers' })
  expect(existsSync(project)).toBe(false)
  await call(signersCommand, project, 'new', ...first)
  expect(await refused(signersCommand, project, 'new', ...first)).toBe('usage/invalid')
  const sign = (id: string, key: string): Promise<Answer> => call(signCommand, 'loom', id, '--key', key)
  for (const key of ['a', 'b']) await sign('signers', key)
  expect(await refused(publishCommand, 'loom')).toBe('trust/threshold')
  expect((await call(statusCommand, 'loom')).data).toMatchObject({ anchor: { title: 'First signers' } })
  prompt.asked.length = 0
  await sign('signers', 'c')
  // Two signatures of minisign, and one secret.
  expect(prompt.asked.length).toBe(1)
  await call(publishCommand, 'loom')

  mkdirSync(at('dist'))
  writeFileSync(at('dist/loom.tgz'), 'loom')
  expect(await refused(releaseCommand, 'loom', 'targets', 'add', at('dist'))).toBe('usage/invalid')
  const drafted = await call(releaseCommand, 'loom', at('dist'), '--at', v1)
  expect(JSON.stringify(drafted.data)).toContain('https://github.com/acme/loom/releases/download/v1.0/loom.tgz')
  const file = [at('dist/loom.tgz'), '--from', 'loom']
  const verify = (...more: string[]): Promise<Answer> => call(verifyCommand, ...file, ...more)
  expect((await verify()).failed?.code).toBe('trust/threshold')
  for (const key of ['b', 'c']) await sign(release, key)
  await call(publishCommand, 'loom')
  const verdict = await verify()
  expect(verdict.failed).toBeUndefined()
  expect(verdict.data).toMatchObject({
    kind: 'listed',
    quorums: [{ threshold: 2, signed: 2 }],
    signers: { version: 1 },
  })
  // Named, it must be of that release, in a folder too.
  mkdirSync(join(project, 'releases/download/v1.0.1'))
  writeFileSync(join(project, 'releases/download/v1.0.1/asfaload.index.json'), indexText())
  expect((await verify('--release', v1)).failed).toBeUndefined()
  expect((await verify('--release', `${v1}.1`)).data).toMatchObject({ kind: 'unknown' })
  expect(await refused(verifyCommand, ...file, '--release', 'releases/download/v1')).toBe('source/not-found')
  rmSync(join(project, 'releases/download/v1.0.1'), { recursive: true })

  await call(signersCommand, 'loom', 'add', 'd')
  // The second call changes what waits further.
  await call(signersCommand, 'loom', 'threshold', '3')
  await call(signersCommand, 'loom', 'add', 'a', '--group', 'revocation', '--threshold', '1')
  const shown = await call(reviewCommand, 'loom')
  const names = (shown.data as { quorums: { name: string; keys: { owner?: string }[] }[] }).quorums
  expect(names.map(({ keys }) => keys.map(({ owner }) => owner).join(''))).toEqual(['abc', 'abcd', 'd'])
  for (const key of ['a', 'b']) await sign('signers', key)
  expect(await refused(publishCommand, 'loom')).toBe('trust/threshold')
  expect(await refused(signersCommand, 'loom', 'remove', 'a')).toBe('usage/invalid')
  await sign('signers', 'd')
  await call(publishCommand, 'loom')
  expect((await call(statusCommand, 'loom')).data).toMatchObject({ anchor: { version: 2 } })

  expect(await refused(revokeCommand, 'loom', 'releases/v9', '--key', 'a')).toBe('source/not-found')
  await call(revokeCommand, 'loom', v1, '--key', 'a')
  await sign(revocation, 'a')
  // One key is enough here: nobody should wait for its publication.
  expect((await verify()).failed?.code).toBe('trust/changed')
  await call(publishCommand, 'loom')
  const revoked = await verify()
  expect([revoked.failed?.code, revoked.data]).toMatchObject(['trust/changed', { kind: 'revoked', by: 'a' }])
  expect((await call(pendingCommand, 'loom')).data).toEqual({ proposals: [], problems: [] })

  // Somebody else begins with the first file, and is led to the second; whoever was there is never led back.
  const before = readFileSync(join(project, 'asfaload.signers.history.json'), 'utf8')
  const [entry] = (JSON.parse(before) as { entries: { signers_file: string }[] }).entries
  writeFileSync(at('first.json'), Buffer.from(entry?.signers_file ?? '', 'base64'))
  const trusting = [project, '--root', at('first.json')]
  expect((await call(statusCommand, ...trusting)).data).toMatchObject({ anchor: { version: 2 } })
  cpSync(at('first.json'), join(project, 'asfaload.signers/index.json'))
  expect(await refused(statusCommand, 'loom')).toBe('trust/rollback')
})

test('what is wrong with a file is said with its line; what is no key, group or generation, before anything is written', async () => {
  const { at, call, refused, folder } = stage()
  const error = async (...args: Parameters<typeof call>): Promise<AppError> =>
    call(...args).then(
      () => Promise.reject(new Error('not refused')),
      (thrown: AppError) => thrown,
    )
  const put = (name: string, text: string): string => {
    mkdirSync(at(`${name}/..`), { recursive: true })
    writeFileSync(at(name), text)
    return at(name)
  }
  const pub = 'RWTsbRMhBdOyL8hSYo/Z4nRD6O5OvrydjXWyvd8W7QOTftBOKSSn3PH3'
  const seed = `{\n  "threshold": {\n   "signatures_required": 1,\n  },\n  "signers": [ { "format": "minisign", "pubkey": "${pub}" } ]\n}`
  put('seed/asfaload.signers.json.pending', seed)
  expect(await error(pinCommand, at('seed'))).toMatchObject({ code: 'format/malformed', data: { line: 4 } })
  put('later/asfaload.signers/index.json', '{"version": 3, "keys": []}')
  expect((await error(pinCommand, at('later'))).code).toBe('format/unsupported')
  put('mirror/github.com/acme/loom/asfaload.signers.json.pending', seed.replace('1,', '1'))
  expect((await error(pinCommand, at('mirror'))).hint).toContain(at('mirror/github.com/acme/loom'))
  expect((await error(pinCommand, at('mirror/github.com/acme'))).hint).toContain(at('mirror/github.com/acme/loom'))
  put('mirror/github.com/acme/loom/releases/x', '')
  expect((await error(pinCommand, at('mirror/github.com/acme/loom/releases'))).hint).toContain('loom')
  expect(await refused(pinCommand, at('mirror/github.com/acme/loom'), '--digest', 'a'.repeat(64))).toBe('trust/changed')

  const before = everythingIn(folder)
  const start = [at('new'), 'new', '--threshold']
  for (const [code, ...args] of [
    ['usage/invalid', ...start, '1'],
    ['usage/invalid', ...start, '2', '--key', pub],
    ['usage/invalid', ...start, '1', '--key', pub, '--generation', '7'],
    ['usage/invalid', ...start, '1', '--key', pub, '--key', pub],
    ['signer/absent', ...start, '1', '--key', 'nobody'],
    ['usage/invalid', 'https://example.com/', 'new', '--threshold', '1', '--key', pub],
    ['usage/invalid', at('new'), 'frobnicate'],
  ] as const)
    expect([args, await refused(signersCommand, ...args)]).toEqual([args, code])
  expect(everythingIn(folder)).toEqual(before)

  await call(signersCommand, ...start, '1', '--key', pub)
  // First signers that nobody has signed are changed, and stay pinned.
  await call(signersCommand, 'new', 'add', 'RWTUManqs3axpHvnTGZVvmaIOOz0jaV+SAKax8uxsWHFkcnACqzL1xyv')
  expect((await call(signersCommand, 'new')).data).toMatchObject({ waits: true, groups: [{ keys: [pub, {}] }] })
  for (const args of [
    ['add', pub],
    ['add', pub, '--group', 'admin'],
    ['replace', pub, pub],
    ['remove', pub, '--threshold', '2'],
    ['threshold', '0'],
    ['add', pub, '--group', 'owners'],
  ])
    expect([args, await refused(signersCommand, 'new', ...args)]).toEqual([args, 'usage/invalid'])
})
