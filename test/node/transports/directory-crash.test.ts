// Every call a write makes goes wrong once, in every way: afterwards the folder holds the old state or the new one.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { utf8 } from '../../../src/core/bytes.ts'
import { AppError } from '../../../src/core/error.ts'
import type { Files, Transport } from '../../../src/core/transport.ts'
import { blockingFileSystem, type FileSystem } from '../../../src/node/file-system.ts'
import { directoryTransport } from '../../../src/node/transports/directory.ts'
import { Death, type Fault, faultyFileSystem, readOnlyFileSystem } from '../../support/faulty-file-system.ts'
import { everythingIn, temporaryFolder } from '../../support/temporary-folder.ts'

const { signal } = new AbortController()
const before = { 'a.json': 'old a', 'metadata/b.json': 'old b', 'metadata/gone.json': 'old gone', 'other/kept': 'kept' }
const after = {
  'a.json': 'new a',
  'metadata/b.json': 'new b',
  'metadata/c.json': 'new c',
  'new/deep/d': 'new d',
  'other/kept': 'kept',
}
const changes: Files = new Map<string, Uint8Array | null>([
  ['metadata/c.json', utf8('new c')],
  ['metadata/gone.json', null],
  ['new/deep/d', utf8('new d')],
  ['metadata/b.json', utf8('new b')],
  ['a.json', utf8('new a')],
])
const base: Files = new Map<string, Uint8Array | null>([
  ['a.json', utf8('old a')],
  ['metadata/b.json', utf8('old b')],
  ['metadata/c.json', null],
])

function prepared(): string {
  const root = temporaryFolder()
  for (const folder of ['metadata', 'other']) mkdirSync(join(root, folder))
  for (const [name, text] of Object.entries(before)) writeFileSync(join(root, name), text)
  return root
}

/** The dead do not come back: whoever held a lock before is gone. */
const reopened = (root: string, fs: FileSystem = blockingFileSystem) =>
  directoryTransport(root, { fs, isAlive: () => false })

/** What is listed and what can be read must agree, for every name that ever was there. */
async function state(transport: Transport): Promise<Record<string, string>> {
  const listed = await transport.list('', signal)
  const found: Record<string, string> = {}
  for (const name of [...new Set([...listed, ...Object.keys(before), ...Object.keys(after)])].sort()) {
    const bytes = await transport.read(name, 100, signal)
    if (bytes !== undefined) found[name] = new TextDecoder().decode(bytes)
  }
  expect(Object.keys(found)).toEqual(listed)
  return found
}

const filesOnly = (root: string) =>
  Object.fromEntries(Object.entries(everythingIn(root)).filter(([name]) => !name.endsWith('/')))

/** Writes with a fault at this call; undefined when the write makes fewer calls. */
async function strike(root: string, at: number, fault: Fault) {
  const fs = faultyFileSystem(at, fault)
  const thrown = await directoryTransport(root, { fs, isAlive: () => false })
    .write(changes, base, 'publish', signal)
    .then(
      () => undefined,
      (error: unknown) => error,
    )
  return fs.struck ? { thrown, call: fs.log[at] ?? '' } : undefined
}

const faults: [string, Fault][] = [
  ['the disk is full', { kind: 'error', errno: 'ENOSPC' }],
  ['the disk has an error', { kind: 'error', errno: 'EIO' }],
  ['access is denied', { kind: 'error', errno: 'EACCES' }],
  ['the program dies before the call, or half-way through it', { kind: 'death', when: 'before' }],
  ['the program dies after the call', { kind: 'death', when: 'after' }],
]

