// What lies in a folder may be planted: links, pipes, devices, files that grow. None of it hangs, none of it is followed.
import { execFileSync, spawn } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import { utf8 } from '../../../src/core/bytes.ts'
import { AppError } from '../../../src/core/error.ts'
import type { Files } from '../../../src/core/transport.ts'
import { acquireLock, isAlive } from '../../../src/node/directory/lock.ts'
import { blockingFileSystem, type FileSystem, fileSystem } from '../../../src/node/file-system.ts'
import { directoryTransport } from '../../../src/node/transports/directory.ts'
import { everythingIn, temporaryFolder } from '../../support/temporary-folder.ts'
import { codeOfPromise } from '../../support/thrown.ts'

const { signal } = new AbortController()
const none: Files = new Map()
const one = (name: string, text = 'x'): Files => new Map([[name, utf8(text)]])

describe.each([
  ['threads', fileSystem],
  ['blocking', blockingFileSystem],
])('%s', (_, fs) => {
  const transportAt = (root: string) => directoryTransport(root, { fs })

  test('a link is never followed, at the end of a name or in it, to read or to write', async () => {
    const root = temporaryFolder()
    const outside = temporaryFolder()
    writeFileSync(join(outside, 'secret'), 'secret')
    symlinkSync(join(outside, 'secret'), join(root, 'file'))
    symlinkSync(outside, join(root, 'folder'))
    symlinkSync('nowhere', join(root, 'dangling'))
    const transport = transportAt(root)
    for (const name of ['file', 'folder/secret', 'folder/absent', 'dangling']) {
      const thrown = await transport.read(name, 100, signal).catch((error: unknown) => error)
      expect(thrown, name).toMatchObject({ code: 'source/rejected', data: { name: name.split('/')[0] } })
      expect(await codeOfPromise(transport.write(one(name), none, '', signal)), name).toBe('source/rejected')
      expect(await codeOfPromise(transport.write(new Map([[name, null]]), none, '', signal)), name).toBe(
        'source/rejected',
      )
    }
    expect(everythingIn(outside)).toEqual({ secret: 'secret' })
    // Listed by name, so that nothing is hidden; a linked folder is not entered.
    expect(await transport.list('', signal)).toEqual(['dangling', 'file', 'folder'])
    expect(await codeOfPromise(transport.list('folder/', signal))).toBe('source/rejected')
  })

  test('a root that is a link is followed: the person chose it', async () => {
    const outside = temporaryFolder()
    writeFileSync(join(outside, 'a'), 'a')
    const link = join(temporaryFolder(), 'link')
    symlinkSync(outside, link)
    expect(await transportAt(link).read('a', 1, signal)).toEqual(utf8('a'))
  })

  test('pipes, sockets, devices and folders are refused at once', async () => {
    const root = temporaryFolder()
    execFileSync('mkfifo', [join(root, 'pipe')])
    mkdirSync(join(root, 'folder'))
    const server = createServer().listen(join(root, 'socket'))
    onTestFinished(() => void server.close())
    await new Promise((done) => server.once('listening', done))
    const transport = transportAt(root)
    for (const name of ['pipe', 'socket', 'folder']) {
      expect(await codeOfPromise(transport.read(name, 100, signal)), name).toBe('source/rejected')
      expect(await codeOfPromise(transport.write(one(name), none, '', signal)), name).toBe('source/rejected')
    }
    const device = transportAt('/dev')
    expect(await codeOfPromise(device.read('zero', 100, signal))).toBe('source/rejected')
    expect(await codeOfPromise(transport.read('pipe/x', 100, signal))).toBe('source/rejected')
  })

  test('a huge file is refused before a byte of it is read', async () => {
    const root = temporaryFolder()
    execFileSync('truncate', ['-s', '1G', join(root, 'huge')])
    expect(await codeOfPromise(transportAt(root).read('huge', 1_000_000, signal))).toBe('source/too-large')
  })

  test('a file that grows or is exchanged while it is read is a conflict', async () => {
    const root = temporaryFolder()
    const path = join(root, 'file')
    const meddling = (meddle: () => void): FileSystem => ({
      ...fs,
      open: async (...args) => {
        meddle()
        return fs.open(...args)
      },
    })
    let length = 40
    const changes = [
      () => appendFileSync(path, 'more'),
      () => writeFileSync(path, 'x'.repeat(length--)),
      () => {
        writeFileSync(join(root, 'other'), 'start')
        execFileSync('mv', [join(root, 'other'), path])
      },
    ]
    for (const meddle of changes) {
      writeFileSync(path, 'start'.repeat(10))
      const transport = directoryTransport(root, { fs: meddling(meddle) })
      expect(await codeOfPromise(transport.read('file', 1000, signal))).toBe('source/conflict')
    }
    // Replaced once, by somebody honest: the new file is read.
    let isFirst = true
    const replaced = directoryTransport(root, {
      fs: meddling(() => {
        if (isFirst) changes[2]?.()
        isFirst = false
      }),
    })
    expect(await replaced.read('file', 1000, signal)).toEqual(utf8('start'))
    let reads = 0
    const swapping = meddling(() => {
      rmSync(path)
      symlinkSync('/etc/passwd', path)
    })
    const read: FileSystem['read'] = (...args) => {
      reads++
      return fs.read(...args)
    }
    const swapped = directoryTransport(root, { fs: { ...swapping, read } })
    expect(await codeOfPromise(swapped.read('file', 1000, signal))).toBe('source/rejected')
    expect(reads).toBe(0)
  })

  test.each([
    ['grows', 'more than there was'],
    ['shrinks', 'x'],
  ])('a file that %s between looking and reading is a conflict', async (_, text) => {
    const root = temporaryFolder()
    const path = join(root, 'file')
    writeFileSync(path, 'as it was')
    const fstat: FileSystem['fstat'] = async (fd) => {
      const stats = await fs.fstat(fd)
      return Object.assign(stats, { size: 'as it was'.length })
    }
    const read: FileSystem['read'] = async (...args) => {
      writeFileSync(path, text)
      return fs.read(...args)
    }
    const lstatIfPresent: FileSystem['lstatIfPresent'] = (at) => {
      if (at === path) writeFileSync(path, 'as it was')
      return fs.lstatIfPresent(at)
    }
    const transport = directoryTransport(root, { fs: { ...fs, fstat, read, lstatIfPresent } })
    expect(await codeOfPromise(transport.read('file', 1000, signal))).toBe('source/conflict')
  })

  test('hostile names reach no file, in any call', async () => {
    const root = join(temporaryFolder(), 'inner')
    mkdirSync(root)
    writeFileSync(join(root, '../outside'), 'outside')
    const transport = transportAt(root)
    for (const name of ['../outside', '/etc/passwd', 'a/../../outside', '.git/config', '.countersign/journal', '']) {
      expect(await codeOfPromise(transport.read(name, 1000, signal)), name).toBe('source/rejected')
      expect(await codeOfPromise(transport.write(one(name), none, '', signal)), name).toBe('source/rejected')
      expect(await codeOfPromise(transport.write(none, new Map([[name, null]]), '', signal)), name).toBe(
        'source/rejected',
      )
    }
    for (const prefix of ['../', '/', '.git/'])
      expect(await codeOfPromise(transport.list(prefix, signal)), prefix).toBe('source/rejected')
    expect(everythingIn(root)).toEqual({})
  })

  test('hidden folders and our own files are not listed, hidden files are', async () => {
    const root = temporaryFolder()
    for (const folder of ['.git', '.countersign', 'a/.hidden', 'a/b'])
      mkdirSync(join(root, folder), { recursive: true })
    for (const name of ['.git/config', '.state', 'a/.hidden/x', 'a/b/c', 'a/.countersign-0123456789abcdef-0'])
      writeFileSync(join(root, name), '')
    expect(await transportAt(root).list('', signal)).toEqual(['.state', 'a/b/c'])
    expect(await transportAt(root).list('a/b', signal)).toEqual(['a/b/c'])
  })

  test('a listing is bounded in depth', async () => {
    const root = temporaryFolder()
    mkdirSync(join(root, Array.from({ length: 15 }, () => 'd').join('/')), { recursive: true })
    expect(await transportAt(root).list('', signal)).toEqual([])
    mkdirSync(join(root, Array.from({ length: 16 }, () => 'd').join('/')), { recursive: true })
    expect(await codeOfPromise(transportAt(root).list('', signal))).toBe('source/too-large')
  })

  test('a missing root is an error, never an empty repository', async () => {
    const transport = transportAt(join(temporaryFolder(), 'missing'))
    expect(await codeOfPromise(transport.list('', signal))).toBe('source/not-found')
    expect(await codeOfPromise(transport.read('a', 1, signal))).toBe('source/not-found')
    expect(await codeOfPromise(transport.write(one('a'), none, '', signal))).toBe('source/not-found')
    const file = join(temporaryFolder(), 'file')
    writeFileSync(file, '')
    for (const code of [
      await codeOfPromise(transportAt(file).list('', signal)),
      await codeOfPromise(transportAt(file).read('a', 1, signal)),
      await codeOfPromise(transportAt(file).write(one('a'), none, '', signal)),
    ])
      expect(code).toBe('source/rejected')
  })

  test('with `create` a missing root is empty, and made by the first write', async () => {
    const root = join(temporaryFolder(), 'a/b/c')
    const transport = directoryTransport(root, { fs, create: true, private: true })
    expect(await transport.list('', signal)).toEqual([])
    expect(await transport.read('x/y', 1, signal)).toBe(undefined)
    expect(existsSync(root)).toBe(false)
    await transport.write(one('x/y'), none, '', signal)
    expect(statSync(root).mode & 0o777).toBe(0o700)
    expect(statSync(join(root, 'x')).mode & 0o777).toBe(0o700)
    expect(statSync(join(root, 'x/y')).mode & 0o777).toBe(0o600)
  })

  test('a replaced file keeps its access rights', async () => {
    const root = temporaryFolder()
    writeFileSync(join(root, 'a'), 'old')
    chmodSync(join(root, 'a'), 0o664)
    await transportAt(root).write(one('a', 'new'), none, '', signal)
    expect(statSync(join(root, 'a')).mode & 0o777).toBe(0o664)
  })

  test('a name that would be a file and a folder is refused before anything is written', async () => {
    const root = temporaryFolder()
    writeFileSync(join(root, 'file'), '')
    mkdirSync(join(root, 'folder'))
    const both: Files = new Map([
      ['b', utf8('')],
      ['a', utf8('')],
      ['a/b', utf8('')],
    ])
    expect(await codeOfPromise(transportAt(root).write(both, none, '', signal))).toBe('source/rejected')
    expect(await codeOfPromise(transportAt(root).write(one('file/x'), none, '', signal))).toBe('source/rejected')
    expect(await codeOfPromise(transportAt(root).write(one('folder'), none, '', signal))).toBe('source/rejected')
    expect(everythingIn(root)).toEqual({ file: '', 'folder/': '' })
  })

  test('what is cancelled is not begun', async () => {
    const root = temporaryFolder()
    const stopped = AbortSignal.abort()
    const transport = transportAt(root)
    expect(await codeOfPromise(transport.read('a', 1, stopped))).toBe('user/cancelled')
    expect(await codeOfPromise(transport.list('', stopped))).toBe('user/cancelled')
    expect(await codeOfPromise(transport.write(one('a'), none, '', stopped))).toBe('user/cancelled')
    expect(everythingIn(root)).toEqual({})
  })

  test.each([
    ['a journal that is not JSON', '{', 'format/malformed'],
    ['a journal of another shape', '{"a":1}', 'format/malformed'],
    ['a journal that climbs out', '[["../x",".countersign-0123456789abcdef-0"]]', 'source/rejected'],
    ['a journal that moves another file', '[["a","b"]]', 'format/malformed'],
    ['a journal whose temporary climbs out', '[["a","../.countersign-0123456789abcdef-0"]]', 'format/malformed'],
    ['a journal that removes a hidden file', '[[".git/config",null]]', 'source/rejected'],
  ])('%s is refused, and moves nothing', async (_, journal, code) => {
    const root = join(temporaryFolder(), 'inner')
    for (const folder of ['.countersign', '.git']) mkdirSync(join(root, folder), { recursive: true })
    writeFileSync(join(root, '.countersign/journal'), journal)
    for (const name of ['a', 'b', '.git/config']) writeFileSync(join(root, name), name)
    const before = everythingIn(root)
    const transport = transportAt(root)
    expect(await codeOfPromise(transport.read('a', 10, signal))).toBe(code)
    expect(await codeOfPromise(transport.list('', signal))).toBe(code)
    expect(await codeOfPromise(transport.write(one('c'), none, '', signal))).toBe(code)
    expect(everythingIn(root)).toEqual(before)
  })

  test('looking executes no journal; writing refuses one that reaches beyond the rooms of a repository', async () => {
    const root = temporaryFolder()
    mkdirSync(join(root, '.countersign'))
    mkdirSync(join(root, 'metadata'))
    writeFileSync(join(root, 'notes.txt'), 'mine')
    writeFileSync(join(root, '.countersign/journal'), '[["notes.txt",null]]')
    const before = everythingIn(root)
    const transport = directoryTransport(root, { rooms: ['metadata/'] })
    expect(await transport.list('', signal)).toEqual([])
    expect(await codeOfPromise(transport.write(one('metadata/a'), none, '', signal))).toBe('source/rejected')
    expect(everythingIn(root)).toEqual(before)
    writeFileSync(join(root, '.countersign/journal'), '[["metadata/old",null]]')
    expect(await codeOfPromise(transport.write(one('metadata/a'), none, '', signal))).toBe('ok')
    expect(Object.keys(everythingIn(root))).toContain('notes.txt')
  })

  test('our folder, when it is a link, is refused', async () => {
    const root = temporaryFolder()
    const outside = temporaryFolder()
    writeFileSync(join(outside, 'journal'), '[]')
    symlinkSync(outside, join(root, '.countersign'))
    expect(await codeOfPromise(transportAt(root).read('a', 1, signal))).toBe('source/rejected')
    expect(await codeOfPromise(transportAt(root).write(one('a'), none, '', signal))).toBe('source/rejected')
    expect(everythingIn(outside)).toEqual({ journal: '[]' })
  })
})

