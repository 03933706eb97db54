// Git as a transport where it goes wrong: hostile repositories, silent remotes, and others who push at the same time.
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { utf8 } from '../../../src/core/bytes.ts'
import type { Files, Transport } from '../../../src/core/transport.ts'
import { repositoryOf } from '../../../src/node/place.ts'
import { type GitAddress, parseGitAddress } from '../../../src/node/transports/git/address.ts'
import { fetchRefs, mirrorLimits } from '../../../src/node/transports/git/mirror.ts'
import { type GitOptions, gitTransport } from '../../../src/node/transports/git.ts'
import { type Forge, nameForCommits, openForge, runGit } from '../../support/git-office.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { codeOfPromise } from '../../support/thrown.ts'

vi.setConfig({ testTimeout: 60_000 })
nameForCommits()

const { signal } = new AbortController()
const none: Files = new Map()
const root = 'metadata/root.json'
const file = (name: string, text: string): Files => new Map([[name, utf8(text)]])

function begun(): Forge {
  const forge = openForge()
  forge.commit('main', file(root, 'one'))
  forge.commit('sign/x', file(root, 'two'))
  return forge
}

function open(address: GitAddress, options: Partial<GitOptions> = {}): Transport & { gitDir: string } {
  const gitDir = join(temporaryFolder(), 'mirror')
  return { ...gitTransport(address, { gitDir, ...options }), gitDir }
}

const textOf = async (transport: Transport, name: string): Promise<string | undefined> => {
  const bytes = await transport.read(name, 1000, signal)
  return bytes && new TextDecoder().decode(bytes)
}

describe('states', () => {
  test('what is published, where the event began, the event, and what it touches', async () => {
    const forge = openForge()
    forge.commit('main', new Map([...file(root, 'one'), ...file('metadata/timestamp.json', '1')]))
    forge.commit('sign/x', file(root, 'two'))
    forge.commit('main', file('metadata/targets.json', 'merged, and not signed online yet'))
    const transport = open(forge.address('sign/x'))
    expect(await transport.list('changed/', signal)).toEqual([`changed/${root}`])
    expect(await textOf(transport, `good/${root}`)).toBe('one')
    expect(await textOf(transport, `event/${root}`)).toBe('two')
    expect(await textOf(transport, `published/${root}`)).toBe('one')
    expect(await textOf(transport, 'published/metadata/targets.json')).toBe(undefined)
    forge.commit('main', file('metadata/timestamp.json', '2'))
    await transport.list('', signal)
    expect(await textOf(transport, 'published/metadata/targets.json')).not.toBe(undefined)
  })

  test('without an event there is only what is published, and nothing is written', async () => {
    const transport = open(begun().address())
    expect(await transport.list('', signal)).toEqual([`published/${root}`])
    expect(await codeOfPromise(transport.write(file(`event/${root}`, 'x'), none, '', signal))).toBe('usage/invalid')
  })

  test.each(['published/metadata/root.json', 'good/x', 'x', '../x', 'event/../x', 'event/.git/config'])(
    'nothing is written to %s',
    async (name) => {
      const transport = open(begun().address('sign/x'))
      expect(await codeOfPromise(transport.write(file(name, 'x'), none, '', signal))).toBe('source/rejected')
    },
  )

  test('an event that left main in two places, where a revert would not be seen, until main is merged into it', async () => {
    const forge = openForge()
    const workflow = '.github/workflows/publish.yml'
    forge.commit('main', file(workflow, 'old'))
    forge.commit('fix', file(workflow, 'mended'))
    forge.commit('words', file('README.md', 'hello'))
    for (const branch of ['fix', 'words']) runGit(forge.clone, 'branch', '--force', `keep-${branch}`, branch)
    for (const branch of ['fix', 'words']) forge.merge(branch)
    const merge = (...how: string[]) => runGit(forge.clone, 'merge', '--quiet', '--no-edit', '--no-ff', ...how)
    runGit(forge.clone, 'checkout', '--quiet', '-B', 'sign/x', 'keep-words')
    merge('--strategy', 'ours', 'keep-fix')
    runGit(forge.clone, 'push', '--quiet', 'origin', 'sign/x')
    expect(await codeOfPromise(open(forge.address('sign/x')).list('', signal))).toBe('source/rejected')
    merge('main')
    runGit(forge.clone, 'push', '--quiet', 'origin', 'sign/x')
    const changed = await open(forge.address('sign/x')).list('changed/', signal)
    expect(changed).toEqual([`changed/${workflow}`])
  })

  test('an event that is not there, grew from nothing here, or a repository without main', async () => {
    const forge = begun()
    expect(await codeOfPromise(open(forge.address('sign/y')).list('', signal))).toBe('source/not-found')
    runGit(forge.clone, 'checkout', '--quiet', '--orphan', 'sign/orphan')
    runGit(forge.clone, 'commit', '--quiet', '--message', 'of its own')
    runGit(forge.clone, 'push', '--quiet', 'origin', 'sign/orphan')
    expect(await codeOfPromise(open(forge.address('sign/orphan')).list('', signal))).toBe('source/rejected')
    runGit(forge.bare, 'branch', '--move', 'main', 'other')
    expect(await codeOfPromise(open(forge.address()).list('', signal))).toBe('source/not-found')
    const nowhere = parseGitAddress(`git+${pathToFileURL(join(forge.bare, 'nowhere')).href}`)
    expect(await codeOfPromise(open(nowhere).list('', signal))).toBe('source/not-found')
  })
})

