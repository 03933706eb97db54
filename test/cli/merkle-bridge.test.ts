// Repositories of blocks on the command line: how they begin, how they come from plain TUF and go back, and whether both say the same.
import { scryptSync } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import type { Answer } from '../../src/cli/command.ts'
import { initCommand } from '../../src/cli/commands/create.ts'
import { keysCommand } from '../../src/cli/commands/keys.ts'
import { merkleCommand } from '../../src/cli/commands/merkle.ts'
import { publishCommand } from '../../src/cli/commands/publish.ts'
import { pendingCommand } from '../../src/cli/commands/review.ts'
import { signCommand } from '../../src/cli/commands/sign.ts'
import { helpOf, parseCommand } from '../../src/cli/parse.ts'
import { calls } from '../support/calls.ts'
import { everythingIn } from '../support/temporary-folder.ts'

vi.mock('../../src/node/stretch.ts', () => ({
  stretch: async (secret: Uint8Array, { salt }: { salt: Uint8Array }, length: number) =>
    new Uint8Array(scryptSync(secret, salt, length, { N: 2 })),
}))

const textOf = ({ lines }: Answer): string => lines.join('\n')

/** A plain repository of Ana and Ben, pinned as `plain`, whose online key is Machine's. */
async function room() {
  const stage = calls({ replies: 3 })
  const { at, call } = stage
  for (const name of ['Ana', 'Ben', 'Machine']) await call(keysCommand, 'create', name)
  await call(initCommand, at('plain'), '--key', 'Ana', '--key', 'Ben', '--online-key', 'Machine')
  return { ...stage, merkle: (...args: string[]) => call(merkleCommand, ...args) }
}

describe('merkle init', () => {
  test('begins a repository that waits for its signatures, and pins its root', async () => {
    const { at, merkle } = await room()
    const said = await merkle(
      'init',
      at('new'),
      '--key',
      'Ana',
      '--key',
      'Ben',
      '--threshold',
      '1',
      '--online-key',
      'Machine',
    )
    expect(said.data).toMatchObject({ location: at('new'), files: ['pending/root.json', 'pending/targets.json'] })
    expect(readdirSync(at('new/pending'))).toEqual(['root.json', 'targets.json'])
    expect(textOf(said)).toContain('countersign sign new root --key KEY')
    const same = await merkle('compare', 'new', at('new'))
    expect(same.data).toMatchObject({ same: true, compared: [{ name: 'new', waiting: true }, { name: 'new' }] })
  })

  test('takes other keys for targets', async () => {
    const { at, merkle, call } = await room()
    await call(keysCommand, 'create', 'Cleo')
    await merkle(
      'init',
      at('a'),
      '--key',
      'Ana',
      '--targets-key',
      'Ben',
      '--targets-key',
      'Cleo',
      '--targets-threshold',
      '1',
    )
    await merkle('init', at('b'), '--key', 'Ana', '--targets-key', 'Ben', '--targets-key', 'Cleo')
    const { data, failed } = await merkle('compare', 'a', 'b')
    expect(data).toMatchObject({
      differences: [{ role: 'root', at: 'roles/targets/threshold', first: '1', second: '2' }],
    })
    expect(failed?.code).toBe('trust/changed')
  })

  test('refuses what is no beginning, and leaves nothing behind', async () => {
    const { at, merkle, call, refused, folder } = await room()
    await call(initCommand, at('practice'), '--rehearsal')
    mkdirSync(at('full'))
    writeFileSync(at('full/file'), '')
    const before = everythingIn(folder)
    const codes = [
      await refused(merkleCommand, 'init', at('x')),
      await refused(merkleCommand, 'init', at('full'), '--key', 'Ana'),
      await refused(merkleCommand, 'init', at('plain'), '--key', 'Ana'),
      await refused(merkleCommand, 'init', at('x'), '--key', 'Ana', '--key', 'Ana'),
      await refused(merkleCommand, 'init', at('x'), '--key', 'Ana', '--threshold', '2'),
      await refused(merkleCommand, 'init', at('x'), '--key', 'Ana', '--targets-threshold', '1'),
      await refused(merkleCommand, 'init', at('x'), '--key', 'rehearsal:You'),
      await refused(merkleCommand, 'init', at('x'), '--key', 'Nobody'),
    ]
    expect(codes).toEqual([...Array.from({ length: 7 }, () => 'usage/invalid'), 'signer/absent'])
    expect(everythingIn(folder)).toEqual(before)
    await merkle('init', at('x'), '--key', 'Ana')
    expect(existsSync(join(at('x'), 'pending/root.json'))).toBe(true)
  })
})