test('the errors of the system, each with its meaning', async () => {
  const failing = (errno: string): FileSystem => ({
    ...blockingFileSystem,
    lstatIfPresent: () => Promise.reject(Object.assign(new Error(errno), { code: errno })),
  })
  const expected: Record<string, string> = {
    EACCES: 'source/rejected',
    EPERM: 'source/rejected',
    ELOOP: 'source/rejected',
    ENOTDIR: 'source/rejected',
    ENAMETOOLONG: 'source/rejected',
    EMFILE: 'source/unreachable',
    EIO: 'source/unreachable',
    ESTALE: 'source/unreachable',
    EWHATEVER: 'source/unreachable',
  }
  const root = temporaryFolder()
  for (const [errno, code] of Object.entries(expected)) {
    const thrown = await directoryTransport(root, { fs: failing(errno) })
      .read('a', 1, signal)
      .catch((error: unknown) => error)
    expect(thrown).toBeInstanceOf(AppError)
    expect(thrown).toMatchObject({ code, hint: expect.any(String), data: { errno }, cause: { code: errno } })
  }
})

test('at most 64 files are open at once', async () => {
  const root = temporaryFolder()
  let open = 0
  let most = 0
  const counting: FileSystem = {
    ...fileSystem,
    open: (...args) => {
      most = Math.max(most, ++open)
      return fileSystem.open(...args)
    },
    close: (fd) => {
      open--
      return fileSystem.close(fd)
    },
  }
  for (let at = 0; at < 300; at++) writeFileSync(join(root, `${at}`), 'x')
  const transport = directoryTransport(root, { fs: counting })
  await Promise.all(Array.from({ length: 300 }, (_, at) => transport.read(`${at}`, 1, signal)))
  expect(most).toBeLessThanOrEqual(64)
})

