// A repository of blocks in the hands of somebody who knows the commands of plain TUF: from its keys to its renewal.
import { scryptSync } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { describe, expect, test, vi } from 'vitest'
import type { Answer } from '../../src/cli/command.ts'
import { configureCommand } from '../../src/cli/commands/configure.ts'
import { delegateCommand } from '../../src/cli/commands/delegate.ts'
import { downloadCommand, listCommand } from '../../src/cli/commands/download.ts'
import { editCommand, withdrawCommand } from '../../src/cli/commands/edit.ts'
import { keysCommand } from '../../src/cli/commands/keys.ts'
import { merkleCommand } from '../../src/cli/commands/merkle.ts'
import { projectCommand } from '../../src/cli/commands/project.ts'
import { publishCommand } from '../../src/cli/commands/publish.ts'
import { releaseCommand } from '../../src/cli/commands/release.ts'
import { renewCommand } from '../../src/cli/commands/renew.ts'
import { pendingCommand } from '../../src/cli/commands/review.ts'
import { rolesCommand } from '../../src/cli/commands/roles.ts'
import { serveCommand } from '../../src/cli/commands/serve.ts'
import { signCommand } from '../../src/cli/commands/sign.ts'
import { historyCommand, stateCommand } from '../../src/cli/commands/state.ts'
import { uploadCommand } from '../../src/cli/commands/upload.ts'
import { verifyCommand } from '../../src/cli/commands/verify.ts'
import { calls } from '../support/calls.ts'
import { now } from '../support/repository.ts'

vi.mock('../../src/node/stretch.ts', () => ({
  stretch: async (secret: Uint8Array, { salt }: { salt: Uint8Array }, length: number) =>
    new Uint8Array(scryptSync(secret, salt, length, { N: 2 })),
}))

/** sha256 of "hello blocks\n", as a block. */
const contentName = 'ipfs/bafkreidqf5dmy5e4ye5imqvnkcsprw667mc2p323mmmzkjjxlbkotplomi'
const textOf = ({ lines }: Answer): string => lines.join('\n')

/** Published, with root and targets of two of Ana, Ben and Cleo. */
async function life(clock = { at: now }) {
  const stage = calls({ replies: 4, clock: () => clock.at })
  const { at, call } = stage
  for (const name of ['Ana', 'Ben', 'Cleo', 'Dora', 'Machine']) await call(keysCommand, 'create', name)
  const holders = ['--key', 'Ana', '--key', 'Ben', '--key', 'Cleo', '--threshold', '2']
  await call(merkleCommand, 'init', at('shop'), ...holders, '--online-key', 'Machine')
  const sign = async (subject: string, ...names: string[]) => {
    for (const name of names) await call(signCommand, 'shop', subject, '--key', name, '--yes')
  }
  await sign('root', 'Ana', 'Ben')
  await sign('targets', 'Ana', 'Ben')
  await call(publishCommand, 'shop')
  writeFileSync(at('tool.bin'), 'hello blocks\n')
  mkdirSync(at('down'))
  return { ...stage, sign, publish: () => call(publishCommand, 'shop') }
}

async function released() {
  const stage = await life()
  await stage.call(releaseCommand, 'shop', 'targets', 'add', stage.at('tool.bin'))
  await stage.sign('targets', 'Ana', 'Ben')
  await stage.publish()
  return stage
}

