// Signing events of tuf-on-ci through the command line, over real git: review, sign, and what lands in the branch.
import { createHash } from 'node:crypto'
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { utf8 } from '../../src/core/bytes.ts'
import { canonicalJson } from '../../src/core/canonical.ts'
import type { JsonObject } from '../../src/core/json.ts'
import { tufSystem } from '../../src/core/systems/tuf/system.ts'
import { download } from '../../src/node/artifacts/download.ts'
import { openPlace } from '../../src/node/place.ts'
import { createRehearsalKey } from '../../src/node/signers/rehearsal.ts'
import { directoryTransport } from '../../src/node/transports/directory.ts'
import { mirrorFolder } from '../../src/node/transports/git/mirror.ts'
import { answerOf, refusalOf, runCli, sharedFolder } from '../support/cli.ts'
import { nameForCommits, runGit } from '../support/git-office.ts'
import { never } from '../support/repository.ts'
import { type CiPerson, type CiRepository, ciBytes, ciKey, ciRepository } from '../support/tuf-on-ci.ts'
import type { Reviewed } from './stage.ts'

nameForCommits()

let home: string
let repository: CiRepository
let people: CiPerson[]

beforeEach(async () => {
  home = join(sharedFolder(), 'home')
  mkdirSync(home)
  const files = directoryTransport(home)
  const make = (name: string) => createRehearsalKey(files, name, 'ed25519', never)
  people = [
    { user: '@ana', signer: await make('Ana') },
    { user: '@ben', signer: await make('Ben') },
  ]
  repository = await ciRepository(people, await make('Online'))
})

const git = () => ({ home })

