// The first root of a repository through the command line: asked for with public keys alone, signed by holders elsewhere, and a
// repository that begins with it, which a client that no one here wrote accepts.

import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { parseUtf8, utf8 } from '../../src/core/bytes.ts'
import { carriedForms } from '../../src/core/systems/carried-forms.ts'
import { carriedLayout } from '../../src/core/systems/tuf/layouts/carried.ts'
import { parseRequest, requestBytes } from '../../src/core/transfer/request.ts'
import { memoryTransport } from '../../src/core/transport.ts'
import { receive } from '../../src/node/carried/arrival.ts'
import { firstSource } from '../../src/node/carried/first.ts'
import { openDesk } from '../../src/node/desk.ts'
import { answerOf, type CliOptions, leaks, refusalOf, sharedFolder } from '../support/cli.ts'
import { serveFolder } from '../support/file-server.ts'
import { noTokens } from '../support/no-tokens.ts'
import { refreshWithPeer } from '../support/peer-client.ts'
import { everythingIn } from '../support/temporary-folder.ts'

const folder = sharedFolder()
const never = new AbortController().signal
const names = ['ana', 'ben', 'cleo', 'online'] as const
type Name = (typeof names)[number]
const passphrase = (name: string): string => `${name} has a long passphrase`
/** Who asks has public keys alone; who holds the keys are all in one room. */
const asker: CliOptions = { home: join(folder, 'asker') }
const room: CliOptions = { home: join(folder, 'room') }
const kept = join(folder, 'kept')
const file = join(folder, 'first.json')
const repository = join(folder, 'packages')
const holders = ['ana', 'ben', 'cleo'].flatMap((name) => ['--key', name])
const asking = [...holders, '--threshold', '2', '--online-key', 'online']
const withKeys = (...of: readonly Name[]): CliOptions => ({ ...room, passphrases: of.map(passphrase) })

beforeAll(async () => {
  for (const { home } of [asker, room]) mkdirSync(home)
  for (const name of names) {
    await answerOf(['keys', 'create', name], { ...room, passphrases: [passphrase(name)] })
    const { pem } = await answerOf<{ pem: string }>(['keys', 'export', name], room)
    await answerOf(['keys', 'import', name, '-'], { ...asker, stdin: pem })
  }
  cpSync(room.home, kept, { recursive: true })
})

beforeEach(() => {
  for (const one of [file, repository, room.home]) rmSync(one, { recursive: true, force: true })
  cpSync(kept, room.home, { recursive: true })
})

const ask = (...more: readonly string[]) =>
  answerOf<{ digest: string; kind: string }>(['init', 'packages', '--request', file, ...asking, ...more], asker)

/** The root as it leaves the room, signed by these. */
async function signedBy(...who: readonly Name[]): Promise<string> {
  const desk = openDesk({
    ...{ dataDir: room.home, tokens: noTokens(), now: () => new Date() },
    prompt: { pin: async ({ device }) => utf8(passphrase(device.replace('key file ', ''))), touch: () => () => {} },
  })
  const source = firstSource('packages', memoryTransport())
  const { proposal } = await receive(readFileSync(file), 'it', source, desk, { signal: never })
  for (const name of who) await desk.approve(source, proposal.id, `file:${name}`, source.transport, never)
  const root = await source.transport.read(carriedLayout.candidateName('root'), 1e6, never)
  const path = join(folder, '1.root.json')
  writeFileSync(path, root ?? '')
  return path
}

