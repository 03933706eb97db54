// One suite for the Transport port, run against every implementation.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { utf8 } from '../../src/core/bytes.ts'
import { AppError } from '../../src/core/error.ts'
import { type Files, memoryTransport, type Transport, within } from '../../src/core/transport.ts'
import { blockingFileSystem } from '../../src/node/file-system.ts'
import { directoryTransport } from '../../src/node/transports/directory.ts'
import { gitTransport } from '../../src/node/transports/git.ts'
import { httpTransport } from '../../src/node/transports/http.ts'
import { parseWargAddress } from '../../src/node/transports/warg/address.ts'
import { wargTransport } from '../../src/node/transports/warg.ts'
import { nameForCommits, openForge } from '../support/git-office.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { codeOfPromise } from '../support/thrown.ts'

// Every write is a handful of processes.
vi.setConfig({ testTimeout: 60_000 })
nameForCommits()

const { signal } = new AbortController()
const none: Files = new Map()
const some: Files = new Map([
  ['timestamp.json', utf8('{"v":1}')],
  ['metadata/root.json', utf8('root')],
  ['metadata/empty', new Uint8Array(0)],
  ['metadata/päckage a+b%2Fc.json', utf8('encoded')],
  ['targets/deep/er/data.bin', Uint8Array.from({ length: 70_000 }, (_, at) => at % 251)],
])

async function filled(transport: Transport, files: Files): Promise<Transport> {
  await transport.write(files, none, 'fill', signal)
  return transport
}

