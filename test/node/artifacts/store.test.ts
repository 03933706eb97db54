// Content is put where clients will fetch it, whole or not at all, whatever goes wrong on the way.
import { appendFileSync, existsSync, mkdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { putArtifact, type StoreOptions } from '../../../src/node/artifacts/store.ts'
import { blockingFileSystem, type FileSystem } from '../../../src/node/file-system.ts'
import { directoryTransport } from '../../../src/node/transports/directory.ts'
import { type Fault, faultyFileSystem } from '../../support/faulty-file-system.ts'
import { everythingIn, temporaryFolder } from '../../support/temporary-folder.ts'
import { codeOfPromise } from '../../support/thrown.ts'
import { sha256 } from './shop.ts'

const { signal } = new AbortController()
const content = 'x'.repeat(2_500_000)
const hash = sha256(content)
const name = `targets/loom/1.0.0/${hash}.loom.zip`

interface Place {
  root: string
  file: string
}

function place(text = content): Place {
  const root = join(temporaryFolder(), 'packages')
  mkdirSync(root)
  const file = join(temporaryFolder(), 'loom.zip')
  writeFileSync(file, text)
  return { root, file }
}

const put = ({ root, file }: Place, options: Partial<StoreOptions> = {}): Promise<string> =>
  putArtifact(root, 'loom/1.0.0/loom.zip', file, { length: content.length, sha256: hash }, { signal, ...options })

const filesIn = (root: string): string[] => Object.keys(everythingIn(root)).filter((one) => !one.endsWith('/'))

test('the content lies under its hash, and nothing else is left behind', async () => {
  const at = place()
  const told: number[] = []
  expect(await put(at, { progress: (done, total) => void told.push(done / total) })).toBe(name)
  expect(Object.keys(everythingIn(at.root))).toEqual(['targets/', 'targets/loom/', 'targets/loom/1.0.0/', name])
  expect(readFileSync(join(at.root, name), 'utf8')).toBe(content)
  expect(told.at(-1)).toBe(1)
})

test('what is there already is not written again; what is there and damaged is mended', async () => {
  const at = place()
  await put(at)
  const writes: string[] = []
  const fs: FileSystem = {
    ...blockingFileSystem,
    write: (fd, bytes, offset) => {
      writes.push('write')
      return blockingFileSystem.write(fd, bytes, offset)
    },
  }
  await put(at, { fs })
  expect(writes).toEqual([])
  writeFileSync(join(at.root, name), content.replace('x', 'y'))
  await put(at, { fs })
  expect(writes.length).toBeGreaterThan(0)
  expect(readFileSync(join(at.root, name), 'utf8')).toBe(content)
})

test('without consistent snapshots a name in use is never given other content', async () => {
  const at = place()
  expect(await put(at, { consistent: false })).toBe('targets/loom/1.0.0/loom.zip')
  expect(await put(at, { consistent: false })).toBe('targets/loom/1.0.0/loom.zip')
  writeFileSync(join(at.root, 'targets/loom/1.0.0/loom.zip'), 'older')
  expect(await codeOfPromise(put(at, { consistent: false }))).toBe('source/conflict')
  expect(readFileSync(join(at.root, 'targets/loom/1.0.0/loom.zip'), 'utf8')).toBe('older')
})

test.each([
  ['another bit', content.replace('x', 'y')],
  ['more', `${content}x`],
  ['less', content.slice(1)],
  ['nothing', ''],
])('a file that changed since it was looked at is refused: %s', async (_, text) => {
  const at = place(text)
  expect(await codeOfPromise(put(at))).toBe('source/conflict')
  expect(filesIn(at.root)).toEqual([])
})

test('a file that is written to while it is copied is refused', async () => {
  const at = place()
  const options = { progress: () => appendFileSync(at.file, 'more') }
  expect(await codeOfPromise(put(at, options))).toBe('source/conflict')
  expect(filesIn(at.root)).toEqual([])
})

test.each([['../x'], ['/x'], ['a/../../x'], ['a//b'], ['.git/hooks/x'], ['a\\b'], ['']])(
  'a path that is no name in the repository is refused: %j',
  async (path) => {
    const { root, file } = place()
    const artifact = { length: content.length, sha256: hash }
    expect(await codeOfPromise(putArtifact(root, path, file, artifact, { signal, consistent: false }))).toBe(
      'source/rejected',
    )
    expect(everythingIn(dirname(root))).toEqual({ 'packages/': '' })
  },
)

test('no link is followed on the way, and none is replaced', async () => {
  const outside = temporaryFolder()
  for (const link of ['targets', 'targets/loom', name, '.countersign', `.countersign/upload-${hash}`]) {
    const at = place()
    mkdirSync(dirname(join(at.root, link)), { recursive: true })
    symlinkSync(outside, join(at.root, link))
    expect(await codeOfPromise(put(at)), link).toBe('source/rejected')
  }
  expect(everythingIn(outside)).toEqual({})
})

test('a partial file that is a link, or has a second name, is not written to', async () => {
  const victim = join(temporaryFolder(), 'victim')
  writeFileSync(victim, 'keep me')
  const at = place()
  mkdirSync(join(at.root, `.countersign/upload-${hash}`), { recursive: true })
  symlinkSync(victim, join(at.root, `.countersign/upload-${hash}/content`))
  expect(await codeOfPromise(put(at))).toBe('source/rejected')
  expect(readFileSync(victim, 'utf8')).toBe('keep me')
})

test('a web address, an absent folder and a file are no place for it', async () => {
  const { file, root } = place()
  const artifact = { length: content.length, sha256: hash }
  const at = (location: string) => codeOfPromise(putArtifact(location, 'a', file, artifact, { signal }))
  expect(await at('https://packages.example/')).toBe('usage/invalid')
  expect(await at(join(root, 'absent'))).toBe('source/not-found')
  expect(await at(file)).toBe('source/rejected')
})

test('cancelled in the middle, it goes on from there', async () => {
  const at = place()
  const controller = new AbortController()
  const cancelled = put(at, { signal: controller.signal, progress: (done) => done > 0 && controller.abort() })
  expect(await codeOfPromise(cancelled)).toBe('user/cancelled')
  expect(filesIn(at.root)).toEqual([`.countersign/upload-${hash}/content`])
  let first = -1
  await put(at, {
    progress: (done) => {
      if (first < 0) first = done
    },
  })
  expect(first).toBeGreaterThanOrEqual(1024 * 1024)
  expect(filesIn(at.root)).toEqual([name])
})

test('a partial file of other content is thrown away', async () => {
  for (const rest of ['y'.repeat(100), 'y'.repeat(content.length), 'y'.repeat(content.length + 1)]) {
    const at = place()
    mkdirSync(join(at.root, `.countersign/upload-${hash}`), { recursive: true })
    writeFileSync(join(at.root, `.countersign/upload-${hash}/content`), rest)
    await put(at)
    expect(readFileSync(join(at.root, name), 'utf8')).toBe(content)
    expect(filesIn(at.root)).toEqual([name])
  }
})

test('what others left behind goes after a day, and not while they are at it', async () => {
  const at = place()
  const yesterday = new Date(Date.now() - 90_000_000)
  const left = (digit: string, at_: Date): string => {
    const folder = join(at.root, `.countersign/upload-${digit.repeat(64)}`)
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'content'), 'x')
    utimesSync(join(folder, 'content'), at_, at_)
    return folder
  }
  const [old, recent, busy] = [left('a', yesterday), left('b', new Date()), left('c', yesterday)]
  writeFileSync(join(busy, `lock-${'0'.repeat(8)}-${'0'.repeat(8)}-1-1-${'0'.repeat(16)}`), '')
  await put(at, { isAlive: () => true })
  expect([old, recent, busy].map((folder) => existsSync(folder))).toEqual([false, true, true])
  expect(existsSync(join(busy, 'content'))).toBe(true)
})