describe('merkle import', () => {
  test('shows the correspondence, and says the same as the plain repository', async () => {
    const { at, merkle } = await room()
    const said = await merkle('import', 'plain', at('blocks'))
    expect(said.data).toMatchObject({
      files: ['pending/root.json', 'pending/targets.json'],
      documents: [
        { role: 'root', tuf: { version: 1 }, height: 0 },
        { role: 'targets', tuf: { version: 1 }, height: 0, content: [] },
      ],
    })
    expect(textOf(said)).toContain('x-countersign-keyowner')
    expect(textOf(said)).toContain('Signatures are not carried over')
    const { data, failed } = await merkle('compare', 'plain', 'blocks')
    expect([data, failed]).toMatchObject([{ same: true, differences: [] }, undefined])
  })

  test('makes what the same keys sign again', async () => {
    const { at, call, merkle } = await room()
    await merkle('import', 'plain', at('blocks'))
    for (const key of ['Ana', 'Ben']) await call(signCommand, 'blocks', 'root', '--key', key)
    expect((await call(pendingCommand, 'blocks')).data).toMatchObject({
      proposals: [
        { subject: 'root', quorums: [{ signed: 2 }] },
        { subject: 'targets', quorums: [{ signed: 0 }] },
      ],
    })
    expect((await merkle('compare', 'plain', 'blocks')).data).toMatchObject({ same: true })
  })

  test('is published once they have, and says the same to clients then, and back in plain TUF', async () => {
    const { at, call, merkle } = await room()
    await merkle('import', 'plain', at('blocks'))
    for (const subject of ['root', 'targets'])
      for (const key of ['Ana', 'Ben']) await call(signCommand, 'blocks', subject, '--key', key)
    await call(publishCommand, 'blocks')
    expect(readdirSync(at('blocks/pending'))).toEqual([])
    const compared = await merkle('compare', 'plain', 'blocks')
    expect(compared.data).toEqual({ same: true, compared: [{ name: 'plain' }, { name: 'blocks' }], differences: [] })
    expect((await merkle('export', 'blocks', at('plain'))).data).toMatchObject({ files: [] })
  })

  test('gives each bin a delegation and an empty first document', async () => {
    const { at, call, merkle } = await room()
    const bins = ['--structure', 'succinct', '--bits', '2']
    await call(initCommand, at('bins'), '--key', 'Ana', '--online-key', 'Machine', ...bins)
    const { data } = await merkle('import', 'bins', at('blocks'), '--expires', '30')
    expect(data).toMatchObject({
      documents: [{ role: 'root' }, { bins: 4 }, ...['0', '1', '2', '3'].map((bin) => ({ role: `bins-${bin}` }))],
    })
    expect((await merkle('compare', 'bins', 'blocks')).data).toMatchObject({ same: true })
  })

  test('refuses a practice repository, whose mark would be lost', async () => {
    const { at, call, refused } = await room()
    await call(initCommand, at('practice'), '--rehearsal')
    expect(await refused(merkleCommand, 'import', 'practice', at('blocks'))).toBe('format/unsupported')
    expect(existsSync(at('blocks'))).toBe(false)
  })

  test('asks for a plain repository and an empty folder', async () => {
    const { at, merkle, refused } = await room()
    await merkle('import', 'plain', at('blocks'))
    expect([
      await refused(merkleCommand, 'import', 'plain', at('blocks')),
      await refused(merkleCommand, 'import', 'blocks', at('again')),
      await refused(merkleCommand, 'export', 'plain', at('again')),
    ]).toEqual(['usage/invalid', 'usage/invalid', 'usage/invalid'])
    expect(existsSync(at('again'))).toBe(false)
  })
})

describe('merkle export', () => {
  test('into a new folder: all documents wait; into the plain repository: only what it does not say', async () => {
    const { at, merkle } = await room()
    await merkle('import', 'plain', at('blocks'))
    const first = await merkle('export', 'blocks', at('other'))
    expect(first.data).toMatchObject({ files: ['metadata/pending/root.json', 'metadata/pending/targets.json'] })
    expect((await merkle('export', 'blocks', at('plain'))).data).toMatchObject({ files: [], follows: 'plain' })
    await merkle('init', at('new'), '--key', 'Ana', '--key', 'Ben', '--threshold', '1', '--online-key', 'Machine')
    const next = await merkle('export', 'new', at('plain'))
    expect(next.data).toMatchObject({
      files: ['metadata/pending/root.json'],
      documents: [
        { role: 'root', version: 1, tuf: { version: 2 }, same: false },
        { role: 'targets', tuf: { version: 1 }, same: true },
      ],
    })
    const again = merkle('export', 'new', at('plain'))
    await expect(again).rejects.toMatchObject({
      code: 'source/conflict',
      data: { waits: 'metadata/pending/root.json' },
    })
  })
})

test('help of each verb names only its own options', () => {
  const about = merkleCommand.about?.(parseCommand(merkleCommand, ['import', 'x', 'y']))
  expect(about && helpOf({ ...merkleCommand, ...about }).join('\n')).toContain('--expires DAYS')
  expect(about && helpOf({ ...merkleCommand, ...about }).join('\n')).not.toContain('--threshold')
})