describe.each(faults)('%s', (_, fault) => {
  test('at every call in turn', async () => {
    let sawOld = 0
    let sawNew = 0
    for (let at = 0; ; at++) {
      const root = prepared()
      const struck = await strike(root, at, fault)
      if (struck === undefined) break
      const { thrown, call } = struck
      const where = `call ${at}: ${call.replaceAll(root, '')}`

      const isCommitted = thrown instanceof AppError && thrown.data?.committed === true
      // Who is told that nothing was written finds nothing, not even a temporary file.
      if (thrown instanceof AppError && !isCommitted) expect(filesOnly(root), where).toEqual(before)

      const readOnly = await state(reopened(root, readOnlyFileSystem()))
      const found = await state(reopened(root))
      expect(readOnly, `${where}, read-only`).toEqual(found)
      if (JSON.stringify(found) === JSON.stringify(before)) sawOld++
      else {
        expect(found, where).toEqual(after)
        sawNew++
      }
      // Who was told that nothing happened finds that nothing happened, and the other way round.
      if (fault.kind === 'error') {
        if (thrown === undefined) expect(found, where).toEqual(after)
        else {
          expect(thrown, where).toBeInstanceOf(AppError)
          expect(thrown, where).toMatchObject({ code: expect.stringMatching(/^source\//) })
          expect(found, where).toEqual(isCommitted ? after : before)
        }
      } else expect(thrown === undefined || thrown instanceof Death || thrown instanceof AppError, where).toBe(true)

      // The next write works, and leaves nothing behind but what it wrote.
      await reopened(root).write(new Map([['a.json', utf8('next')]]), new Map(), 'next', signal)
      const expected = { ...found, 'a.json': 'next' }
      expect(filesOnly(root), where).toEqual(expected)
      expect(Object.keys(everythingIn(root)), where).not.toContain('.countersign/')
    }
    expect(sawOld).toBeGreaterThan(15)
    expect(sawNew).toBeGreaterThan(5)
  })
})

test('two deaths in a row, the second while the first is being cleared up', async () => {
  const countCalls = async (first: number) => {
    const root = prepared()
    await strike(root, first, { kind: 'death', when: 'after' })
    const fs = faultyFileSystem(-1, { kind: 'death', when: 'before' })
    await directoryTransport(root, { fs, isAlive: () => false }).write(
      new Map([['z', utf8('z')]]),
      new Map(),
      '',
      signal,
    )
    return fs.log.length
  }
  for (let first = 8; ; first += 7) {
    const probe = prepared()
    if ((await strike(probe, first, { kind: 'death', when: 'after' })) === undefined) break
    const calls = await countCalls(first)
    for (let second = first % 3; second < calls; second += 3) {
      const root = prepared()
      await strike(root, first, { kind: 'death', when: 'after' })
      const fs = faultyFileSystem(second, { kind: 'death', when: 'before' })
      await directoryTransport(root, { fs, isAlive: () => false })
        .write(new Map([['z', utf8('z')]]), new Map(), '', signal)
        .catch(() => undefined)
      const found = await state(reopened(root))
      const { z, ...rest } = found
      expect([undefined, 'z']).toContain(z)
      expect([before, after], `deaths at ${first} and ${second}`).toContainEqual(rest)
    }
  }
})

test('what the change rests on is on the disk before the change', async () => {
  const root = prepared()
  const fs = faultyFileSystem(-1, { kind: 'error', errno: 'EIO' })
  await directoryTransport(root, { fs }).write(changes, base, 'publish', signal)
  const log = fs.log.map((line) => line.replaceAll(root, '').replace(/-[0-9a-f]{16}/g, '-N'))
  const at = (pattern: RegExp) => log.findIndex((line) => pattern.test(line))
  const decided = at(/^rename .*\/plan-N -> .*\/journal$/)
  expect(decided).toBeGreaterThan(0)
  const temporaries = log.filter((line) => /^write .*\.countersign-N-\d+$/.test(line)).map((line) => line.slice(6))
  expect(temporaries.length).toBe(4)
  for (const file of [...temporaries, '/.countersign/plan-N']) {
    expect(log.lastIndexOf(`write ${file}`)).toBeLessThan(log.indexOf(`sync ${file}`))
    expect(log.indexOf(`sync ${file}`)).toBeLessThan(decided)
  }
  const syncsBefore = log.slice(0, decided).filter((line) => line.startsWith('sync'))
  for (const folder of ['', '/metadata', '/new', '/new/deep']) expect(syncsBefore).toContain(`sync ${folder}`)
  const firstRename = at(/^rename .*\.countersign-N-/)
  const done = at(/^unlink \/\.countersign\/journal$/)
  expect(log.slice(decided, firstRename)).toContain('sync /.countersign')
  for (const folder of ['', '/metadata', '/new/deep']) expect(log.slice(firstRename, done)).toContain(`sync ${folder}`)
  expect(log.slice(done)).toContain('sync /.countersign')
  const renames = log.slice(decided + 1).filter((line) => line.startsWith('rename'))
  expect(renames.map((line) => line.split(' -> ')[1])).toEqual([
    '/metadata/c.json',
    '/new/deep/d',
    '/metadata/b.json',
    '/a.json',
  ])
})

test('our own folder is on the disk before the change, also when nothing else in the root changes', async () => {
  const root = prepared()
  const fs = faultyFileSystem(-1, { kind: 'error', errno: 'EIO' })
  await directoryTransport(root, { fs }).write(new Map([['metadata/b.json', utf8('b')]]), new Map(), '', signal)
  const decided = fs.log.findIndex((line) => line.endsWith('/journal') && line.startsWith('rename'))
  expect(fs.log.slice(0, decided)).toContain(`sync ${root}`)
})