test('two at once for the same content: one waits or is refused, and the file is whole', async () => {
  const at = place()
  const codes = await Promise.all([put(at), put(at), put(at)].map(codeOfPromise))
  expect(codes).toContain('ok')
  expect(codes.every((code) => code === 'ok' || code === 'source/conflict')).toBe(true)
  expect(readFileSync(join(at.root, name), 'utf8')).toBe(content)
  expect(filesIn(at.root)).toEqual([name])
})

test('a metadata write goes on while content is on its way', async () => {
  const at = place()
  const controller = new AbortController()
  await put(at, { signal: controller.signal, progress: (done) => done > 0 && controller.abort() }).catch(
    () => undefined,
  )
  const transport = directoryTransport(at.root)
  await transport.write(new Map([['metadata/x', Buffer.from('x')]]), new Map(), '', signal)
  expect(await transport.list('', signal)).toEqual(['metadata/x'])
  await put(at)
  expect(filesIn(at.root).sort()).toEqual(['metadata/x', name])
})

const faults: [string, Fault][] = [
  ['the disk is full', { kind: 'error', errno: 'ENOSPC' }],
  ['access is denied', { kind: 'error', errno: 'EACCES' }],
  ['the program dies before the call, or half-way through it', { kind: 'death', when: 'before' }],
  ['the program dies after the call', { kind: 'death', when: 'after' }],
]

describe.each(faults)('%s', (_, fault) => {
  test('clients see nothing or all of it, and the next try completes it', async () => {
    const small = 'x'.repeat(10_000)
    const artifact = { length: small.length, sha256: sha256(small) }
    const whole = `targets/loom/${artifact.sha256}.loom.zip`
    const putSmall = ({ root, file }: Place, fs: FileSystem) =>
      putArtifact(root, 'loom/loom.zip', file, artifact, { signal, fs, isAlive: () => false })
    let struck = 0
    for (let at = 0; ; at++) {
      const here = place(small)
      const fs = faultyFileSystem(at, fault)
      await putSmall(here, fs).catch(() => undefined)
      if (!fs.struck) break
      struck++
      const seen = filesIn(here.root).filter((one) => one.startsWith('targets/'))
      if (seen.length > 0) expect(readFileSync(join(here.root, whole), 'utf8'), fs.log[at]).toBe(small)
      await putSmall(here, blockingFileSystem)
      expect(readFileSync(join(here.root, whole), 'utf8'), fs.log[at]).toBe(small)
      const rest = filesIn(here.root).filter((one) => !one.startsWith('.countersign/'))
      expect(rest, fs.log[at]).toEqual([whole])
    }
    expect(struck).toBeGreaterThan(30)
  })
})