describe('asking for it', () => {
  test('needs public keys alone, signs nothing, and writes nothing but the file', async () => {
    const before = everythingIn(asker.home)
    const { digest, kind } = await ask('--as', 'Ana', '--reason', 'it begins')
    expect(kind).toBe('request')
    expect(everythingIn(asker.home)).toEqual(before)
    expect(existsSync(repository)).toBe(false)
    const request = parseRequest(readFileSync(file), file, carriedForms)
    expect(request).toMatchObject({ anchor: '', subject: 'root', digest, repository: 'packages', askedBy: 'Ana' })
    const root = parseUtf8(request.files.get(carriedLayout.candidateName('root')) ?? new Uint8Array(), 'it')
    expect(JSON.parse(root)).toMatchObject({
      signatures: [],
      signed: { version: 1, roles: { root: { threshold: 2 } } },
    })
  })

  test('is looked at on a second screen, where no root is shown that would vouch for it', async () => {
    const { digest } = await ask()
    const seen = await answerOf<{ anchor: unknown; proposal: { digest: string }; words: string[] }>(
      ['inspect', file],
      room,
    )
    expect(seen).toMatchObject({ anchor: null, proposal: { digest } })
    expect(seen.words).toHaveLength(32)
  })

  test('is not imported: it is for a ceremony', async () => {
    await ask()
    const before = everythingIn(room.home)
    expect((await refusalOf(['import', file], room)).hint).toContain('countersign ceremony')
    expect((await refusalOf(['import', file, '--digest', '0'.repeat(64)], room)).code).toBe('usage/invalid')
    expect(everythingIn(room.home)).toEqual(before)
  })

  test.each<[string, string, readonly string[]]>([
    ['a file that is there', 'usage/invalid', [...asking, '--request', join(folder, 'there')]],
    ['nobody', 'usage/invalid', []],
    ['somebody unknown', 'signer/absent', ['--key', 'dan']],
    ['somebody twice', 'usage/invalid', ['--key', 'ana', '--key', 'ana']],
    ['the same key under two names', 'usage/invalid', ['--key', 'ana', '--key', 'file:ana']],
    ['what comes with --from', 'usage/invalid', [...asking, '--structure', 'projects']],
  ])('with %s is refused', async (_, code, args) => {
    writeFileSync(join(folder, 'there'), 'mine')
    const call = args.includes('--request') ? args : [...args, '--request', file]
    expect((await refusalOf(['init', 'packages', ...call], asker)).code).toBe(code)
    expect(readFileSync(join(folder, 'there'), 'utf8')).toBe('mine')
    expect(existsSync(file)).toBe(false)
  })

  test('for practice makes practice keys, and marks the root', async () => {
    const home = join(folder, 'practice')
    mkdirSync(home)
    await answerOf(['init', 'packages', '--request', file, '--rehearsal', '--key', 'Mia'], { home })
    const { keys } = JSON.parse(readFileSync(join(home, 'rehearsal-keys.json'), 'utf8')) as { keys: { name: string }[] }
    expect(keys.map(({ name }) => name)).toEqual(['Mia', 'Online'])
    expect(readFileSync(file, 'utf8')).toContain('rehearsal')
  })
})

describe('beginning with it', () => {
  const begin = (root: string, keys: readonly Name[], more: readonly string[] = []) => [
    ...[
      'init',
      repository,
      '--from',
      root,
      ...keys.flatMap((name) => ['--key', name]),
      '--online-key',
      'online',
      ...more,
    ],
  ]

  test('founds a repository that tuf-js accepts from that root', async () => {
    const { digest } = await ask()
    const root = await signedBy('ana', 'cleo')
    const made = await answerOf<{ root: string }>(
      begin(root, ['ben', 'cleo'], ['--structure', 'projects']),
      withKeys('ben', 'cleo', 'online'),
    )
    expect(made.root).toBe(digest)
    expect(readFileSync(join(repository, 'metadata/1.root.json'))).toEqual(readFileSync(root))
    const server = await serveFolder(repository)
    try {
      const seen = await refreshWithPeer(join(folder, 'peer'), readFileSync(root), server.url)
      expect(seen).toEqual({ root: 1, targets: 1 })
    } finally {
      await server.end()
    }
    // It is like any other from here on.
    await answerOf(['renew', repository], withKeys('online'))
  })

  test('takes the request itself, once enough have signed it', async () => {
    await ask()
    const root = readFileSync(await signedBy('ana', 'ben'))
    const files = new Map([[carriedLayout.candidateName('root'), new Uint8Array(root)]])
    writeFileSync(file, requestBytes({ ...parseRequest(readFileSync(file), file, carriedForms), files }, carriedForms))
    await answerOf(begin(file, ['ana', 'ben']), withKeys('ana', 'ben', 'online'))
    expect(readFileSync(join(repository, 'metadata/1.root.json'))).toEqual(root)
  })

  test.each<[string, string, readonly Name[], readonly Name[], readonly string[]]>([
    ['a root that too few have signed', 'trust/threshold', ['ana'], ['ana', 'ben'], []],
    ['too few of those who sign targets', 'signer/absent', ['ana', 'ben'], ['ana'], []],
    ['a key that the root does not name for targets', 'signer/wrong-key', ['ana', 'ben'], ['ana', 'online'], []],
    [
      'an online key that the root does not name',
      'signer/wrong-key',
      ['ana', 'ben'],
      ['ana', 'ben'],
      ['--online-key', 'cleo'],
    ],
    ['a threshold, which the root has', 'usage/invalid', ['ana', 'ben'], ['ana', 'ben'], ['--threshold', '1']],
  ])('refuses %s, and leaves nothing behind', async (_, code, signed, here, more) => {
    await ask()
    const root = await signedBy(...signed)
    const before = everythingIn(room.home)
    const call = begin(root, here, more)
    expect((await refusalOf(call, withKeys(...here, 'online'))).code).toBe(code)
    expect(everythingIn(room.home)).toEqual(before)
    expect(existsSync(repository) ? readdirSync(repository) : []).toEqual([])
  })
})

test('nothing that was said holds a passphrase', () => {
  expect(leaks()).toEqual([])
})