describe('others push at the same time', () => {
  test('another file: on top of theirs', async () => {
    const forge = begun()
    const transport = open(forge.address('sign/x'))
    await transport.list('', signal)
    forge.commit('sign/x', file('metadata/targets.json', 'theirs'))
    await transport.write(file(`event/${root}`, 'mine'), file(`event/${root}`, 'two'), 'sign', signal)
    expect(forge.show('sign/x', root)).toBe('mine')
    expect(forge.show('sign/x', 'metadata/targets.json')).toBe('theirs')
  })

  test('the same file: a conflict, and what is there stays', async () => {
    const forge = begun()
    const transport = open(forge.address('sign/x'))
    await transport.list('', signal)
    const theirs = forge.commit('sign/x', file(root, 'six'))
    const writing = transport.write(file(`event/${root}`, 'mine'), file(`event/${root}`, 'two'), 'sign', signal)
    expect(await codeOfPromise(writing)).toBe('source/conflict')
    expect(runGit(forge.bare, 'rev-parse', 'sign/x')).toBe(theirs)
  })

  test('an event that was put back to another commit is seen', async () => {
    const forge = begun()
    const transport = open(forge.address('sign/x'))
    expect(await textOf(transport, `event/${root}`)).toBe('two')
    runGit(forge.bare, 'update-ref', 'refs/heads/sign/x', 'refs/heads/main')
    await transport.list('event/', signal)
    expect(await transport.list('changed/', signal)).toEqual([])
    const writing = transport.write(file(`event/${root}`, 'mine'), file(`event/${root}`, 'two'), 'sign', signal)
    expect(await codeOfPromise(writing)).toBe('source/conflict')
  })

  test('a remote that refuses a change is no conflict', async () => {
    const forge = begun()
    runGit(forge.bare, 'config', 'receive.maxInputSize', '10')
    const transport = open(forge.address('sign/x'))
    const writing = transport.write(file(`event/${root}`, 'mine'), none, 'sign', signal)
    expect(await codeOfPromise(writing)).toBe('source/rejected')
    expect(forge.show('sign/x', root)).toBe('two')
  })
})

describe('a fork', () => {
  function forked(): { forge: Forge; fork: string; options: Partial<GitOptions> } {
    const forge = begun()
    const fork = join(temporaryFolder(), 'fork.git')
    runGit(forge.bare, 'clone', '--quiet', '--bare', forge.bare, fork)
    runGit(fork, 'update-ref', '-d', 'refs/heads/sign/x')
    const address = parseGitAddress(`git+${pathToFileURL(fork).href}`)
    return { forge, fork, options: { fork: async () => address } }
  }

  test('takes the change; the repository itself stays as it is, and the next change builds on the first', async () => {
    const { forge, fork, options } = forked()
    const before = runGit(forge.bare, 'rev-parse', 'sign/x')
    const transport = open(forge.address('sign/x'), options)
    await transport.write(file(`event/${root}`, 'mine'), file(`event/${root}`, 'two'), 'sign', signal)
    expect(runGit(forge.bare, 'rev-parse', 'sign/x')).toBe(before)
    expect(await textOf(transport, `event/${root}`)).toBe('mine')
    await transport.write(file('event/metadata/b.json', 'b'), none, 'sign', signal)
    expect(runGit(fork, 'rev-list', '--count', `${before}..sign/x`)).toBe('2')
  })

  test('that fell behind is put on top of the event, and what it held is kept here', async () => {
    const { forge, fork, options } = forked()
    const transport = open(forge.address('sign/x'), options)
    await transport.write(file('event/metadata/b.json', 'b'), none, 'sign', signal)
    const lost = runGit(fork, 'rev-parse', 'sign/x')
    forge.commit('sign/x', file(root, 'theirs'))
    await transport.write(file('event/metadata/c.json', 'c'), none, 'sign', signal)
    expect(runGit(fork, 'show', `sign/x:${root}`)).toBe('theirs')
    expect(runGit(transport.gitDir, 'for-each-ref', '--format=%(objectname)', 'refs/kept/')).toBe(lost)
  })
})

