// A stranger with the demo: every command once, as the help says, until a client that no one here wrote accepts the result.
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import { answerOf, leaks, refusalOf, runCli, secretCount, sharedFolder } from '../support/cli.ts'
import { serveFolder } from '../support/file-server.ts'
import { refreshWithPeer } from '../support/peer-client.ts'
import { everythingIn } from '../support/temporary-folder.ts'
import type { Reviewed } from './stage.ts'

const folder = sharedFolder()
const home = join(folder, 'home')
const options = { home }
const at = (name: string): string => join(folder, name)
const name = 'Example Packages'
const target = 'example/example-1.4.2.tar.gz'
const targetName = encodeURIComponent(target)
let repository = ''

beforeAll(() => void mkdirSync(home))

const common = ['--help', '--json', '--home DIR', '--offline', '--passphrase-fd N', '--pinentry PROGRAM']
const forTokens = ['--pin-fd N', '--last-try', '--practice']
const reached = ['--ca FILE', '--token']
const root = ['--root FILE', ...reached, '--first']
const asking = ['--release PATH', '--as KEY']
const draft = [
  ...[...root, '--dry-run', '--onto DIGEST', '--replace', '--sign-with KEY', '--sentence TEXT'],
  ...forTokens,
]
const commands: readonly (readonly [string, readonly string[]])[] = [
  ['demo', ['--dir DIR']],
  ['pin', ['--name NAME', '--root FILE', ...reached, '--digest SHA256', '--as USER', '--fork ADDRESS']],
  ['access', [...reached, '--no-ca', '--no-token']],
  ['forget', []],
  ['status', [...root]],
  ['state', [...root, '--search TEXT', '--limit N']],
  ['history', [...root]],
  ['pending', [...root, ...asking]],
  ['review', [...root, ...asking, '--raw']],
  ['sign', [...root, ...asking, '--key KEY', '--yes', '--to TARGET', '--dry-run', ...forTokens]],
  ['publish', [...root]],
  [
    'init',
    [
      ...['--key KEY', '--online-key KEY', '--threshold N', '--expires DAYS', '--signing DAYS', '--online-days DAYS'],
      ...['--structure KIND', '--bits N', '--request FILE', '--reason TEXT', '--as NAME', '--from FILE', '--rehearsal'],
      ...forTokens,
    ],
  ],
  ['roles', [...draft, '--pem FILE', '--name OWNER', '--threshold N', '--in ROLE', '--sign yes|no']],
  [
    'delegate',
    [
      ...[...draft, '--key KEY', '--pem FILE', '--name OWNER', '--in ROLE', '--path PATTERN', '--threshold N'],
      ...['--terminating yes|no', '--before NAME', '--role ROLE', '--bits N', '--form FORM', '--agree N'],
    ],
  ],
  ['configure', draft],
  [
    'edit',
    [
      ...[...draft, '--expires DAYS|DATE', '--period DAYS', '--signing DAYS', '--set PATH=JSON', '--unset PATH'],
      ...['--consistent-snapshot yes|no', '--text', '--from FILE', '--save FILE'],
    ],
  ],
  ['propose', [...root, '--replace']],
  ['renew', [...root]],
  ['rstuf', [...reached, '--to SERVICE']],
  [
    'serve',
    ['--online-key KEY', '--host HOST', '--port N', '--name NAME', '--tls-cert FILE', '--tls-key FILE', ...forTokens],
  ],
  [
    'export',
    [
      ...[...root, '--to FILE', '--qr', '--density coarse|normal|dense', '--reason TEXT', '--as NAME'],
      ...['--from VERSION', '--attestation'],
    ],
  ],
  ['import', ['--root FILE', '--digest SHA256', '--name NAME', '--replace']],
  ['combine', [...root, ...asking]],
  ['inspect', []],
  ['offline', ['--isolated yes|no']],
  [
    'ceremony',
    [
      ...['--script FILE', '--previous FILE', '--with FILE', '--for LEVEL', '--to FILE', '--request FILE'],
      ...['--token FILE', '--authority FILE', '--repository NAME', '--person NAME=ROLES', '--key NAME=FILE'],
      ...['--lost WHO', '--title TEXT', '--purpose TEXT', '--devices N', '--clock SECONDS', '--online'],
      ...['--paper a4|letter'],
    ],
  ],
  ['events', ['--start EVENT', '--as USER', '--fork ADDRESS']],
  ['accept', [...root, '--key KEY', '--as USER', '--yes', '--dry-run', ...forTokens]],
  ['invite', [...root]],
  [
    'signers',
    [
      ...['--key KEY', '--threshold N', '--group GROUP', '--generation N', '--name NAME'],
      ...[...root, '--dry-run', '--replace'],
    ],
  ],
  ['revoke', ['--key KEY', ...root, '--dry-run', '--replace']],
  ['register', [...root, '--as KEY']],
  [
    'warg',
    [
      ...[...root, '--dry-run', '--replace', '--also', '--sentence TEXT', '--digest DIGEST'],
      ...['--log', '--releases', '--permissions', '--all', '--none', '--yes', '--operator'],
    ],
  ],
  [
    'merkle',
    [
      ...[...root, '--key KEY', '--online-key KEY', '--threshold N'],
      ...['--targets-key KEY', '--targets-threshold N', '--svg FILE', '--from WHERE', '--role NAME', '--in-force'],
      ...['--kubo', '--no-pin', '--head URL', '--gateway URL', '--expires DAYS'],
    ],
  ],
  ['project', [...draft, '--key KEY', '--add KEY', '--remove WHO', '--pem FILE', '--name OWNER', '--threshold N']],
  ['release', [...draft, '--at PATH', '--url ADDRESS', '--under FOLDER', '--custom JSON', '--replace-content']],
  ['upload', [...root]],
  ['withdraw', [...root, '--sign-with KEY', '--yes', ...forTokens]],
  ['list', ['--from SOURCE', ...root]],
  ['download', ['--from SOURCE', ...root, '--to DIR', '--file NAME', '--replace']],
  ['verify', ['--from SOURCE', ...root, '--release PATH', '--package NAME']],
  [
    'client',
    ['--metadata-dir DIR', '--metadata-url URL', '--target-name NAME', '--target-base-url URL', '--target-dir DIR'],
  ],
  ['keys', ['--type TYPE', '--keychain', '--yes']],
  ['tokens', ['--type TYPE', '--pin-policy WHEN', '--touch WHEN', '--replace', ...forTokens]],
  ['minisign', ['--key KEY', '--signature FILE', '--comment TEXT', '--trusted-comment TEXT', '--legacy', ...forTokens]],
]