async function served(files: Files): Promise<Transport> {
  const server = createServer((request, response) => {
    const bytes = [...files].find(
      ([name]) => `/repo/${encodeURI(name).replaceAll('%252F', '%2F')}` === request.url,
    )?.[1]
    response.statusCode = bytes ? 200 : 404
    response.end(bytes ?? 'no such page')
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return httpTransport(`http://127.0.0.1:${(server.address() as AddressInfo).port}/repo/`)
}

/** A signing event of a repository on disk. */
async function pushed(files: Files): Promise<Transport> {
  const forge = openForge()
  forge.commit('main', none)
  forge.commit('sign/x', none)
  const transport = gitTransport(forge.address('sign/x'), { gitDir: join(temporaryFolder(), 'mirror') })
  return filled(within(transport, 'event/'), files)
}

/** What waits at a registry lies here: nobody answers there. */
async function drafted(files: Files): Promise<Transport> {
  const address = parseWargAddress('warg+http://127.0.0.1:1/')
  const drafts = directoryTransport(temporaryFolder())
  return filled(within(wargTransport(address, { drafts }), 'pending/'), files)
}

type Make = (files: Files) => Promise<Transport>
const writable: [string, Make][] = [
  ['memory', async (files) => filled(memoryTransport(), files)],
  ['directory', async (files) => filled(directoryTransport(temporaryFolder()), files)],
  [
    'directory, blocking',
    async (files) => filled(directoryTransport(temporaryFolder(), { fs: blockingFileSystem }), files),
  ],
  ['folder in a directory', async (files) => filled(within(directoryTransport(temporaryFolder()), 'inner/'), files)],
  ['git', pushed],
  ['what waits at a registry', drafted],
]
const readable: [string, Make][] = [...writable, ['http', served]]

describe.each(readable)('%s: reading', (_, make) => {
  test('gives back every file, whatever its name and size', async () => {
    const transport = await make(some)
    for (const [name, bytes] of some) expect(await transport.read(name, 100_000, signal)).toEqual(bytes)
  })

  test('an absent name is undefined', async () => {
    const transport = await make(some)
    expect(await transport.read('metadata/2.root.json', 10, signal)).toBe(undefined)
    expect(await transport.read('nowhere/at/all', 10, signal)).toBe(undefined)
  })

  test('the size limit is exact', async () => {
    const transport = await make(some)
    expect((await transport.read('metadata/root.json', 4, signal))?.length).toBe(4)
    expect(await codeOfPromise(transport.read('metadata/root.json', 3, signal))).toBe('source/too-large')
    expect((await transport.read('metadata/empty', 0, signal))?.length).toBe(0)
    expect(await codeOfPromise(transport.read('targets/deep/er/data.bin', 69_999, signal))).toBe('source/too-large')
  })

  test('many at once', async () => {
    const files = new Map(Array.from({ length: 200 }, (_, at) => [`many/${at}`, utf8(`file ${at}`)] as const))
    const transport = await make(files)
    const read = await Promise.all([...files.keys()].map((name) => transport.read(name, 100, signal)))
    expect(read).toEqual([...files.values()])
  })
})

describe.each(writable)('%s: listing', (_, make) => {
  test('names under the prefix, by code point', async () => {
    const names = ['a/b', 'a-b', 'a', 'B', 'a\u{10000}', 'a\u{ff5e}', 'ab/c', 'é'].filter((name) => name !== 'a')
    const transport = await make(new Map(names.map((name) => [name, utf8(name)])))
    expect(await transport.list('', signal)).toEqual(['B', 'a-b', 'a/b', 'ab/c', 'a\u{ff5e}', 'a\u{10000}', 'é'])
    expect(await transport.list('a/', signal)).toEqual(['a/b'])
    expect(await transport.list('ab', signal)).toEqual(['ab/c'])
    expect(await transport.list('ab/c', signal)).toEqual(['ab/c'])
    expect(await transport.list('nothing/', signal)).toEqual([])
  })
})

describe.each(writable)('%s: writing', (_, make) => {
  const contents = async (transport: Transport) =>
    Object.fromEntries(
      await Promise.all(
        (await transport.list('', signal)).map(async (name) => [name, await transport.read(name, 100_000, signal)]),
      ),
    )

  test('adds, replaces and removes in one go', async () => {
    const transport = await make(some)
    const changes: Files = new Map([
      ['metadata/root.json', utf8('root 2')],
      ['metadata/2.root.json', utf8('root 2')],
      ['metadata/empty', null],
      ['never/was', null],
      ['timestamp.json', utf8('{"v":2}')],
    ])
    await transport.write(changes, new Map([['metadata/2.root.json', null]]), 'publish', signal)
    expect(await transport.read('metadata/root.json', 10, signal)).toEqual(utf8('root 2'))
    expect(await transport.read('metadata/2.root.json', 10, signal)).toEqual(utf8('root 2'))
    expect(await transport.read('timestamp.json', 10, signal)).toEqual(utf8('{"v":2}'))
    expect(await transport.list('metadata/', signal)).toEqual(
      ['metadata/2.root.json', 'metadata/päckage a+b%2Fc.json', 'metadata/root.json'].sort(),
    )
  })

  test.each<[string, [string, Uint8Array | null]]>([
    ['changed', ['metadata/root.json', utf8('toor')]],
    ['grew', ['metadata/root.json', utf8('roo')]],
    ['shrank', ['metadata/root.json', utf8('root and more')]],
    ['appeared', ['metadata/root.json', null]],
    ['appeared, empty', ['metadata/empty', null]],
    ['vanished', ['metadata/gone.json', utf8('was here')]],
    ['vanished, empty', ['metadata/gone.json', new Uint8Array(0)]],
    ['is not empty any more', ['metadata/root.json', new Uint8Array(0)]],
  ])('a name that %s since it was read is a conflict, and nothing is written', async (_, [name, was]) => {
    const transport = await make(some)
    const before = await contents(transport)
    const base: Files = new Map([
      ['timestamp.json', utf8('{"v":1}')],
      [name, was],
    ])
    const changes: Files = new Map([
      ['timestamp.json', utf8('{"v":2}')],
      ['new', utf8('new')],
      ['metadata/empty', null],
    ])
    const thrown = await transport.write(changes, base, 'publish', signal).catch((error: unknown) => error)
    expect(thrown).toBeInstanceOf(AppError)
    expect(thrown).toMatchObject({ code: 'source/conflict', data: { name: expect.stringContaining(name) } })
    expect(await contents(transport)).toEqual(before)
  })

  test('an unchanged base is no conflict, and a write of nothing changes nothing', async () => {
    const transport = await make(some)
    await transport.write(new Map([['timestamp.json', utf8('2')]]), some, 'publish', signal)
    await transport.write(none, none, 'nothing', signal)
    expect(await transport.read('timestamp.json', 10, signal)).toEqual(utf8('2'))
  })

  test('two who write at once from one base: one of them conflicts', async () => {
    const transport = await make(some)
    const base: Files = new Map([['timestamp.json', utf8('{"v":1}')]])
    const codes = await Promise.all(
      ['a', 'b'].map((text) =>
        codeOfPromise(transport.write(new Map([['timestamp.json', utf8(text)]]), base, '', signal)),
      ),
    )
    expect(codes.sort()).toEqual(['ok', 'source/conflict'])
  })
})

test('http: writing and listing are refused', async () => {
  const transport = await served(some)
  expect(await codeOfPromise(transport.write(some, none, 'publish', signal))).toBe('source/rejected')
  expect(await codeOfPromise(transport.list('', signal))).toBe('format/unsupported')
})