describe('hostile repositories', () => {
  test.each(['120000', '160000'])(
    'an entry of mode %s is refused when it is read, and hides no other',
    async (mode) => {
      const forge = begun()
      const { clone } = forge
      runGit(clone, 'checkout', '--quiet', 'sign/x')
      const oid = mode === '160000' ? runGit(clone, 'rev-parse', 'HEAD') : runGit(clone, 'hash-object', '-w', root)
      runGit(clone, 'update-index', '--add', '--cacheinfo', `${mode},${oid},metadata/trap.json`)
      runGit(clone, 'commit', '--quiet', '--message', 'a trap')
      runGit(clone, 'push', '--quiet', 'origin', 'sign/x')
      const transport = open(forge.address('sign/x'))
      expect(await transport.list('event/', signal)).toEqual([`event/${root}`, 'event/metadata/trap.json'])
      expect(await codeOfPromise(transport.read('event/metadata/trap.json', 1000, signal))).toBe('source/rejected')
      expect(await textOf(transport, `event/${root}`)).toBe('two')
    },
  )

  test('a huge file is refused by its size', async () => {
    const forge = begun()
    forge.commit('sign/x', new Map([[root, new Uint8Array(20_000_000)]]))
    const transport = open(forge.address('sign/x'))
    expect(await codeOfPromise(transport.read(`event/${root}`, 512_000, signal))).toBe('source/too-large')
  })

  test('a repository that is too large is given up while it is fetched', async () => {
    const forge = begun()
    forge.commit('sign/x', new Map([['metadata/a.json', new Uint8Array(randomBytes(3_000_000))]]))
    const limits = { ...mirrorLimits, fetchBytes: 1_000_000 }
    expect(await codeOfPromise(open(forge.address('sign/x'), { limits }).list('', signal))).toBe('source/too-large')
  })

  test('branches with names that deceive are counted, not shown', async () => {
    const forge = begun()
    const tip = runGit(forge.bare, 'rev-parse', 'sign/x')
    for (const name of ['sign/--upload-pack=touch', 'sign/\u202eevil', 'sign/$(touch x)'.replace(' ', '')])
      runGit(forge.bare, 'update-ref', `refs/heads/${name}`, tip)
    const mirror = { gitDir: join(temporaryFolder(), 'mirror'), remote: forge.address(), limits: mirrorLimits }
    const { events, unreadable } = await fetchRefs(mirror, signal)
    expect([...events.keys()]).toEqual(['sign/$(touchx)', 'sign/x'])
    expect(unreadable).toBe(2)
    const odd = open(parseGitAddress(`${forge.location}#sign/$(touchx)`))
    await odd.write(file(`event/${root}`, 'mine'), none, 'sign', signal)
    expect(existsSync('x')).toBe(false)
  })

  /** Everything by which a repository can name a program, each leaving the same trace. */
  function trapped(gitFolder: string, canary: string): void {
    const program = `touch '${canary}'`
    const script = join(gitFolder, 'trap.sh')
    writeFileSync(script, `#!/bin/sh\n${program}\ncat >/dev/null\n`)
    chmodSync(script, 0o755)
    mkdirSync(join(gitFolder, 'hooks'), { recursive: true })
    for (const name of ['pre-receive', 'update', 'post-receive', 'post-update', 'reference-transaction', 'pre-push'])
      symlinkSync(script, join(gitFolder, 'hooks', name))
    const settings = [
      ['core.fsmonitor', script],
      ['core.sshCommand', program],
      ['core.gitProxy', script],
      ['core.alternateRefsCommand', program],
      ['diff.external', script],
      ['uploadpack.packObjectsHook', script],
      ['gpg.program', script],
      ['push.gpgSign', 'if-asked'],
      ['credential.helper', `!${program}`],
      ['filter.x.clean', program],
      ['filter.x.smudge', program],
    ] as const
    for (const [name, value] of settings)
      execFileSync('git', ['config', '--file', join(gitFolder, 'config'), name, value])
  }

  test('no program that a repository on this disk names is run, neither to read nor to push', async () => {
    const forge = begun()
    const canary = join(temporaryFolder(), 'canary')
    trapped(forge.bare, canary)
    const transport = open(forge.address('sign/x'))
    await transport.write(file(`event/${root}`, 'mine'), file(`event/${root}`, 'two'), 'sign', signal)
    expect(forge.show('sign/x', root)).toBe('mine')
    expect(existsSync(canary)).toBe(false)
    // The trap works: anybody else steps into it.
    forge.commit('sign/x', file(root, 'theirs'))
    expect(existsSync(canary)).toBe(true)
  })

  test('a clone stands for where it came from, and its configuration is read as data', async () => {
    const forge = begun()
    forge.commit('main', file('metadata/root_history/1.root.json', 'one'))
    const canary = join(temporaryFolder(), 'canary')
    trapped(join(forge.clone, '.git'), canary)
    const other = join(forge.clone, 'other')
    writeFileSync(other, `[core]\nsshCommand = touch ${canary}\n[remote "origin"]\nurl = ext::touch ${canary}\n`)
    runGit(forge.clone, 'config', '--file', '.git/config', 'include.path', other)
    const { location, clone } = await repositoryOf(forge.clone)
    expect({ location, clone }).toEqual({ location: forge.location, clone: forge.clone })
    const transport = open({ ...parseGitAddress(location), event: 'sign/x' })
    await transport.write(file(`event/${root}`, 'mine'), none, 'sign', signal)
    expect(existsSync(canary)).toBe(false)
  })

  test.each(['ext::sh -c true', 'fd::17', 'git://h/r', '-x', 'http://h/r.git'])(
    'a clone of %s is not followed',
    async (url) => {
      const forge = openForge()
      forge.commit('main', file('metadata/root_history/1.root.json', 'one'))
      runGit(forge.clone, 'config', 'remote.origin.url', url)
      expect(await codeOfPromise(repositoryOf(forge.clone))).toBe('source/rejected')
    },
  )
})

