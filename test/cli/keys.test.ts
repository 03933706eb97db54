// Keys under passphrases through the command line: two of three sign, one does not suffice, and a client that no one here
// wrote accepts the result from the first root. And the same secrets, typed on a terminal.
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { openWithPassphrase, parseKeyFile } from '../../src/node/key-file.ts'
import {
  answerOf,
  keepSecret,
  keepSecretBytes,
  leaks,
  refusalOf,
  runCli,
  secretCount,
  typeCli,
} from '../support/cli.ts'
import { serveFolder } from '../support/file-server.ts'
import { refreshWithPeer } from '../support/peer-client.ts'
import { everythingIn } from '../support/temporary-folder.ts'
import { inDays, Stage } from './stage.ts'

const stage = new Stage()
const { home, options } = stage
const passphrases = {
  ana: 'ana rides a bicycle',
  ben: 'ben bakes his bread',
  cleo: 'Cléo chante à minuit',
  online: 'nobody knows this one',
}
type Name = keyof typeof passphrases
const withPassphrases = (...names: readonly Name[]) => ({
  ...options,
  passphrases: names.map((name) => passphrases[name]),
})
const keyFile = (name: string): string => join(home, 'keys', `${name}.json`)

beforeAll(() => void mkdirSync(home))

async function learnSecret(name: Name): Promise<void> {
  const file = parseKeyFile(readFileSync(keyFile(name)), name)
  if (file.seal.kind !== 'passphrase') throw new Error('not under a passphrase')
  keepSecretBytes(await openWithPassphrase(file, new TextEncoder().encode(passphrases[name])))
}

test('create, list, export, import, delete', async () => {
  for (const name of ['ana', 'ben', 'cleo', 'online'] as const) {
    const type = name === 'ben' ? ['--type', 'p256'] : []
    const made = await answerOf<{ id: string; protection: string }>(
      ['keys', 'create', name, ...type],
      withPassphrases(name),
    )
    expect(made).toMatchObject({ id: `file:${name}`, protection: 'passphrase' })
    await learnSecret(name)
  }
  const before = everythingIn(home)
  for (const [code, args, more] of [
    ['usage/invalid', ['keys', 'create', 'Ana'], withPassphrases('ana')],
    ['usage/invalid', ['keys', 'create', '../dan'], withPassphrases('ana')],
    ['usage/invalid', ['keys', 'create', 'dan'], options],
    ['usage/invalid', ['keys', 'create', 'dan'], { ...options, passphrases: ['short'] }],
    ['usage/invalid', ['keys', 'create', 'dan'], { ...options, passphrases: ['long '.repeat(300)] }],
    ['usage/invalid', ['keys', 'create', 'dan', '--type', 'rsa'], withPassphrases('ana')],
    ['usage/invalid', ['keys', 'create', 'dan', '--passphrase-fd', '77'], options],
    ['signer/absent', ['keys', 'create', 'dan', '--keychain'], options],
    ['signer/absent', ['keys', 'export', 'dan'], options],
    ['signer/absent', ['keys', 'delete', 'dan', '--yes'], options],
    ['usage/invalid', ['keys', 'delete', 'ana'], options],
    ['source/not-found', ['keys', 'import', 'dan', join(home, 'nowhere.pem')], options],
    ['format/malformed', ['keys', 'import', 'dan', keyFile('ana')], options],
  ] as const)
    expect((await refusalOf(args, more)).code, args.join(' ')).toBe(code)
  expect(everythingIn(home)).toEqual(before)

  // The passphrase on standard input, given late.
  const piped = { ...options, stdin: 'fred likes pipes\n', lateMs: 700 }
  keepSecret('fred likes pipes')
  await answerOf(['keys', 'create', 'fred', '--passphrase-fd', '0'], piped)
  await answerOf(['keys', 'delete', 'fred', '--yes'], options)

  const { pem } = await answerOf<{ pem: string }>(['keys', 'export', 'ana'], options)
  expect((await runCli(['keys', 'export', 'ana'], options)).out).toBe(pem)
  const imported = await answerOf<{ protection: string; sha256: string }>(['keys', 'import', 'twin', '-'], {
    ...options,
    stdin: pem,
  })
  writeFileSync(join(stage.folder, 'ana.pem'), pem)
  const again = await answerOf<{ sha256: string }>(['keys', 'import', 'twin-2', join(stage.folder, 'ana.pem')], options)
  expect(imported).toMatchObject({ protection: 'public-only', sha256: again.sha256 })
  await answerOf(['keys', 'delete', 'twin-2', '--yes'], options)
  const { keys } = await answerOf<{ keys: { name: string }[] }>(['keys', 'list'], options)
  expect(keys.map(({ name }) => name)).toEqual(['ana', 'ben', 'cleo', 'online', 'twin'])
})