describe('help', () => {
  test.each(commands)('%s --help names every option, in lines that fit', async (command, own) => {
    const { code, out, err } = await runCli([command, '--help'], options)
    expect([code, err]).toEqual([0, ''])
    expect(out).toContain(`countersign ${command}`)
    const named = out.split('\n').flatMap((line) => /^ {2}(--\S+(?: \S+)?) {2,}\S/.exec(line)?.[1] ?? [])
    expect(named).toEqual([...own, ...common])
    expect(out.split('\n').filter((line) => line.length > 125)).toEqual([])
  })

  test('countersign --help names every command; help COMMAND is its help', async () => {
    const { code, out } = await runCli(['--help'], options)
    expect(code).toBe(0)
    expect(out.split('\n').flatMap((line) => /^ {2}([a-z]+) {2,}\S/.exec(line)?.[1] ?? [])).toEqual(
      commands.map(([command]) => command),
    )
    expect((await runCli(['help', 'sign'], options)).out).toBe((await runCli(['sign', '--help'], options)).out)
    expect((await runCli([], options)).out).toBe(out)
    expect((await runCli(['--version'], options)).out).toMatch(/^\d+\.\d+\.\d+\n$/)
  })
})

describe('a call that is not right', () => {
  test.each([
    [['status', 'x', '--bogus']],
    [['status', '--bogus=a.b', 'x']],
    [['status']],
    [['status', 'a', 'b']],
    [['nonsense']],
    [['help', 'nonsense']],
    [['sign', 'x', 'root', '--key']],
    [['demo', 'x']],
    [['demo', '--passphrase-fd', 'three']],
    [['init', 'x', '--rehearsal', '--threshold', '0']],
    [['init', 'x', '--rehearsal', '--threshold', '2']],
    [['init', 'x', '--rehearsal', '--expires', 'soon']],
    [['init', 'x']],
    [['init', 'https://example.com/', '--rehearsal']],
    [['init', 'x', '--rehearsal', '--reason', 'why']],
    [['init', 'x', '--rehearsal', '--request', 'a', '--from', 'b']],
    [['init', 'x', '--rehearsal', '--key', 'You', '--key', 'You']],
    [['keys', 'frobnicate', 'x']],
    [['keys', 'create']],
    [['keys', 'list', 'x']],
    [['keys', 'delete', 'a', 'b', '--yes']],
    [['keys', 'import', 'x']],
    [['keys', 'adopt', 'x']],
    [['minisign', 'sign', 'x']],
    [['signers', 'x', 'new']],
    [['revoke', 'x', 'y']],
    [['register', 'x', 'nonsense', 'https://example.com/']],
    [['register', 'x', 'project', 'https://example.com/', 'https://example.com/']],
    [['warg', 'frobnicate', 'x']],
    [['warg', 'init', 'x', 'wasi:http']],
    [['warg', 'show', 'x', '--none']],
    [['merkle', 'frobnicate', 'x']],
    [['merkle', 'import', 'x']],
    [['merkle', 'compare', 'x', 'y', '--key', 'z']],
    [['merkle', 'ask', 'x', '--svg', 'z']],
    [['merkle', 'save', 'x', 'y.zip']],
    [['merkle', 'upload', 'x', 'http://example.com/', '--role', 'r']],
    [['release', 'x', '--at', 'y']],
    [['client', 'refresh']],
    [['client', '--metadata-dir', 'd', 'refresh']],
    [['client', '--metadata-dir', 'd', 'init']],
    [['client', '--metadata-dir', 'd', 'frobnicate']],
    [['pin', 'x', '--digest', 'abc', '--json']],
  ])('%j', async (args) => {
    const empty = sharedFolderOnce()
    const { code } = await refusalOf(args, { home: empty })
    expect(code).toMatch(args[0] === 'pin' ? /^source\/not-found$/ : /^usage\/invalid$/)
    expect(everythingIn(empty)).toEqual({})
  })

  test('is said on standard error for people, with nothing on standard output', async () => {
    const { code, out, err } = await runCli(['status', '--bogus', 'x'], options)
    expect([code, out]).toEqual([2, ''])
    expect(err).toContain('--bogus')
  })

  test('a home that is no absolute path in the environment', async () => {
    const { code, out } = await runCli(['status', 'x', '--json'], { home: 'relative', cwd: folder })
    expect([code, (JSON.parse(out) as { error: { code: string } }).error.code]).toEqual([2, 'usage/invalid'])
  })

  test('the exit codes are those of the guide', () => {
    const guide = readFileSync(join(import.meta.dirname, '../../docs/guides/command-line.md'), 'utf8')
    const rows = [...guide.matchAll(/^\| (\d+) \| `([a-z]+)\/` \|/gm)].map(([, code, family]) => [family, Number(code)])
    // refusalOf holds every refusal of all these tests to this table.
    expect(rows).toEqual([
      ['user', 1],
      ['usage', 2],
      ['source', 3],
      ['format', 4],
      ['trust', 5],
      ['signer', 6],
      ['internal', 70],
    ])
  })
})

