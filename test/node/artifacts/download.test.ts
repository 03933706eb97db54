// A download ends with every byte verified under its own name, or with nothing under it, and goes on where it broke off.
import {
  appendFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { download } from '../../../src/node/artifacts/download.ts'
import { blockingFileSystem } from '../../../src/node/file-system.ts'
import { type Fault, faultyFileSystem } from '../../support/faulty-file-system.ts'
import { never, now } from '../../support/repository.ts'
import { everythingIn, temporaryFolder } from '../../support/temporary-folder.ts'
import { codeOfPromise } from '../../support/thrown.ts'
import { openShop, type Shop, sha256 } from './shop.ts'

const content = Array.from({ length: 300_000 }, (_, i) => `${i}\n`).join('')
const path = 'loom/1.0.0/loom.zip'
const name = `targets/loom/1.0.0/${sha256(content)}.loom.zip`
const call = { now, signal: never }

const shopOf = (): Promise<Shop> => openShop({ targets: { targets: { [path]: content, 'loom/1.0.0/notes': 'notes' } } })

interface Web {
  url: string
  /** The ranges that were asked for, of artifacts. */
  ranges: (string | undefined)[]
}

/** The folder on the web; `meddle` may answer itself for an artifact. */
async function onWeb(
  folder: string,
  meddle: (request: IncomingMessage, response: ServerResponse, bytes: Buffer) => boolean = () => false,
): Promise<Web> {
  const ranges: Web['ranges'] = []
  const server = createServer((request, response) => {
    const file = join(folder, decodeURIComponent(request.url ?? ''))
    if (!existsSync(file)) return void response.writeHead(404).end()
    const bytes = readFileSync(file)
    if (!file.includes('/targets/')) return void response.end(bytes)
    ranges.push(request.headers.range)
    if (meddle(request, response, bytes)) return
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0)
    if (from === 0) response.end(bytes)
    else if (from >= bytes.length) response.writeHead(416).end()
    else
      response
        .writeHead(206, { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` })
        .end(bytes.subarray(from))
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, ranges }
}

describe.each(['folder', 'web'])('from a %s', (from) => {
  const sourceOf = async (shop: Shop) => (from === 'folder' ? shop.source : shop.at((await onWeb(shop.folder)).url))

  test('the artifact lies under its own name, and nothing else', async () => {
    const shop = await shopOf()
    const to = temporaryFolder()
    const told: number[] = []
    const progress = (done: number, total: number) => void told.push(done / total)
    expect(await download(await sourceOf(shop), path, to, { ...call, progress })).toEqual({
      ...{ path, role: 'targets', length: content.length, already: false, resumedFrom: 0 },
      file: join(to, 'loom.zip'),
    })
    expect(everythingIn(to)).toEqual({ 'loom.zip': content })
    expect(told.at(-1)).toBe(1)
  })

  test('what came before is not fetched again', async () => {
    const shop = await shopOf()
    const to = temporaryFolder()
    writeFileSync(join(to, '.loom.zip.part'), content.slice(0, 1_000_000))
    expect(await download(await sourceOf(shop), path, to, call)).toMatchObject({ resumedFrom: 1_000_000 })
    expect(everythingIn(to)).toEqual({ 'loom.zip': content })
  })

  test.each([
    ['of other content', 'y'.repeat(1_000_000)],
    ['as long as the whole', 'y'.repeat(content.length)],
    ['longer than the whole', `${content}y`],
    ['empty', ''],
  ])('a partial file %s does no harm', async (_, partial) => {
    const shop = await shopOf()
    const to = temporaryFolder()
    writeFileSync(join(to, '.loom.zip.part'), partial)
    expect(await download(await sourceOf(shop), path, to, call)).toMatchObject({ resumedFrom: 0 })
    expect(everythingIn(to)).toEqual({ 'loom.zip': content })
  })

  test('a partial file that is whole is only verified', async () => {
    const shop = await shopOf()
    const to = temporaryFolder()
    writeFileSync(join(to, '.loom.zip.part'), content)
    rmSync(shop.path(name))
    expect(await download(await sourceOf(shop), path, to, call)).toMatchObject({ resumedFrom: content.length })
    expect(everythingIn(to)).toEqual({ 'loom.zip': content })
  })

  test.each([
    ['another bit', content.replace(/7(?=[^7]*$)/, '6')],
    ['less', content.slice(0, -1)],
    ['more', `${content}y`],
    ['nothing', ''],
  ])('what is not what was signed gets no name: %s', async (_, wrong) => {
    const shop = await shopOf()
    const to = temporaryFolder()
    writeFileSync(shop.path(name), wrong)
    const source = await sourceOf(shop)
    expect(await codeOfPromise(download(source, path, to, call))).toBe('trust/changed')
    expect(everythingIn(to)).toEqual({})
    // Also when the part that came before was right.
    writeFileSync(join(to, '.loom.zip.part'), content.slice(0, 100_000))
    expect(await codeOfPromise(download(source, path, to, call))).toBe('trust/changed')
    expect(everythingIn(to)).toEqual({})
  })

  test('listed without a file, or not listed: not found, and nothing is left', async () => {
    const shop = await shopOf()
    rmSync(shop.path(name))
    const to = temporaryFolder()
    const source = await sourceOf(shop)
    for (const wanted of [path, 'loom/2.0.0/loom.zip', '', '__proto__', 'loom/1.0.0/../1.0.0/notes'])
      expect(await codeOfPromise(download(source, wanted, to, call)), wanted).toBe('source/not-found')
    expect(Object.values(everythingIn(to)).join('')).toBe('')
    expect(existsSync(join(to, 'loom.zip'))).toBe(false)
  })
})

describe('what lies in the folder already', () => {
  test('the right file is not fetched again', async () => {
    const shop = await shopOf()
    const to = temporaryFolder()
    writeFileSync(join(to, 'loom.zip'), content)
    rmSync(shop.path(name))
    expect(await download(shop.source, path, to, call)).toMatchObject({ already: true })
  })

  test('another one stays unless it is given up', async () => {
    const shop = await shopOf()
    const to = temporaryFolder()
    for (const other of ['mine', content.replace('7', '6')]) {
      writeFileSync(join(to, 'loom.zip'), other)
      expect(await codeOfPromise(download(shop.source, path, to, call))).toBe('source/conflict')
      expect(everythingIn(to)).toEqual({ 'loom.zip': other })
    }
    await download(shop.source, path, to, { ...call, replace: true })
    expect(everythingIn(to)).toEqual({ 'loom.zip': content })
  })

  test('one that comes while it is downloaded stays too', async () => {
    const shop = await shopOf()
    const to = temporaryFolder()
    const progress = () => writeFileSync(join(to, 'loom.zip'), 'mine')
    expect(await codeOfPromise(download(shop.source, path, to, { ...call, progress }))).toBe('source/conflict')
    expect(readFileSync(join(to, 'loom.zip'), 'utf8')).toBe('mine')
  })

  test('links, folders and second names are not written through', async () => {
    const shop = await shopOf()
    const victim = join(temporaryFolder(), 'victim')
    writeFileSync(victim, 'keep me')
    for (const plant of [
      (to: string) => symlinkSync(victim, join(to, 'loom.zip')),
      (to: string) => mkdirSync(join(to, 'loom.zip')),
      (to: string) => symlinkSync(victim, join(to, '.loom.zip.part')),
      (to: string) => linkSync(victim, join(to, '.loom.zip.part')),
      (to: string) => writeFileSync(join(to, '.loom.zip.lock'), ''),
    ]) {
      const to = temporaryFolder()
      plant(to)
      expect(await codeOfPromise(download(shop.source, path, to, { ...call, replace: true }))).toBe('source/rejected')
    }
    expect(readFileSync(victim, 'utf8')).toBe('keep me')
  })

  test('no hidden file is made, and none that another download would take for its own', async () => {
    const hidden = ['.bashrc', '.envrc', '.a.part', '.a.lock']
    const targets = Object.fromEntries(hidden.map((one) => [`loom/1.0.0/${one}`, one]))
    const shop = await openShop({ targets: { targets: { ...targets, 'loom/1.0.0/a': 'a' } } })
    const to = temporaryFolder()
    for (const one of hidden)
      expect(await codeOfPromise(download(shop.source, `loom/1.0.0/${one}`, to, call)), one).toBe('source/rejected')
    expect(everythingIn(to)).toEqual({})
    await download(shop.source, 'loom/1.0.0/a', to, call)
    expect(everythingIn(to)).toEqual({ a: 'a' })
  })

  test('a folder that is none, or not there', async () => {
    const shop = await shopOf()
    const to = temporaryFolder()
    writeFileSync(join(to, 'file'), '')
    expect(await codeOfPromise(download(shop.source, path, join(to, 'file'), call))).toBe('source/rejected')
    expect(await codeOfPromise(download(shop.source, path, join(to, 'absent'), call))).toBe('source/not-found')
  })
})

test('names that would leave the folder, or are none, are refused', async () => {
  const names = [
    'a/..',
    'a/.',
    'a/',
    '..',
    'a\\..\\b',
    'a/b\u202e',
    'a/con',
    'a/.git',
    'a/.countersign',
    'a/b ',
    `a/${'n'.repeat(300)}`,
  ]
  for (const one of names) {
    const listed = await openShop({
      targets: { fields: { targets: { [one]: { length: 1, hashes: { sha256: sha256('x') } } } } },
    })
    const to = temporaryFolder()
    expect(await codeOfPromise(download(listed.source, one, to, call)), one).toBe('source/rejected')
    expect(everythingIn(to)).toEqual({})
  }
})

describe('a server', () => {
  test('that breaks off: what came is kept, and the next call goes on', async () => {
    const shop = await shopOf()
    let isFirst = true
    const web = await onWeb(shop.folder, (_, response, bytes) => {
      if (!isFirst) return false
      isFirst = false
      response.writeHead(200, { 'content-length': bytes.length })
      response.write(bytes.subarray(0, 1_200_000), () => setTimeout(() => response.destroy(), 50))
      return true
    })
    const to = temporaryFolder()
    const source = shop.at(web.url)
    expect(await codeOfPromise(download(source, path, to, call))).toBe('source/unreachable')
    const kept = statSync(join(to, '.loom.zip.part')).size
    expect(kept).toBeGreaterThan(0)
    expect(existsSync(join(to, 'loom.zip'))).toBe(false)
    expect(await download(source, path, to, call)).toMatchObject({ resumedFrom: kept })
    expect(web.ranges).toEqual([undefined, `bytes=${kept}-`])
    expect(everythingIn(to)).toEqual({ 'loom.zip': content })
  })

  test('that knows no ranges sends all of it', async () => {
    const shop = await shopOf()
    const web = await onWeb(shop.folder, (_, response, bytes) => {
      response.end(bytes)
      return true
    })
    const to = temporaryFolder()
    writeFileSync(join(to, '.loom.zip.part'), content.slice(0, 5000))
    expect(await download(shop.at(web.url), path, to, call)).toMatchObject({ resumedFrom: 0 })
    expect(web.ranges).toEqual(['bytes=5000-'])
    expect(everythingIn(to)).toEqual({ 'loom.zip': content })
  })

  test('that never ends is stopped at the length that was signed', async () => {
    const shop = await shopOf()
    let sent = 0
    const web = await onWeb(shop.folder, (_, response, bytes) => {
      const more = () => {
        while (!response.destroyed) {
          sent += bytes.length
          if (!response.write(bytes)) return void response.once('drain', more)
        }
      }
      more()
      return true
    })
    const to = temporaryFolder()
    expect(await codeOfPromise(download(shop.at(web.url), path, to, call))).toBe('trust/changed')
    expect(sent).toBeLessThan(20 * content.length)
    expect(everythingIn(to)).toEqual({})
  })

  test('that gives other bytes each time is asked twice at most', async () => {
    const shop = await shopOf()
    const web = await onWeb(shop.folder, (_, response, bytes) => {
      response.end(Buffer.alloc(bytes.length, `${Math.random()}`))
      return true
    })
    const to = temporaryFolder()
    writeFileSync(join(to, '.loom.zip.part'), content.slice(0, 5000))
    expect(await codeOfPromise(download(shop.at(web.url), path, to, call))).toBe('trust/changed')
    expect(web.ranges.length).toBeLessThanOrEqual(2)
  })
})

test('cancelled: what came is kept', async () => {
  const shop = await shopOf()
  const to = temporaryFolder()
  const controller = new AbortController()
  const progress = (done: number) => done > 0 && controller.abort()
  expect(await codeOfPromise(download(shop.source, path, to, { now, signal: controller.signal, progress }))).toBe(
    'user/cancelled',
  )
  expect(Object.keys(everythingIn(to))).toEqual(['.loom.zip.part'])
  expect(await download(shop.source, path, to, call)).toMatchObject({ already: false })
})

test('two at once: one of them does it', async () => {
  const shop = await shopOf()
  const to = temporaryFolder()
  const codes = await Promise.all([1, 2, 3].map(() => codeOfPromise(download(shop.source, path, to, call))))
  expect(codes).toContain('ok')
  expect(codes.every((code) => code === 'ok' || code === 'source/conflict')).toBe(true)
  expect(everythingIn(to)).toEqual({ 'loom.zip': content })
})

test('metadata that is expired, older or altered: nothing is fetched', async () => {
  const shop = await shopOf()
  const to = temporaryFolder()
  const late = { now: new Date('2027-03-01T00:00:00Z'), signal: never }
  expect(await codeOfPromise(download(shop.source, path, to, late))).toBe('trust/expired')
  appendFileSync(shop.path('metadata/2.targets.json'), ' ')
  expect(await codeOfPromise(download(shop.source, path, to, call))).toBe('ok')
  writeFileSync(
    shop.path('metadata/2.targets.json'),
    readFileSync(shop.path('metadata/2.targets.json'), 'utf8').replace(sha256(content), sha256('evil')),
  )
  expect(await codeOfPromise(download(shop.source, path, temporaryFolder(), call))).toBe('trust/bad-signature')
})

const faults: [string, Fault][] = [
  ['the disk is full', { kind: 'error', errno: 'ENOSPC' }],
  ['the program dies before the call, or half-way through it', { kind: 'death', when: 'before' }],
  ['the program dies after the call', { kind: 'death', when: 'after' }],
]

describe.each(faults)('%s', (_, fault) => {
  test('the name holds nothing or the verified whole', async () => {
    const shop = await shopOf()
    let struck = 0
    for (let at = 0; ; at++) {
      const to = temporaryFolder()
      const fs = faultyFileSystem(at, fault)
      await download(shop.source, 'loom/1.0.0/notes', to, { ...call, fs }).catch(() => undefined)
      if (!fs.struck) break
      struck++
      if (existsSync(join(to, 'notes'))) expect(readFileSync(join(to, 'notes'), 'utf8'), fs.log[at]).toBe('notes')
      // The dead keep their lock: a person who sees that removes it.
      rmSync(join(to, '.notes.lock'), { recursive: true, force: true })
      await download(shop.source, 'loom/1.0.0/notes', to, { ...call, fs: blockingFileSystem })
      expect(everythingIn(to), fs.log[at]).toEqual({ notes: 'notes' })
    }
    expect(struck).toBeGreaterThan(10)
  })
})
