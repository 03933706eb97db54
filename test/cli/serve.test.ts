// A folder, one command, and a team that proposes and signs over the network: until a client that no one here wrote accepts
// what the repository published by itself.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { get } from 'node:https'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { answerOf, type CliOptions, refusalOf, runCli, sharedFolder, type Typing, typeCli } from '../support/cli.ts'
import { refreshWithPeer } from '../support/peer-client.ts'
import { serveProcess } from '../support/serve.ts'
import { everythingIn } from '../support/temporary-folder.ts'

const shared = sharedFolder()

interface Founded {
  folder: string
  home: string
  team: CliOptions
  /** Digest of the root. */
  root: string
}

/** The folder of whoever runs it, and the home of a team that has the people's keys and nothing else. */
async function founded(name: string): Promise<Founded> {
  const at = (part: string): string => join(shared, name, part)
  for (const part of ['home', 'team']) mkdirSync(at(part), { recursive: true })
  const folder = at('repository')
  const keys = ['--key', 'Ana', '--key', 'Ben', '--online-key', 'Online', '--threshold', '2']
  const { root } = await answerOf<{ root: string }>(['init', folder, ...keys, '--rehearsal'], { home: at('home') })
  copyFileSync(join(at('home'), 'rehearsal-keys.json'), join(at('team'), 'rehearsal-keys.json'))
  return { folder, home: at('home'), team: { home: at('team') }, root }
}

interface Proposed {
  id: string
  digest: string
  published: boolean
  held?: string
}

test('proposed with one signature, signed by another, published by the repository, accepted by tuf-js', async () => {
  const { folder, home, team, root } = await founded('first')
  const { url, end } = await serveProcess({ folder, home })
  await answerOf(['pin', url, '--name', 'packages', '--digest', root], team)
  const file = join(shared, 'loom-1.0.bin')
  writeFileSync(file, 'the content of a release')

  const unsigned = await refusalOf(['release', 'packages', 'targets', 'add', file], team)
  expect(unsigned.code).toBe('usage/invalid')
  const add = ['release', 'packages', 'targets', 'add', file, '--sign-with', 'rehearsal:Ana']
  const proposed = await answerOf<Proposed>(add, team)
  expect(proposed.published).toBe(false)
  const sign = ['sign', 'packages', proposed.id, '--key', 'rehearsal:Ben', '--yes']
  const signed = await answerOf<{ published: boolean }>(sign, team)
  expect(signed.published).toBe(true)

  const anchor = readFileSync(join(folder, 'metadata/1.root.json'))
  const seen = await refreshWithPeer(join(shared, 'first'), anchor, url.slice(0, -1), 'loom-1.0.bin')
  expect(seen).toEqual({ root: 1, targets: 2, content: 'the content of a release' })
  expect((await refusalOf(['renew', 'packages'], team)).code).toBe('usage/invalid')
  expect(await end()).toBe(0)
})

test('key files: the passphrase is asked for once; a second server is refused', async () => {
  const at = (part: string): string => join(shared, 'second', part)
  mkdirSync(at('home'), { recursive: true })
  const home = at('home')
  const passphrases = ['ana’s passphrase', 'publisher passphrase']
  await answerOf(['keys', 'create', 'Ana'], { home, passphrases: [passphrases[0] ?? '', passphrases[0] ?? ''] })
  await answerOf(['keys', 'create', 'publisher'], { home, passphrases: [passphrases[1] ?? '', passphrases[1] ?? ''] })
  const folder = at('repository')
  await answerOf(['init', folder, '--key', 'Ana', '--online-key', 'publisher'], { home, passphrases })
  const { url, log, end } = await serveProcess({ folder, home, passphrases: [passphrases[1] ?? ''] })
  expect((await refusalOf(['serve', folder, '--port', '0'], { home, passphrases: [passphrases[1] ?? ''] })).code).toBe(
    'source/conflict',
  )
  const [pinned] = JSON.parse(readFileSync(join(home, 'workspace.json'), 'utf8')).sources as { location: string }[]
  expect(pinned?.location).toBe(folder)
  const root = readFileSync(join(folder, 'metadata/1.root.json'))
  writeFileSync(at('root.json'), root)
  const renew = ['edit', url, 'targets', '--expires', '200', '--root', at('root.json'), '--sign-with', 'Ana']
  expect(await answerOf<Proposed>(renew, { home, passphrases: passphrases.slice(0, 1) })).toMatchObject({
    published: true,
  })
  expect(log()).toMatch(/published Targets 2\n/)
  for (const line of log().trim().split('\n')) expect(line).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ \S/)
  for (const secret of passphrases) expect(log()).not.toContain(secret)
  expect(await end()).toBe(0)
})

test('without a key of its own the machine would sign as a person, and is refused', async () => {
  const home = join(shared, 'alone')
  mkdirSync(home, { recursive: true })
  const folder = join(home, 'repository')
  const secret = 'ana’s passphrase'
  await answerOf(['keys', 'create', 'Ana'], { home, passphrases: [secret, secret] })
  await answerOf(['init', folder, '--key', 'Ana'], { home, passphrases: [secret] })
  const call = { home, passphrases: [secret] }
  expect((await refusalOf(['serve', folder, '--port', '0'], call)).code).toBe('signer/unsupported')
})

test.each([
  ['no folder', ['serve', '/nowhere/at/all'], 'source/not-found'],
  ['an address', ['serve', 'https://example.com/'], 'usage/invalid'],
  ['a port that is none', ['serve', '.', '--port', '99999'], 'usage/invalid'],
  ['half of TLS', ['serve', '.', '--tls-cert', 'cert.pem'], 'usage/invalid'],
  [
    'a certificate that is not there',
    ['serve', '.', '--tls-cert', 'no.pem', '--tls-key', 'no.pem'],
    'source/not-found',
  ],
])('serve is refused for %s', async (_, args, code) => {
  const home = join(shared, 'refused')
  mkdirSync(home, { recursive: true })
  expect((await refusalOf(args, { home })).code).toBe(code)
})