const empties: string[] = []
function sharedFolderOnce(): string {
  const made = join(folder, `empty-${empties.length}`)
  empties.push(made)
  mkdirSync(made)
  return made
}

describe('the demo, from the first look to a client', () => {
  test('demo', async () => {
    const made = await answerOf<{ location: string; pending: string[]; next: string[] }>(['demo'], options)
    repository = made.location
    expect(made.pending).toHaveLength(2)
    expect(everythingIn(repository)['metadata/pending/root.json']).toBeDefined()
    const again = await answerOf<{ location: string; pending: string[] }>(['demo'], options)
    expect([again.location, again.pending]).toEqual([repository, made.pending])
  })

  test('status, by name, by folder, by address, and by a root file', async () => {
    const root = join(repository, 'metadata/1.root.json')
    const calls = [
      [name],
      [repository],
      [`${repository}/metadata/..`],
      [pathToFileURL(repository).href],
      [repository, '--root', root],
    ]
    for (const words of calls) {
      const state = await answerOf<{ rehearsal: boolean; roles: { name: string; version: number }[] }>(
        ['status', ...words],
        options,
      )
      expect(state.rehearsal).toBe(true)
      expect(state.roles.map((role) => `${role.name} ${role.version}`)).toEqual([
        'root 2',
        'timestamp 2',
        'snapshot 2',
        'targets 2',
      ])
    }
  })

  test('pending and review: the headline, the dangerous change first, who is missing, in lines that fit', async () => {
    const { proposals } = await answerOf<{ proposals: Reviewed[] }>(['pending', name], options)
    expect(proposals.map(({ subject }) => subject)).toEqual(['root', 'targets'])
    const { out } = await runCli(['review', name, 'root'], options)
    const lines = out.split('\n')
    // A command to be copied is never broken.
    expect(lines.filter((line) => line.length > 110 && !line.startsWith('  countersign '))).toEqual([])
    expect(lines.find((line) => /^ {2}(DANGEROUS|notable|routine):/.test(line))).toMatch(/^ {2}DANGEROUS/)
    expect(out).toMatch(/Root 2: 2 signed, 3 needed, 1 missing/)
    expect((await runCli(['pending', name], options)).out.split('\n').filter((line) => line.length > 110)).toEqual([])
    // Two wait, so one must be named; but not by a few digits, which anything may begin with.
    expect((await refusalOf(['review', name], options)).code).toBe('usage/invalid')
    expect((await refusalOf(['review', name, proposals[0]?.digest.slice(0, 7) ?? ''], options)).code).toBe(
      'source/not-found',
    )
    const raw = await runCli(['review', name, 'root', '--raw'], options)
    expect(raw.out).toBe(`${readFileSync(join(repository, 'metadata/pending/root.json'), 'utf8')}\n`)
  })

  test('the command that review prints signs exactly what it showed', async () => {
    const { out } = await runCli(['review', name, 'root'], options)
    const [, words = ''] = /^ {2}countersign (sign .*) --key KEY$/m.exec(out) ?? []
    const [verb = '', source = '', id = ''] = [...words.matchAll(/'([^']*)'|(\S+)/g)].map(
      (match) => match[1] ?? match[2] ?? '',
    )
    expect([verb, source]).toEqual(['sign', name])
    const before = everythingIn(repository)
    const part = ['sign', name, id.slice(0, 16), '--key', 'You']
    expect((await refusalOf(part, options)).code).toBe('usage/invalid')
    const dry = await answerOf<{ dryRun: boolean }>([verb, source, id, '--key', 'You', '--dry-run'], options)
    expect(dry.dryRun).toBe(true)
    expect(everythingIn(repository)).toEqual(before)
  })

  test('sign --to another folder leaves the source as it is', async () => {
    const before = everythingIn(repository)
    const { files } = await answerOf<{ files: string[] }>(
      ['sign', name, 'root', '--key', 'rehearsal:You', '--to', at('carried')],
      options,
    )
    expect(files).toEqual(['metadata/pending/root.json'])
    expect(everythingIn(repository)).toEqual(before)
    expect(Object.keys(everythingIn(at('carried'))).filter((one) => one.endsWith('.json'))).toEqual(files)
    expect(
      (await refusalOf(['sign', name, 'root', '--key', 'You', '--to', 'https://example.com/'], options)).code,
    ).toBe('usage/invalid')
  })

  test('sign, publish, and clients follow', async () => {
    const anchor = readFileSync(join(repository, 'metadata/1.root.json'))
    const server = await serveFolder(repository)
    try {
      writeFileSync(at('root.json'), anchor)
      const client = ['client', '--metadata-dir', at('client'), '--metadata-url', `${server.url}/metadata`]
      await answerOf(['client', '--metadata-dir', at('client'), 'init', at('root.json')], options)
      expect(await answerOf([...client, 'refresh'], options)).toMatchObject({ root: 2, targets: 2 })
      const { proposal } = await answerOf<{ proposal: Reviewed }>(
        ['sign', name, 'root', '--key', 'You', '--to', `${repository}/metadata/..`],
        options,
      )
      expect(proposal.quorums.map(({ met }) => met)).toEqual([true, true])
      expect(await answerOf([...client, 'refresh'], options)).toMatchObject({ root: 2 })
      const { published } = await answerOf<{ published: { title: string; files: string[] }[] }>(
        ['publish', name],
        options,
      )
      expect(published).toEqual([{ title: 'Root 3', files: ['metadata/3.root.json'] }])
      expect(await answerOf([...client, 'refresh'], options)).toMatchObject({ root: 3, targets: 2 })
      expect(existsSync(join(repository, 'metadata/pending/root.json'))).toBe(false)
      expect((await refusalOf(['publish', name], options)).code).toBe('trust/threshold')

      const { renewed } = await answerOf<{ renewed: string[] }>(['renew', name], options)
      expect(renewed).toEqual(['metadata/3.snapshot.json', 'metadata/timestamp.json'])
      expect(await answerOf([...client, 'refresh'], options)).toMatchObject({ root: 3, snapshot: 3, timestamp: 3 })

      const places: readonly (readonly [string, string])[] = [
        ['http', server.url],
        ['file', pathToFileURL(repository).href],
        ['path', repository],
      ]
      for (const [kind, place] of places) {
        const got = await answerOf<{ name: string; role: string }>(
          [
            ...['client', '--metadata-dir', at('client'), '--metadata-url', `${place}/metadata`],
            ...['--target-name', target, '--target-base-url', `${place}/targets`, '--target-dir', at(kind), 'download'],
          ],
          options,
        )
        expect(got).toMatchObject({ name: targetName, role: 'targets' })
        expect(readFileSync(join(at(kind), targetName), 'utf8')).toBe('Countersign demo: example 1.4.2\n')
      }
      expect(
        Object.keys(everythingIn(at('client')))
          .filter((one) => one.endsWith('.json'))
          .sort(),
      ).toEqual(['root.json', 'snapshot.json', 'targets.json', 'timestamp.json'])
      expect(readFileSync(join(at('client'), 'root.json'))).toEqual(
        readFileSync(join(repository, 'metadata/3.root.json')),
      )
      expect(
        (
          await refusalOf(
            [
              ...client,
              ...[
                '--target-name',
                'nothing',
                '--target-base-url',
                `${server.url}/targets`,
                '--target-dir',
                at('none'),
                'download',
              ],
            ],
            options,
          )
        ).code,
      ).toBe('source/not-found')
      expect(existsSync(at('none'))).toBe(false)

      const peer = await refreshWithPeer(folder, anchor, server.url, target)
      expect(peer).toEqual({ root: 3, targets: 2, content: 'Countersign demo: example 1.4.2\n' })
    } finally {
      await server.end()
    }
  })

  test('pin from a digest, by folder and by address; forget', async () => {
    const other = { home: at('other') }
    mkdirSync(other.home)
    cpSync(repository, at('copy'), { recursive: true })
    const server = await serveFolder(at('copy'))
    try {
      const { anchor } = await answerOf<{ anchor: { digest: string } }>(['status', name], options)
      for (const place of [at('copy'), server.url]) {
        expect((await refusalOf(['pin', place], other)).code).toBe('usage/invalid')
        expect((await refusalOf(['pin', place, '--digest', 'ab'.repeat(32)], other)).code).toBe('trust/changed')
        const pinned = await answerOf<{ name: string }>(
          ['pin', place, '--digest', anchor.digest.toUpperCase(), '--name', 'Theirs'],
          other,
        )
        expect(pinned.name).toBe('Theirs')
        expect((await refusalOf(['pin', place, '--digest', anchor.digest], other)).code).toBe('usage/invalid')
        expect((await answerOf<{ anchor: { version: number } }>(['status', place], other)).anchor.version).toBe(3)
      }
      expect((await refusalOf(['status', 'Theirs'], other)).code).toBe('usage/invalid')
      await answerOf(['forget', at('copy')], other)
      await answerOf(['status', 'Theirs'], other)
      expect((await refusalOf(['status', at('copy')], other)).code).toBe('source/not-found')
    } finally {
      await server.end()
    }
  })
})

describe('a process among others', () => {
  test('whoever stops reading ends nothing but the output', async () => {
    expect((await runCli(['review', name, 'targets', '--raw'], { ...options, deaf: true })).err).toBe('')
  })

  test('Ctrl-C while standard input is waited for', async () => {
    const interrupt = new Promise((done) => setTimeout(done, 2000))
    const waiting = { ...options, stdin: 'too late', lateMs: 20_000, interrupt }
    expect((await refusalOf(['keys', 'import', 'bob', '-'], waiting)).code).toBe('user/cancelled')
  })

  test('Ctrl-C while a server does not answer', async () => {
    let asked: () => void = () => {}
    const interrupt = new Promise<void>((done) => {
      asked = done
    })
    const server = createServer(() => asked())
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
    try {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
      const { code } = await refusalOf(['status', url, '--root', at('root.json')], { ...options, interrupt })
      expect(code).toBe('user/cancelled')
    } finally {
      server.closeAllConnections()
      server.close()
    }
  })
})

test('nothing secret was said by any of these calls', () => {
  expect(secretCount()).toBeGreaterThan(3)
  expect(leaks()).toEqual([])
})