describe('the lock', () => {
  const options = { waitMs: 0, isAlive, signal }

  test('is held by one, given back, and leaves no trace', async () => {
    const folder = join(temporaryFolder(), '.countersign')
    const release = await acquireLock(fileSystem, folder, options)
    expect(await codeOfPromise(acquireLock(fileSystem, folder, options))).toBe('source/conflict')
    await release()
    const again = await acquireLock(fileSystem, folder, options)
    await again()
    expect(existsSync(folder)).toBe(false)
  })

  test('of a process that was killed is taken over; of one that lives it is not', async () => {
    const root = temporaryFolder()
    const script = `
      import { acquireLock, isAlive } from ${JSON.stringify(new URL('../../../src/node/directory/lock.ts', import.meta.url).href)}
      import { fileSystem } from ${JSON.stringify(new URL('../../../src/node/file-system.ts', import.meta.url).href)}
      await acquireLock(fileSystem, ${JSON.stringify(join(root, '.countersign'))}, { waitMs: 0, isAlive, signal: new AbortController().signal })
      console.log('held')
      setInterval(() => undefined, 1000)`
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    onTestFinished(() => void child.kill('SIGKILL'))
    await new Promise((done) => child.stdout.once('data', done))
    const transport = directoryTransport(root, { lockWaitMs: 50 })
    expect(await codeOfPromise(transport.write(one('a'), none, '', signal))).toBe('source/conflict')
    child.kill('SIGKILL')
    await new Promise((done) => child.once('exit', done))
    await transport.write(one('a'), none, '', signal)
    expect(everythingIn(root)).toEqual({ a: 'x' })
  })

  // proc(5): the 22nd field, counted behind the name in parentheses.
  const startOfParent =
    readFileSync(`/proc/${process.ppid}/stat`, 'latin1')
      .replace(/^.*\) /, '')
      .split(' ')[19] ?? ''
  const parent = String(process.ppid)

  test.each([
    ['a process that lives', [undefined, undefined, parent, startOfParent], true],
    ['another computer', ['ffffffff', undefined, undefined, undefined], true],
    ['this computer before it was started again', [undefined, 'ffffffff', parent, startOfParent], false],
    ['a process whose number was given to another', [undefined, undefined, parent, '1'], false],
    ['a process that is gone', [undefined, undefined, '4194399', undefined], false],
    ['this process, which does not hold it', [undefined, undefined, undefined, undefined], false],
  ])('of %s', async (_, parts, lives) => {
    const folder = join(temporaryFolder(), '.countersign')
    const release = await acquireLock(fileSystem, folder, options)
    const [, ...own] = /^lock-(.+)-(.+)-(.+)-(.+)-(.+)$/.exec(readdirSync(folder)[0] ?? '') ?? []
    await release()
    const planted = `lock-${[0, 1, 2, 3].map((at) => parts[at] ?? own[at]).join('-')}-0123456789abcdef`
    mkdirSync(folder)
    writeFileSync(join(folder, planted), '')
    expect(await codeOfPromise(acquireLock(fileSystem, folder, options))).toBe(lives ? 'source/conflict' : 'ok')
    expect(existsSync(join(folder, planted))).toBe(lives)
  })
})