test('over TLS', async () => {
  const { folder, home } = await founded('tls')
  const [cert, key] = [join(home, 'cert.pem'), join(home, 'key.pem')]
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1']
  const made = spawnSync('openssl', [
    'req',
    '-x509',
    '-newkey',
    'ed25519',
    '-nodes',
    '-keyout',
    key,
    '-out',
    cert,
    ...subject,
  ])
  expect(made.status).toBe(0)
  const { url } = await serveProcess({ folder, home, args: ['--tls-cert', cert, '--tls-key', key] })
  expect(url).toMatch(/^https:/)
  const answer = await new Promise<string>((done, fail) => {
    get(`${url}metadata/timestamp.json`, { ca: readFileSync(cert) }, (response) => {
      let text = ''
      response.on('data', (data) => {
        text += data
      })
      response.on('end', () => done(text))
    }).on('error', fail)
  })
  expect(answer).toBe(readFileSync(join(folder, 'metadata/timestamp.json'), 'utf8'))
})

test('taken back with a signature, and with none it is not', async () => {
  const { folder, home, team, root } = await founded('withdrawn')
  const { url } = await serveProcess({ folder, home })
  await answerOf(['pin', url, '--name', 'packages', '--digest', root], team)
  const renew = ['edit', 'packages', 'targets', '--expires', '200', '--sign-with', 'rehearsal:Ana']
  const { digest } = await answerOf<Proposed>(renew, team)
  expect((await refusalOf(['publish', 'packages'], team)).code).toBe('usage/invalid')
  expect((await refusalOf(['withdraw', 'packages', digest, '--yes'], team)).code).toBe('usage/invalid')
  await answerOf(['withdraw', 'packages', digest, '--yes', '--sign-with', 'rehearsal:Ben'], team)
  expect(await answerOf<{ proposals: unknown[] }>(['pending', 'packages'], team)).toMatchObject({ proposals: [] })
  expect(everythingIn(join(folder, 'metadata'))['pending/targets.json']).toBe(undefined)
})

test('content that did not come along with its change is named as missing, sent later, and then published', async () => {
  const { folder, home, team, root } = await founded('later')
  const { url } = await serveProcess({ folder, home })
  await answerOf(['pin', url, '--name', 'packages', '--digest', root], team)
  const release = join(shared, 'later', 'release')
  mkdirSync(release)
  const texts = { one: 'the content of one', two: 'what two holds', other: 'nobody named this' }
  for (const [name, text] of Object.entries(texts)) writeFileSync(join(release, name), text)
  const target = (text: string) =>
    JSON.stringify({ length: text.length, hashes: { sha256: createHash('sha256').update(text).digest('hex') } })
  const set = [
    ...['--set', `targets/one-1.0=${target(texts.one)}`],
    ...['--set', `targets/two-1.0=${target(texts.two)}`],
  ]
  const edit = ['edit', 'packages', 'targets', ...set, '--sign-with', 'rehearsal:Ana']
  const { digest } = await answerOf<Proposed>(edit, team)

  const upload = (...paths: string[]) => ['upload', 'packages', ...paths]
  expect((await refusalOf(upload(join(release, 'other')), team)).code).toBe('source/not-found')
  const missing = (paths: string[]) => [{ outcome: 'waits', missing: { files: paths.length, paths } }]
  const first = await answerOf<{ changes: unknown }>(upload(join(release, 'one')), team)
  expect(first).toMatchObject({ sent: [{ name: 'one', paths: ['one-1.0'] }], changes: missing(['two-1.0']) })
  await answerOf(['sign', 'packages', digest, '--key', 'rehearsal:Ben', '--yes'], team)

  const isNamed = { needs: [{ subject: 'targets', sentence: expect.stringContaining('two-1.0') }] }
  expect(await answerOf(['review', 'packages', digest], team)).toMatchObject(isNamed)
  expect(await answerOf(['pending', 'packages'], team)).toMatchObject({ proposals: [isNamed] })
  const listed = await runCli(['pending', 'packages'], team)
  expect(listed.out).toContain('two-1.0')
  expect(listed.out).not.toContain('ready to publish')

  expect(await answerOf(upload(release), team)).toMatchObject({
    sent: [{ name: 'one' }, { name: 'two' }],
    unnamed: ['other'],
    changes: [{ published: true }],
  })
  expect((await refusalOf(upload(release), team)).code).toBe('source/not-found')
})

test('a key that is mistyped where it is asked for is asked for again, and the change is not lost', async () => {
  const { folder, home, team, root } = await founded('mistyped')
  const { url } = await serveProcess({ folder, home })
  await answerOf(['pin', url, '--name', 'packages', '--digest', root], team)
  const typing: Typing = [
    [/Key to sign with: /, () => 'Ann\r'],
    [/there is no key Ann here[\s\S]*Key to sign with: /, () => 'rehearsal:Ana\r'],
    [/word 1 of its fingerprint: /, (_match, screen) => `${/^ {3}1 {2}(\S+)/m.exec(screen)?.[1] ?? ''}\r`],
  ]
  const { code } = await typeCli(['edit', 'packages', 'targets', '--expires', '200'], typing, team.home)
  expect(code).toBe(0)
  expect(await answerOf(['pending', 'packages'], team)).toMatchObject({ proposals: [{ subject: 'targets' }] })
})