describe('a remote that accepts and never answers', () => {
  async function silent(): Promise<GitAddress> {
    const server = createServer(() => undefined)
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    onTestFinished(() => void server.close())
    return parseGitAddress(`git+https://127.0.0.1:${(server.address() as AddressInfo).port}/r.git`)
  }

  test('is given up', async () => {
    const transport = open(await silent(), { limits: { ...mirrorLimits, fetchMs: 300 } })
    expect(await codeOfPromise(transport.list('', signal))).toBe('source/unreachable')
  })

  test('is left when a person says so, and nothing of it goes on running', async () => {
    const controller = new AbortController()
    const transport = open(await silent())
    const listing = codeOfPromise(transport.list('', controller.signal))
    const isRunning = (): boolean =>
      readdirSync('/proc').some((pid) => {
        try {
          return (
            /^\d+$/.test(pid) &&
            execFileSync('cat', [`/proc/${pid}/cmdline`], { stdio: ['ignore', 'pipe', 'ignore'] }).includes(
              transport.gitDir,
            )
          )
        } catch {
          // It ended while it was looked at.
          return false
        }
      })
    await vi.waitUntil(isRunning, { timeout: 20_000 })
    controller.abort()
    expect(await listing).toBe('user/cancelled')
    await vi.waitUntil(() => !isRunning(), { timeout: 20_000 })
  })
})

test('nobody listens there', async () => {
  const server = createServer()
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  await new Promise((done) => server.close(done))
  const transport = open(parseGitAddress(`git+https://127.0.0.1:${port}/r.git`))
  expect(await codeOfPromise(transport.list('', signal))).toBe('source/unreachable')
})