async function pinned(): Promise<void> {
  await answerOf(['pin', repository.forge.location, '--name', 'Demo', '--digest', rootDigest()], git())
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

function rootDigest(): string {
  return createHash('sha256')
    .update(canonicalJson(repository.read('main', 'root').signed))
    .digest('hex')
}

test('an event is reviewed, signed by two people, and each signature is one line a file', async () => {
  await pinned()
  const { forge } = repository
  repository.edit('sign/x', 'root', (signed) => {
    signed['x-tuf-on-ci-signing-period'] = 90
  })
  const event = `${forge.location}#sign/x`
  const { proposals } = await answerOf<{ proposals: Reviewed[] }>(['pending', event], git())
  expect(proposals.map(({ subject }) => subject)).toEqual(['root'])
  const digest = proposals[0]?.digest ?? ''
  for (const name of ['Ana', 'Ben']) {
    const before = runGit(forge.bare, 'rev-parse', 'sign/x')
    await answerOf(['sign', event, digest, '--key', name, '--yes'], git())
    expect(runGit(forge.bare, 'diff', '--numstat', before, 'sign/x').split('\n')).toEqual([
      '1\t1\tmetadata/root.json',
      '1\t1\tmetadata/root_history/2.root.json',
    ])
    expect(runGit(forge.bare, 'rev-list', '--count', `${before}..sign/x`)).toBe('1')
    expect(runGit(forge.bare, 'log', '-1', '--format=%B', 'sign/x')).toBe(
      `Signature from @${name.toLowerCase()}\n\nSigned-off-by: Tess Tester <tess@example.com>`,
    )
  }
  const [done] = (await answerOf<{ proposals: Reviewed[] }>(['pending', event], git())).proposals
  expect(done?.quorums.every(({ met }) => met)).toBe(true)
  expect((await refusalOf(['publish', event], git())).code).toBe('usage/invalid')
  await repository.merge('sign/x')
  const state = await answerOf<{ anchor: { version: number } }>(['status', 'Demo'], git())
  expect(state.anchor.version).toBe(2)
})

test('an event is carried over an air gap, and each reply is a commit of one line a file', async () => {
  await pinned()
  const { forge } = repository
  repository.edit('sign/x', 'root', (signed) => {
    signed['x-tuf-on-ci-signing-period'] = 90
  })
  const island = { home: join(home, '..', 'island') }
  mkdirSync(island.home)
  cpSync(join(home, 'rehearsal-keys.json'), join(island.home, 'rehearsal-keys.json'))
  const request = join(home, 'x.request.json')
  await answerOf(['export', 'Demo', 'root', '--to', request], git())
  await answerOf(['import', request, '--digest', rootDigest(), '--name', 'far'], island)
  const reply = join(home, 'x.reply.json')
  await answerOf(['sign', 'far', 'root', '--key', 'Ana', '--yes'], island)
  await answerOf(['export', 'far', 'root', '--to', reply], island)
  const before = runGit(forge.bare, 'rev-parse', 'sign/x')
  await answerOf(['combine', 'Demo', reply], git())
  expect(runGit(forge.bare, 'diff', '--numstat', before, 'sign/x').split('\n')).toEqual([
    '1\t1\tmetadata/root.json',
    '1\t1\tmetadata/root_history/2.root.json',
  ])
})

test('a change that was replaced, or put back, since it was reviewed is not signed', async () => {
  await pinned()
  const { forge } = repository
  const event = `${forge.location}#sign/x`
  repository.edit('sign/x', 'root', (signed) => {
    signed['x-tuf-on-ci-signing-period'] = 90
  })
  const [reviewed] = (await answerOf<{ proposals: Reviewed[] }>(['pending', event], git())).proposals
  repository.edit('sign/x', 'root', (signed) => {
    signed['x-tuf-on-ci-signing-period'] = 91
  })
  const sign = ['sign', event, reviewed?.digest ?? '', '--key', 'Ana', '--yes']
  expect((await refusalOf(sign, git())).code).toBe('trust/changed')
  runGit(forge.bare, 'update-ref', 'refs/heads/sign/x', 'refs/heads/main')
  expect((await refusalOf(sign, git())).code).toBe('trust/changed')
})

test('who has no name for commits is told so before anything is signed', async () => {
  await pinned()
  repository.edit('sign/x', 'targets', () => undefined)
  repository.edit('sign/x', 'root', () => undefined)
  const sign = ['sign', 'Demo', 'targets', '--key', 'Ana', '--yes']
  const both = ['sign', 'Demo', 'targets', 'root', '--key', 'Ana', '--yes']
  for (const name of Object.keys(process.env)) if (/^GIT_(AUTHOR|COMMITTER)_/.test(name)) delete process.env[name]
  try {
    const refused = await refusalOf(sign, git())
    expect(refused.code).toBe('usage/invalid')
    // Of several as well, and not once for each after it was signed.
    expect(await refusalOf(both, git())).toEqual(refused)
  } finally {
    nameForCommits()
  }
  await answerOf(both, git())
})

test('several events: each is named by the source, and one alone needs no name', async () => {
  await pinned()
  const renew = (event: string) => repository.edit(event, 'targets', () => undefined)
  renew('sign/one')
  const { proposals } = await answerOf<{ proposals: Reviewed[] }>(['pending', 'Demo'], git())
  expect(proposals.map(({ subject }) => subject)).toEqual(['targets'])
  renew('sign/two')
  const { events } = await answerOf<{ events: { event: string }[] }>(['events', 'Demo'], git())
  expect(events.map(({ event }) => event)).toEqual(['sign/one', 'sign/two'])
  expect((await refusalOf(['review', 'Demo'], git())).code).toBe('usage/invalid')
  await answerOf(['review', 'Demo#sign/two', 'targets'], git())
  expect((await refusalOf(['review', 'Demo#sign/three'], git())).code).toBe('source/not-found')
})

test('an event that changes snapshot, or another root than the one shown, is named and not signed', async () => {
  await pinned()
  const { forge } = repository
  repository.edit('sign/x', 'targets', () => undefined, new Map([['metadata/snapshot.json', utf8('{}')]]))
  repository.edit('sign/y', 'root', () => undefined)
  forge.commit('sign/y', new Map([['metadata/root_history/2.root.json', utf8('{}')]]))
  const codesOf = async (event: string): Promise<string[]> =>
    (await answerOf<{ problems: { code: string }[] }>(['pending', event], git())).problems.map(({ code }) => code)
  expect(await codesOf('Demo#sign/x')).toEqual(['trust/changed'])
  expect(await codesOf('Demo#sign/y')).toEqual(['trust/changed'])
})

test('what a merge would take along is said', async () => {
  await pinned()
  const programs = new Map([['.github/workflows/online-sign.yml', utf8('run: evil')]])
  repository.edit(
    'sign/x',
    'targets',
    (signed) => {
      signed.targets = { 'a.txt': { length: 5, hashes: { sha256: sha256('other') } } }
    },
    new Map([...programs, ['targets/a.txt', utf8('hello')], ['targets/b.txt', utf8('unlisted')]]),
  )
  const { findings } = await answerOf<Reviewed & { findings: { code: string; risk: string }[] }>(
    ['review', 'Demo#sign/x'],
    git(),
  )
  const codes = findings.map(({ code }) => code)
  expect(codes).toEqual(expect.arrayContaining(['event-programs', 'artifact-differs', 'artifact-unlisted']))
})

test('an invitation is accepted in one commit: the key, its signature, and no invitation any more', async () => {
  await pinned()
  const { forge } = repository
  const [ana, ben] = people as [CiPerson, CiPerson]
  const cleo: CiPerson = {
    user: '@cleo',
    signer: await createRehearsalKey(directoryTransport(home), 'Cleo', 'ed25519', never),
  }
  repository.edit('sign/cleo', 'root', () => undefined)
  expect(await refusalOf(['invite', 'Demo#sign/cleo', 'Cleo', 'root', 'tragets'], git())).toMatchObject({
    code: 'usage/invalid',
    hint: expect.stringContaining('targets'),
  })
  await answerOf(['invite', 'Demo#sign/cleo', 'Cleo', 'root', 'targets'], git())
  expect(forge.show('sign/cleo', 'metadata/.signing-event-state')).toBe(
    '{\n  "invites": {\n    "@cleo": [\n      "root",\n      "targets"\n    ]\n  }\n}',
  )
  const accept = ['accept', 'Demo#sign/cleo', '--key', 'Cleo']
  expect((await refusalOf(accept, git())).code).toBe('usage/invalid')
  expect((await refusalOf([...accept, '--as', 'ben'], git())).code).toBe('source/not-found')
  const before = runGit(forge.bare, 'rev-parse', 'sign/cleo')
  // Who only looks is not remembered; and a name that cannot be kept afterwards makes nothing look failed.
  await answerOf([...accept, '--as', 'CLEO', '--dry-run'], git())
  expect((await refusalOf(accept, git())).code).toBe('usage/invalid')
  // A script that nobody told to has signed nothing, and shows what it would have.
  const unread = await runCli([...accept, '--as', 'CLEO', '--json'], git())
  expect(unread.code).toBe(2)
  expect(unread.json).toMatchObject({ error: { code: 'usage/invalid' }, details: expect.any(Array) })
  expect(JSON.stringify(unread.json)).toMatch(/@cleo can now sign for root.*sha256 of the signed bytes/)
  expect(runGit(forge.bare, 'rev-parse', 'sign/cleo')).toBe(before)
  mkdirSync(join(mirrorFolder(home, forge.address()), '.tuf-on-ci-sign.ini', 'in the way'), { recursive: true })
  const accepted = await answerOf<{ remark?: string }>([...accept, '--as', 'CLEO', '--yes'], git())
  expect(accepted.remark).toMatch(/user name/)
  expect(runGit(forge.bare, 'rev-list', '--count', `${before}..sign/cleo`)).toBe('1')
  expect(runGit(forge.bare, 'log', '-1', '--format=%s', 'sign/cleo')).toBe('@cleo accepted invitation')
  const names = [
    'root.json',
    'root_history/2.root.json',
    'targets.json',
    'timestamp.json',
    'snapshot.json',
    'root_history/1.root.json',
  ]
  expect(forge.names('sign/cleo')).toEqual(names.map((name) => `metadata/${name}`).sort())

  // The same by the rules of the tool.
  const expected = structuredClone(repository.read('main', 'root'))
  const key = ciKey(cleo)
  const roles = expected.signed.roles as unknown as Record<string, { keyids: string[] }>
  for (const role of ['root', 'targets']) roles[role]?.keyids.push(key.id)
  Object.assign(expected.signed.keys as object, { [key.id]: key.raw })
  expected.signed.version = 2
  const root = repository.read('sign/cleo', 'root')
  expect(root.signed.expires > expected.signed.expires || root.signed.expires === expected.signed.expires).toBe(true)
  expect({ ...root.signed, expires: '' }).toEqual({ ...expected.signed, expires: '' })
  const slots = [ana, ben, cleo].map((person) => ciKey(person).id)
  expect(root.signatures.map(({ keyid }) => keyid)).toEqual(slots)
  expect(root.signatures.map(({ sig }) => sig !== '')).toEqual([false, false, true])
  expect(forge.show('sign/cleo', 'metadata/root.json')).toBe(new TextDecoder().decode(ciBytes(root as never)))
  // The two who hold root sign, and clients follow.
  for (const person of [ana, ben]) await repository.sign('sign/cleo', 'root', person)
  const [done] = (await answerOf<{ proposals: Reviewed[] }>(['pending', 'Demo#sign/cleo'], git())).proposals
  expect(done?.quorums.every(({ met }) => met)).toBe(true)
  await repository.merge('sign/cleo')
  const { anchor } = await answerOf<{ anchor: { version: number } }>(['status', 'Demo'], git())
  expect(anchor.version).toBe(2)
})

test('a change made here is what the tool would have made', async () => {
  await pinned()
  const { forge } = repository
  await answerOf(['events', 'Demo', '--start', 'sign/period'], git())
  expect((await refusalOf(['events', 'Demo', '--start', 'sign/period'], git())).code).toBe('source/conflict')
  await answerOf(['edit', 'Demo#sign/period', 'root', '--signing', '90'], git())
  const root = repository.read('sign/period', 'root')
  const expected = structuredClone(repository.read('main', 'root'))
  expected.signed.version = 2
  expected.signed['x-tuf-on-ci-signing-period'] = 90
  expect({ ...root.signed, expires: '' }).toEqual({ ...expected.signed, expires: '' })
  expect(root.signatures).toEqual(people.map((person) => ({ keyid: ciKey(person).id, sig: '' })))
  expect(forge.show('sign/period', 'metadata/root_history/2.root.json')).toBe(
    forge.show('sign/period', 'metadata/root.json'),
  )
  expect(runGit(forge.bare, 'log', '-1', '--format=%s', 'sign/period')).toBe("'root' role/delegation change")
})

test('a person who may not push hands in from a fork, where the settings of the tool say so', async () => {
  const { forge } = repository
  forge.commit('main', new Map([['.gitignore', utf8('.tuf-on-ci-sign.ini\n')]]))
  await repository.onlineSign()
  const fork = join(sharedFolder(), 'fork.git')
  runGit(forge.bare, 'clone', '--quiet', '--bare', forge.bare, fork)
  runGit(forge.clone, 'remote', 'add', 'mine', fork)
  writeFileSync(
    join(forge.clone, '.tuf-on-ci-sign.ini'),
    '[settings]\npykcs11lib = /usr/lib/libykcs11.so\nuser-name = @ana\npush-remote = mine\npull-remote = origin\n',
  )
  await answerOf(['pin', forge.clone, '--name', 'Demo', '--digest', rootDigest()], git())
  repository.edit('sign/x', 'targets', () => undefined)
  const before = runGit(forge.bare, 'rev-parse', 'sign/x')
  await answerOf(['sign', 'Demo#sign/x', 'targets', '--key', 'Ana', '--yes'], git())
  expect(runGit(forge.bare, 'rev-parse', 'sign/x')).toBe(before)
  expect(runGit(fork, 'diff', '--numstat', before, 'sign/x')).toBe('1\t1\tmetadata/targets.json')
  // What it kept there stays.
  await answerOf(['events', 'Demo', '--as', 'anna'], git())
  expect(readFileSync(join(forge.clone, '.tuf-on-ci-sign.ini'), 'utf8')).toBe(
    '[settings]\npykcs11lib = /usr/lib/libykcs11.so\nuser-name = @anna\npush-remote = mine\npull-remote = origin\n',
  )
})

test('an artifact is released with its content in the same commit, and downloaded once it is published', async () => {
  await pinned()
  const { forge } = repository
  const file = join(home, 'hello.txt')
  writeFileSync(file, 'hello')
  await answerOf(['events', 'Demo', '--start', 'sign/hello'], git())
  const add = ['release', 'Demo#sign/hello', 'targets', 'add', file]
  const reviewed = await answerOf<Reviewed & { findings: { code: string }[] }>(add, git())
  expect(reviewed.findings.map(({ code }) => code)).not.toContain('artifact-missing')
  expect(forge.show('sign/hello', 'targets/hello.txt')).toBe('hello')
  expect(repository.read('sign/hello', 'targets').signed.targets).toEqual({
    'hello.txt': { length: 5, hashes: { sha256: sha256('hello') } },
  })
  expect(runGit(forge.bare, 'rev-list', '--count', 'main..sign/hello')).toBe('1')
  for (const person of people) await repository.sign('sign/hello', 'targets', person)
  await repository.merge('sign/hello')
  const folder = sharedFolder()
  const place = await openPlace(forge.location, { dataDir: home })
  const named = { id: '', name: '', location: forge.location, pinnedAt: '' }
  const trust = { anchor: ciBytes(repository.read('main', 'root') as never), memory: new Map() }
  const source = { pinned: named, ...place, system: tufSystem(place.layout), trust }
  await download(source, 'hello.txt', folder, { now: new Date(), signal: never })
  expect(readFileSync(join(folder, 'hello.txt'), 'utf8')).toBe('hello')
})

test('a new role has the room that the tool gives it, and its first document is signed with it', async () => {
  await pinned()
  const { forge } = repository
  await answerOf(['events', 'Demo', '--start', 'sign/tools'], git())
  await answerOf(['delegate', 'Demo', 'add', 'tools', '--key', 'Ben'], git())
  const { roles } = repository.read('sign/tools', 'targets').signed.delegations as never as { roles: JsonObject[] }
  expect(roles).toMatchObject([
    { name: 'tools', paths: ['tools/*', 'tools/*/*', 'tools/*/*/*', 'tools/*/*/*/*'], terminating: true, threshold: 1 },
  ])
  expect(forge.names('sign/tools')).toContain('metadata/tools.json')
  expect(repository.read('sign/tools', 'tools').signatures).toHaveLength(1)
  expect(runGit(forge.bare, 'rev-list', '--count', 'main..sign/tools')).toBe('1')
})

test('a repository is not created, nor a signed file put, where a git address is given for a folder', async () => {
  await pinned()
  const { forge } = repository
  expect((await refusalOf(['init', `${forge.location}x`, '--key', 'Ana', '--rehearsal'], git())).code).toBe(
    'usage/invalid',
  )
  repository.edit('sign/x', 'targets', () => undefined)
  const sign = ['sign', 'Demo', 'targets', '--key', 'Ana', '--yes', '--to', `${forge.location}x`]
  const before = runGit(forge.bare, 'rev-parse', 'sign/x')
  expect((await refusalOf(sign, git())).code).toBe('usage/invalid')
  expect(runGit(forge.bare, 'rev-parse', 'sign/x')).toBe(before)
})

test('a change that is withdrawn leaves the event as it began', async () => {
  await pinned()
  const { forge } = repository
  repository.edit('sign/x', 'root', () => undefined)
  await answerOf(['withdraw', 'Demo#sign/x', 'root'], git())
  expect(runGit(forge.bare, 'diff', '--stat', 'main', 'sign/x')).toBe('')
})

test('new keys: the old ones and the new ones sign, one key under two ids signs once for both', async () => {
  await pinned()
  const [ana, ben] = people as [CiPerson, CiPerson]
  const cleo: CiPerson = {
    user: '@cleo',
    signer: await createRehearsalKey(directoryTransport(home), 'Cleo', 'ed25519', never),
  }
  const renamed: CiPerson = { ...ana, user: '@anna' }
  repository.edit('sign/keys', 'root', (signed) => {
    const roles = signed.roles as unknown as Record<string, { keyids: string[] }>
    const ids = [renamed, cleo].map((person) => ciKey(person).id)
    for (const role of ['root', 'targets']) Object.assign(roles[role] ?? {}, { keyids: ids })
    for (const person of [renamed, cleo])
      Object.assign(signed.keys as object, { [ciKey(person).id]: ciKey(person).raw })
    for (const person of [ana, ben]) delete (signed.keys as Record<string, unknown>)[ciKey(person).id]
  })
  repository.edit('sign/keys', 'targets', () => undefined)
  for (const name of ['Ana', 'Ben', 'Cleo'])
    await answerOf(['sign', 'Demo#sign/keys', 'root', '--key', name, '--yes'], git())
  const { signatures } = repository.read('sign/keys', 'root')
  expect(signatures.map(({ keyid }) => keyid)).toEqual([ana, ben, renamed, cleo].map((person) => ciKey(person).id))
  expect(signatures.every(({ sig }) => sig !== '')).toBe(true)
  expect(signatures[0]?.sig).toBe(signatures[2]?.sig)
  const { problems, proposals } = await answerOf<{ problems: unknown[]; proposals: Reviewed[] }>(
    ['pending', 'Demo#sign/keys'],
    git(),
  )
  expect(problems).toEqual([])
  expect(proposals[0]?.quorums.map(({ met }) => met)).toEqual([true, true])
  // All of it takes effect at once: targets is for the keys that this event gives it, and for nobody else.
  const asked = proposals[1]?.quorums.map(({ keys }) => keys.flatMap((key) => (key as never as { ids: string[] }).ids))
  expect(asked).toEqual([[renamed, cleo].map((person) => ciKey(person).id)])
})

test('of several documents that a token signs at once its address is kept, as of one', async () => {
  await pinned()
  const token = { ...git(), passphrases: ['123456'] }
  const key = ['--key', 'piv:90000001/9c', '--yes', '--practice', '--pin-fd', '3']
  await answerOf(['tokens', 'generate', '90000001', '9c', '--practice'], git())
  repository.edit('sign/dana', 'root', () => undefined)
  await answerOf(['invite', 'Demo#sign/dana', 'dana', 'root', 'targets'], git())
  await answerOf(['accept', 'Demo#sign/dana', '--as', 'dana', ...key], token)
  for (const role of ['root', 'targets'] as const)
    for (const person of people) await repository.sign('sign/dana', role, person)
  await repository.merge('sign/dana')
  for (const role of ['root', 'targets'] as const) repository.edit('sign/both', role, () => undefined)
  const kept = join(home, '.local/share/tuf-on-ci-sign')
  rmSync(kept, { recursive: true, force: true })
  await answerOf(['sign', 'Demo#sign/both', 'root', 'targets', ...key], token)
  expect(readFileSync(join(kept, 'signing-keys.ini'), 'utf8')).toContain('hsm:2?label=YubiKey+PIV+%2390000001')
})