test('init: each passphrase once, and nothing at all when one is wrong', async () => {
  const keys = ['ana', 'ben', 'cleo'].flatMap((name) => ['--key', name])
  const args = ['init', stage.repository, ...keys, '--online-key', 'online', '--threshold', '2']
  const before = everythingIn(stage.folder)
  const wrong = { ...options, passphrases: [passphrases.ana, passphrases.ben, 'not cleo at all', passphrases.online] }
  expect((await refusalOf(args, wrong)).code).toBe('signer/pin-wrong')
  expect((await refusalOf(args, withPassphrases('ana', 'ben'))).code).toBe('usage/invalid')
  expect((await refusalOf(['init', stage.repository, '--key', 'twin'], options)).code).toBe('signer/absent')
  expect(everythingIn(stage.folder)).toEqual(before)
  await answerOf(args, withPassphrases('ana', 'ben', 'cleo', 'online'))
  expect((await refusalOf(args, withPassphrases('ana', 'ben', 'cleo', 'online'))).code).toBe('usage/invalid')
})

describe('two of three', () => {
  const sign = (name: string): string[] => ['sign', stage.repository, 'root', '--key', name]
  const publish = (id: string): string[] => ['publish', stage.repository, id]

  test('a wrong passphrase signs nothing; what is right at the second try does', async () => {
    await stage.proposeRoot()
    await stage.refused('signer/pin-wrong', sign('ana'), { ...options, passphrases: ['this is not it'] })
    await stage.refused('signer/pin-wrong', sign('ana'), {
      ...options,
      passphrases: ['not it', 'nor this', 'or that', passphrases.ana],
    })
    await stage.refused('usage/invalid', sign('ana'), options)
    await stage.refused('signer/unsupported', sign('twin'), options)
    await stage.refused('signer/wrong-key', sign('online'), withPassphrases('online'))
    const { proposal } = await answerOf<{ proposal: { quorums: { signed: number }[] } }>(sign('ana'), {
      ...options,
      passphrases: ['not it', passphrases.ana],
    })
    expect(proposal.quorums.map(({ signed }) => signed)).toEqual([1, 1])
    await stage.refused('usage/invalid', sign('ana'), withPassphrases('ana'))
  })

  test('a key file that was damaged says so', async () => {
    const whole = readFileSync(keyFile('ben'), 'utf8')
    writeFileSync(keyFile('ben'), whole.slice(0, 200))
    await stage.refused('format/malformed', sign('ben'), withPassphrases('ben'))
    writeFileSync(
      keyFile('ben'),
      whole.replace(/"sealed": "./, (text) => `${text.slice(0, -1)}${text.endsWith('A') ? 'B' : 'A'}`),
    )
    await stage.refused('signer/pin-wrong', sign('ben'), withPassphrases('ben'))
    writeFileSync(keyFile('ben'), whole)
  })

  test('one leaves clients undisturbed, the second completes it, and tuf-js follows from the first root', async () => {
    const anchor = readFileSync(stage.path('metadata/1.root.json'))
    const server = await serveFolder(stage.repository)
    try {
      await stage.refused('trust/threshold', publish('root'))
      expect(await refreshWithPeer(join(stage.folder, 'before'), anchor, server.url)).toEqual({ root: 1, targets: 1 })
      await answerOf(sign('ben'), withPassphrases('ben'))
      expect(await refreshWithPeer(join(stage.folder, 'between'), anchor, server.url)).toEqual({ root: 1, targets: 1 })
      await answerOf(publish('root'), options)

      await stage.proposeTarget('tools/tool.txt', 'a tool\n')
      for (const name of ['cleo', 'ana'] as const) {
        await answerOf(['sign', stage.repository, 'targets', '--key', name], withPassphrases(name))
      }
      await stage.refused('usage/invalid', publish('targets'))
      await stage.refused('signer/pin-wrong', publish('targets'), withPassphrases('ana'))
      await answerOf(publish('targets'), withPassphrases('online'))
      const peer = await refreshWithPeer(join(stage.folder, 'after'), anchor, server.url, 'tools/tool.txt')
      expect(peer).toEqual({ root: 2, targets: 2, content: 'a tool\n' })
    } finally {
      await server.end()
    }
  })
})

describe('typed on a terminal', () => {
  test('a passphrase is asked for twice, and not shown', async () => {
    const typed = 'a passphrase like no other'
    keepSecret(typed)
    const made = await typeCli(
      ['keys', 'create', 'dora'],
      [
        [/new passphrase of .*: $/, () => `${typed}xx\x7f\x7f\r`],
        [/once more: $/, () => `${typed}\r`],
      ],
      home,
    )
    expect(made.code).toBe(0)
    await answerOf(['keys', 'list'], options)
    const differ = await typeCli(
      ['keys', 'create', 'emil'],
      [
        [/new passphrase of .*: $/, () => `${typed}\r`],
        [/once more: $/, () => 'something else\r'],
      ],
      home,
    )
    expect(differ.code).toBe(2)
    for (const key of ['\x03', '\x04', '\x1b']) {
      const stopped = await typeCli(
        ['keys', 'create', 'emil'],
        [[/new passphrase of .*: $/, () => `${typed}${key}`]],
        home,
      )
      expect(stopped.code).toBe(1)
    }
    expect(Object.keys(everythingIn(join(home, 'keys'))).filter((name) => /dora|emil/.test(name))).toEqual([
      'dora.json',
    ])
  })

  test('a wrong passphrase is asked for again, three times in all', async () => {
    await stage.propose('root', stage.next('metadata/2.root.json'))
    const ask = /passphrase of key file cleo: $/
    const args = ['sign', stage.repository, 'root', '--key', 'cleo', '--yes']
    const before = everythingIn(stage.repository)
    const refused = await typeCli(
      args,
      [
        [ask, () => 'wrong\r'],
        [/That was not it.*passphrase of key file cleo: $/, () => 'wrong\r'],
        [ask, () => 'wrong\r'],
      ],
      home,
    )
    expect(refused.code).toBe(6)
    expect(everythingIn(stage.repository)).toEqual(before)
    const signed = await typeCli(
      args,
      [
        [ask, () => 'wrong\r'],
        [ask, () => `${passphrases.cleo}\r`],
      ],
      home,
    )
    expect(signed.code).toBe(0)
  })

  test('signing shows the change, and asks for a word of it', async () => {
    const next = stage.next('metadata/2.root.json', { expires: inDays(450) })
    await answerOf(['propose', stage.repository, 'root', next, '--replace'], options)
    const { words } = await answerOf<{ words: string[] }>(['review', stage.repository, 'root'], options)
    const asked = /type word 1 of its fingerprint: /
    const ask = /passphrase of key file cleo: $/
    const args = ['sign', stage.repository, 'root', '--key', 'cleo']
    const before = everythingIn(stage.repository)
    // A finger on Enter.
    expect((await typeCli(args, [[asked, () => '\r']], home)).code).toBe(1)
    expect((await typeCli(args, [[asked, () => '\x03']], home)).code).toBe(1)
    expect(everythingIn(stage.repository)).toEqual(before)
    const signed = await typeCli(
      args,
      [
        [asked, () => `${words[0]}\r`],
        [ask, () => `${passphrases.cleo}\r`],
      ],
      home,
    )
    expect(signed.code).toBe(0)
    expect(signed.screen).toContain('Root 3: Renewal')
  })

  test('a candidate that is replaced while the passphrase is typed is not overwritten', async () => {
    const ask = /passphrase of key file ana: $/
    const sign = ['sign', stage.repository, 'root', '--key', 'ana', '--yes']
    // The same place by another spelling is the same place.
    for (const [days, more] of [
      [500, []],
      [600, ['--to', `${stage.repository}/metadata/..`]],
    ] as const) {
      let replaced = {}
      const replace = (): string => {
        copyFileSync(
          stage.next('metadata/2.root.json', { expires: inDays(days) }),
          stage.path('metadata/pending/root.json'),
        )
        replaced = everythingIn(stage.repository)
        return `${passphrases.ana}\r`
      }
      const { code } = await typeCli([...sign, ...more], [[ask, replace]], home)
      expect(code).toBe(3)
      expect(everythingIn(stage.repository)).toEqual(replaced)
    }
  })

  test('delete asks for the name', async () => {
    const asked = /Type its name to delete it: /
    expect((await typeCli(['keys', 'delete', 'twin'], [[asked, () => 'dora\r']], home)).code).toBe(1)
    expect((await typeCli(['keys', 'delete', 'twin'], [[asked, () => '\x04']], home)).code).toBe(1)
    await answerOf(['keys', 'export', 'twin'], options)
    expect((await typeCli(['keys', 'delete', 'twin'], [[asked, () => 'twin\r']], home)).code).toBe(0)
    expect((await refusalOf(['keys', 'export', 'twin'], options)).code).toBe('signer/absent')
  })

  test('pin: two words of the root, and not one wrong letter', async () => {
    const other = join(stage.folder, 'other-home')
    mkdirSync(other)
    const ask = /Type word (\d+), as you were given it: /
    const { anchor } = await answerOf<{ anchor: { words: string[] } }>(['status', stage.repository], options)
    const wordOf = (match: RegExpExecArray): string => anchor.words[Number(match[1]) - 1] ?? 'no such word'
    const right = (match: RegExpExecArray): string => `${wordOf(match)}\r`
    const wrong = await typeCli(
      ['pin', stage.repository],
      [
        [ask, right],
        [ask, () => 'zebra crossing\r'],
      ],
      other,
    )
    expect(wrong.code).toBe(5)
    expect(everythingIn(other)).toEqual({})
    expect((await typeCli(['pin', stage.repository], [[ask, () => '\x03']], other)).code).toBe(1)
    const args = ['pin', stage.repository, '--name', 'Mine']
    const pinned = await typeCli(
      args,
      [
        [ask, right],
        [ask, (match) => `${wordOf(match).toUpperCase()}\r`],
      ],
      other,
    )
    expect(pinned.code).toBe(0)
    await answerOf(['status', 'Mine'], { home: other })
  })
})

test('nothing secret was said by any of these calls', () => {
  expect(secretCount()).toBeGreaterThan(12)
  expect(leaks()).toEqual([])
})
