// What a person drops is read as it lies there: hashed as a stream, nothing followed, nothing left out in silence.
import { execFileSync } from 'node:child_process'
import { appendFileSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { lookAt } from '../../../src/node/artifacts/look.ts'
import { blockingFileSystem, type FileSystem } from '../../../src/node/file-system.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { codeOfPromise } from '../../support/thrown.ts'
import { sha256 } from './shop.ts'

const { signal } = new AbortController()

function folderOf(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = temporaryFolder()
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), content)
  }
  return folder
}

test('a folder: every file by its name below it, sorted, with length and sha256', async () => {
  const big = Buffer.alloc(3 * 1024 * 1024 + 7, 'x')
  const folder = folderOf({ 'b/two.txt': 'two', 'a.txt': 'one', 'b/c/big': big, 'b/empty': '' })
  const { files, totalBytes, leftOut } = await lookAt(folder, { signal })
  expect(files).toEqual(
    [
      ['a.txt', 'one'],
      ['b/c/big', big],
      ['b/empty', ''],
      ['b/two.txt', 'two'],
    ].map(([name, content]) => ({
      name,
      file: join(folder, String(name)),
      length: Buffer.byteLength(content ?? ''),
      sha256: sha256(content ?? ''),
    })),
  )
  expect([totalBytes, leftOut]).toEqual([big.length + 6, []])
})

test('one file, also by a link that a person named', async () => {
  const folder = folderOf({ 'loom.zip': 'loom' })
  const link = join(temporaryFolder(), 'latest.zip')
  symlinkSync(join(folder, 'loom.zip'), link)
  const found = { length: 4, sha256: sha256('loom'), file: join(folder, 'loom.zip') }
  expect((await lookAt(join(folder, 'loom.zip'), { signal })).files).toEqual([{ name: 'loom.zip', ...found }])
  expect((await lookAt(link, { signal })).files).toEqual([{ name: 'latest.zip', ...found }])
})

test('what is left out is said, each with a reason', async () => {
  const folder = folderOf({
    a: 'a',
    '.hidden/x': 'x',
    '.env': 'x',
    '.countersign-1/x': 'x',
    'con.txt': 'x',
    'b\u202e': 'x',
  })
  symlinkSync('/etc', join(folder, 'link'))
  symlinkSync('nowhere', join(folder, 'dangling'))
  execFileSync('mkfifo', [join(folder, 'pipe')])
  writeFileSync(Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0x66, 0xff])]), 'x')
  const { files, leftOut } = await lookAt(folder, { signal })
  expect(files.map(({ name }) => name)).toEqual(['a'])
  expect(leftOut.map(({ name }) => name).sort()).toEqual(
    ['.countersign-1', '.env', '.hidden', 'b\u202e', 'con.txt', 'dangling', 'f\uFFFD', 'link', 'pipe'].sort(),
  )
  // Two links, two hidden ones; every other reason stands once.
  expect(new Set(leftOut.map(({ reason }) => reason)).size).toBe(7)
})

test('a single file of a name that cannot be is refused', async () => {
  const folder = folderOf({ 'con.txt': 'x' })
  expect(await codeOfPromise(lookAt(join(folder, 'con.txt'), { signal }))).toBe('source/rejected')
})

test('absent, a pipe, too deep: refused at once', async () => {
  const folder = temporaryFolder()
  execFileSync('mkfifo', [join(folder, 'pipe')])
  mkdirSync(join(folder, ...Array.from({ length: 20 }, () => 'deep')), { recursive: true })
  expect(await codeOfPromise(lookAt(join(folder, 'nothing'), { signal }))).toBe('source/not-found')
  expect(await codeOfPromise(lookAt(join(folder, 'pipe'), { signal }))).toBe('source/rejected')
  expect(await codeOfPromise(lookAt(join(folder, 'deep'), { signal }))).toBe('source/too-large')
})

/** Something happens to the file at its first reading. */
function meddling(act: () => void): FileSystem {
  let isDone = false
  return {
    ...blockingFileSystem,
    read: (fd, bytes, offset, position) => {
      if (!isDone) act()
      isDone = true
      return blockingFileSystem.read(fd, bytes, offset, position)
    },
  }
}

test('a file that grows, shrinks or is swapped while it is read is refused', async () => {
  const folder = folderOf({ a: 'aaaa' })
  const file = join(folder, 'a')
  expect(await codeOfPromise(lookAt(folder, { signal, fs: meddling(() => appendFileSync(file, 'b')) }))).toBe(
    'source/conflict',
  )
  expect(await codeOfPromise(lookAt(folder, { signal, fs: meddling(() => writeFileSync(file, '')) }))).toBe(
    'source/conflict',
  )
  writeFileSync(file, 'aaaa')
  const swapped: FileSystem = {
    ...blockingFileSystem,
    open: async (path, flags, mode) => {
      rmSync(file)
      symlinkSync('/etc/hostname', file)
      return blockingFileSystem.open(path, flags, mode)
    },
  }
  expect(await codeOfPromise(lookAt(folder, { signal, fs: swapped }))).toBe('source/rejected')
})

test('progress rises to the whole; a look can be cancelled in the middle', async () => {
  const folder = folderOf({ a: Buffer.alloc(5 * 1024 * 1024), b: Buffer.alloc(10) })
  const told: number[] = []
  await lookAt(folder, { signal, progress: (done, total) => void told.push(done / total) })
  expect(told.at(-1)).toBe(1)
  expect(told).toEqual([...told].sort((a, b) => a - b))
  expect(told.length).toBeLessThan(5)
  const controller = new AbortController()
  const cancelled = lookAt(folder, { signal: controller.signal, progress: () => controller.abort() })
  expect(await codeOfPromise(cancelled)).toBe('user/cancelled')
})

test('an empty folder is an empty look, and its end is told', async () => {
  const told: [number, number][] = []
  const look = await lookAt(temporaryFolder(), { signal, progress: (...both) => void told.push(both) })
  expect([look.files, look.totalBytes, told]).toEqual([[], 0, [[0, 0]]])
})