describe('a repository of blocks, by the commands of plain TUF', () => {
  test('releases a file that its users verify and download', async () => {
    const { at, call, sign, publish } = await life()
    const said = await call(releaseCommand, 'shop', 'targets', 'add', at('tool.bin'))
    expect(said.data).toMatchObject({ effects: { asked: 1, changed: 1, shown: [{ path: 'tool.bin' }] } })
    expect(readFileSync(at(`shop/${contentName}`), 'utf8')).toBe('hello blocks\n')
    expect((await call(verifyCommand, at('tool.bin'), '--from', 'shop')).failed?.code).toBe('trust/changed')
    await sign('targets', 'Ana', 'Cleo')
    await publish()
    const verdict = await call(verifyCommand, at('tool.bin'), '--from', 'shop')
    expect(verdict.data).toMatchObject({ kind: 'listed', path: 'tool.bin', role: 'targets', signedBy: ['Ana', 'Cleo'] })
    expect(textOf(await call(listCommand, '--from', 'shop'))).toContain('tool.bin')
    await call(downloadCommand, 'tool.bin', '--from', 'shop', '--to', at('down'))
    expect(readFileSync(at('down/tool.bin'), 'utf8')).toBe('hello blocks\n')
  })

  test('keeps nothing of content that is not what was signed for', async () => {
    const { at, call, refused } = await released()
    writeFileSync(at(`shop/${contentName}`), 'hullo blocks\n')
    const wanted = ['tool.bin', '--from', 'shop', '--to', at('down')]
    expect(await refused(downloadCommand, ...wanted)).toBe('trust/changed')
    rmSync(at(`shop/${contentName}`))
    expect(await refused(downloadCommand, ...wanted)).toBe('source/not-found')
    expect(readdirSync(at('down')).filter((name) => name === 'tool.bin')).toEqual([])
    // Brought again by who has it.
    await call(releaseCommand, 'shop', 'targets', 'add', at('tool.bin'), '--under', 'again')
    await call(downloadCommand, ...wanted)
    expect(readFileSync(at('down/tool.bin'), 'utf8')).toBe('hello blocks\n')
  })

  test('delegates, and takes that away', async () => {
    const { at, call, sign, publish, refused } = await released()
    const delegated = await call(delegateCommand, 'shop', 'add', 'docs', '--key', 'Dora', '--path', 'docs/*')
    expect(delegated.data).toMatchObject({ along: [{ subject: 'docs' }] })
    expect(textOf(delegated)).not.toContain('Whose a key is')
    await sign('targets', 'Ana', 'Ben')
    await sign('docs', 'Dora')
    await publish()
    await call(releaseCommand, 'shop', 'docs', 'add', at('tool.bin'))
    await sign('docs', 'Dora')
    await publish()
    const state = await call(stateCommand, 'shop')
    expect(state.data).toMatchObject({ edges: [{ from: 'targets', to: 'docs', paths: ['docs/*'] }] })
    const { data } = await call(stateCommand, 'shop', 'docs')
    expect(data).toMatchObject({ version: 2, targets: [{ path: 'docs/tool.bin', length: 13 }] })
    expect((await call(verifyCommand, at('tool.bin'), '--from', 'shop')).data).toMatchObject({
      also: ['docs/tool.bin'],
    })
    await call(delegateCommand, 'shop', 'remove', 'docs')
    await sign('targets', 'Ana', 'Ben')
    await publish()
    expect((await call(verifyCommand, at('tool.bin'), '--from', 'shop')).data).toMatchObject({ also: [] })
    expect(await refused(releaseCommand, 'shop', 'docs', 'add', at('tool.bin'))).toBe('usage/invalid')
    const history = await call(historyCommand, 'shop', 'targets')
    expect(history.data).toMatchObject({ versions: [{ version: 4 }, { version: 3 }, { version: 2 }, { version: 1 }] })
  })

  test('gives root another key holder, found by name', async () => {
    const { call, sign, publish } = await life()
    await call(rolesCommand, 'shop', 'replace-key', 'root', 'Cleo', 'Dora', '--sign', 'no')
    await sign('root', 'Ana', 'Ben')
    await publish()
    const { data } = await call(stateCommand, 'shop', 'root')
    expect(data).toMatchObject({
      version: 2,
      threshold: 2,
      holders: [{ owner: 'Ana' }, { owner: 'Ben' }, { owner: 'Dora' }],
    })
  })

  test('changes any document as a text, and builds on what waits', async () => {
    const { at, call, refused } = await released()
    await call(editCommand, 'shop', 'targets', '--save', at('saved.json'))
    const text = readFileSync(at('saved.json'), 'utf8').replace('tool.bin', 'tool-2.bin')
    writeFileSync(at('changed.json'), text)
    const { data } = await call(editCommand, 'shop', 'targets', '--from', at('changed.json'))
    expect(data).toMatchObject({ headline: expect.stringContaining('tool-2.bin') })
    expect(await refused(editCommand, 'shop', 'targets', '--expires', '100')).toBe('usage/invalid')
    const digest = (data as { digest: string }).digest
    const further = await call(editCommand, 'shop', 'targets', '--expires', '100', '--onto', digest)
    expect(textOf(further)).toContain('tool-2.bin')
    expect(await refused(editCommand, 'shop', 'targets', '--expires', '90', '--onto', digest)).toBe('trust/changed')
  })

  test('names what blocks have no place for', async () => {
    const { call, refused } = await life()
    const { data } = await call(editCommand, 'shop', 'root', '--period', '100', '--dry-run')
    expect(data).toMatchObject({ findings: expect.arrayContaining([expect.objectContaining({ code: 'left-out' })]) })
    expect(await refused(editCommand, 'shop', 'root', '--consistent-snapshot', 'no')).toBe('usage/invalid')
    expect(await refused(editCommand, 'shop', 'root', '--set', 'x-note="y"')).toBe('usage/invalid')
  })

  test('takes first versions along when a change is given up', async () => {
    const { call } = await life()
    await call(delegateCommand, 'shop', 'bins', 'shelf', '--bits', '1', '--key', 'Dora')
    const { data } = await call(withdrawCommand, 'shop', 'targets')
    expect(data).toMatchObject({ files: ['pending/targets.json', 'pending/shelf-0.json', 'pending/shelf-1.json'] })
    expect((await call(pendingCommand, 'shop')).data).toMatchObject({ proposals: [], problems: [] })
  })

  test('is renewed by its machine, and refused by its users when that is late', async () => {
    const clock = { at: now }
    const { at, call, refused, sign, publish } = await life(clock)
    await call(releaseCommand, 'shop', 'targets', 'add', at('tool.bin'))
    await sign('targets', 'Ana', 'Ben')
    await publish()
    clock.at = new Date(now.getTime() + 3 * 86_400_000)
    expect(await refused(verifyCommand, at('tool.bin'), '--from', 'shop')).toBe('trust/expired')
    const { data } = await call(renewCommand, 'shop')
    expect(data).toEqual({ renewed: ['head.json'] })
    expect((await call(verifyCommand, at('tool.bin'), '--from', 'shop')).data).toMatchObject({ kind: 'listed' })
  })

  test('refuses what only files of TUF have, and writes nothing', async () => {
    const { at, refused } = await life()
    const codes = [
      await refused(configureCommand, 'shop'),
      await refused(projectCommand, 'shop', 'keys', 'loom', '--add', 'Cleo'),
      await refused(serveCommand, 'shop', '--port', '0'),
      await refused(uploadCommand, 'shop', at('tool.bin')),
    ]
    expect(codes).toEqual(codes.map(() => 'usage/invalid'))
    expect(existsSync(at('shop/pending/targets.json'))).toBe(false)
  })
})