const worker = (root: string, count: number) => `
  import { directoryTransport } from ${JSON.stringify(new URL('../../../src/node/transports/directory.ts', import.meta.url).href)}
  const { signal } = new AbortController()
  const transport = directoryTransport(${JSON.stringify(root)}, { lockWaitMs: 60_000 })
  for (let left = ${count}; left > 0; ) {
    const [a, b] = [await transport.read('a', 100, signal), await transport.read('deep/b', 100, signal)]
    const next = Buffer.from(String(Number(Buffer.from(a)) + 1))
    try {
      await transport.write(new Map([['deep/b', next], ['a', next]]), new Map([['a', a], ['deep/b', b]]), '', signal)
      left--
    } catch (error) {
      if (error.code !== 'source/conflict') throw error
    }
  }`

test('three processes that count together lose no step', async () => {
  const root = temporaryFolder()
  mkdirSync(join(root, 'deep'))
  for (const name of ['a', 'deep/b']) writeFileSync(join(root, name), '0')
  const exits = [1, 2, 3].map(async () => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', worker(root, 10)], { stdio: 'inherit' })
    onTestFinished(() => void child.kill('SIGKILL'))
    return new Promise((done) => child.once('exit', done))
  })
  expect(await Promise.all(exits)).toEqual([0, 0, 0])
  expect(everythingIn(root)).toEqual({ a: '30', 'deep/': '', 'deep/b': '30' })
}, 60_000)

test('a process killed at any moment leaves both files at the same count', async () => {
  const root = temporaryFolder()
  mkdirSync(join(root, 'deep'))
  for (const name of ['a', 'deep/b']) writeFileSync(join(root, name), '0')
  const transport = directoryTransport(root, { lockWaitMs: 1000 })
  for (let round = 0; round < 6; round++) {
    const child = spawn(process.execPath, ['--input-type=module', '-e', worker(root, 1_000_000)], { stdio: 'ignore' })
    onTestFinished(() => void child.kill('SIGKILL'))
    const count = (): string => readFileSync(join(root, 'a'), 'utf8')
    const before = count()
    // It must have begun, however slow the machine is.
    while (count() === before) await sleep(10)
    await sleep(round * 37)
    child.kill('SIGKILL')
    await new Promise((done) => child.once('exit', done))
    const a = await transport.read('a', 100, signal)
    expect(await transport.read('deep/b', 100, signal)).toEqual(a)
    await transport.write(new Map([['a', a ?? null]]), none, 'tidy', signal)
    expect(Object.keys(everythingIn(root)).sort()).toEqual(['a', 'deep/', 'deep/b'])
  }
  expect(Number(everythingIn(root).a)).toBeGreaterThan(0)
}, 90_000)
