// A repository as an archive and back: the same bytes every time, nothing of what was tampered with, and the head last.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { utf8 } from '../../../src/core/bytes.ts'
import { CarReader, collectBlocks, encodeCar, parseCar } from '../../../src/core/systems/merkle/car.ts'
import { blockName, headName, maxBytes } from '../../../src/core/systems/merkle/files.ts'
import { memoryTransport } from '../../../src/core/transport.ts'
import { loadArchive } from '../../../src/node/merkle/load.ts'
import { saveArchive } from '../../../src/node/merkle/save.ts'
import { directoryTransport } from '../../../src/node/transports/directory.ts'
import { archiveTransport } from '../../../src/node/transports/merkle/archive.ts'
import { serve } from '../../support/answering-server.ts'
import { type Published, published } from '../../support/merkle/published.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { codeOfPromise, faultOfPromise } from '../../support/thrown.ts'

const { signal } = new AbortController()
let repository: Published
let car: Uint8Array
beforeAll(async () => {
  repository = await published()
  const source = { read: async (cid: string) => repository.blocks.get(cid) }
  car = encodeCar(repository.root, await collectBlocks(source, repository.root, { history: true }))
})
const now = new Date('2026-12-01T00:00:00Z')
const yes = { accept: async () => true, now, signal }
function written(bytes = car): string {
  const path = join(temporaryFolder(), 'a.car')
  writeFileSync(path, bytes)
  return path
}
function tampered(): Uint8Array {
  const other = car.slice()
  other[other.length - 1] = (other.at(-1) ?? 0) ^ 1
  return other
}

test('read in pieces of any size, an archive is the same', () => {
  for (const size of [1, 2, 7, 100, 1000]) {
    const reader = new CarReader()
    const found = new Map<string, Uint8Array>()
    for (let at = 0; at < car.length; at += size)
      for (const { link, block, at: place } of reader.take(car.subarray(at, at + size))) {
        found.set(link.cid, block.slice())
        expect(car.subarray(place, place + block.length)).toEqual(block)
      }
    expect(reader.end()).toEqual(repository.root)
    expect(found).toEqual(parseCar(car).blocks)
  }
})

describe('as a source', () => {
  test('has the head, every block, and their names', async () => {
    const archive = archiveTransport(written())
    expect(await archive.read(headName, maxBytes.head, signal)).toEqual(repository.head)
    const { blocks } = parseCar(car)
    for (const [cid, block] of blocks) expect(await archive.read(blockName(cid), maxBytes.block, signal)).toEqual(block)
    expect(await archive.list('', signal)).toEqual([headName, ...[...blocks.keys()].map(blockName).sort()])
    expect(await archive.list('pending/', signal)).toEqual([])
    expect(await archive.read('pending/root.json', 10, signal)).toBe(undefined)
    expect(await codeOfPromise(archive.read(headName, repository.head.length - 1, signal))).toBe('source/too-large')
    expect(await codeOfPromise(archive.write(new Map(), new Map(), '', signal))).toBe('usage/invalid')
  })

  test('is refused where a block was tampered with, also when that happens later', async () => {
    expect(await faultOfPromise(archiveTransport(written(tampered())).read(headName, 16_384, signal))).toBe(
      'block-hash',
    )
    const path = written()
    const archive = archiveTransport(path)
    await archive.read(headName, maxBytes.head, signal)
    writeFileSync(path, tampered())
    expect(await faultOfPromise(archive.read(headName, maxBytes.head, signal))).toBe('block-hash')
    writeFileSync(path, car)
    expect(await archive.read(headName, maxBytes.head, signal)).toEqual(repository.head)
  })

  test('that is not there, or cut off, or a folder, is no empty one', async () => {
    const read = (path: string) => faultOfPromise(archiveTransport(path).read(headName, maxBytes.head, signal))
    expect(await read(join(temporaryFolder(), 'none.car'))).toBe('source/not-found')
    expect(await read(written(car.subarray(0, -1)))).toBe('car-malformed')
    expect(await read(temporaryFolder())).toBe('source/rejected')
  })
})

describe('saved', () => {
  test('is the same bytes from a folder and from an archive, and holds no more than the head leads to', async () => {
    const room = temporaryFolder()
    const more = new Map([...repository.files, ['ipfs/other', utf8('x')] as const])
    const saved = await saveArchive(memoryTransport(more), join(room, 'a.car'), { signal })
    expect(saved).toEqual({ root: repository.root, blocks: parseCar(car).blocks.size, bytes: car.length })
    expect(new Uint8Array(readFileSync(join(room, 'a.car')))).toEqual(car)
    await saveArchive(archiveTransport(join(room, 'a.car')), join(room, 'b.car'), { signal })
    expect(new Uint8Array(readFileSync(join(room, 'b.car')))).toEqual(car)
    expect(readdirSync(room)).toEqual(['a.car', 'b.car'])
  })

  test('is not there where a block is missing, and never over another file', async () => {
    const path = join(temporaryFolder(), 'a.car')
    const poor = new Map(repository.files)
    poor.delete(blockName([...parseCar(car).blocks.keys()].at(-1) ?? ''))
    expect(await faultOfPromise(saveArchive(memoryTransport(poor), path, { signal }))).toBe('block-missing')
    expect(readdirSync(join(path, '..'))).toEqual([])
    writeFileSync(path, 'mine')
    expect(await codeOfPromise(saveArchive(memoryTransport(repository.files), path, { signal }))).toBe('usage/invalid')
    expect(readFileSync(path, 'utf8')).toBe('mine')
  })
})

describe('loaded', () => {
  test('into a new folder, from a file and from an address, and again', async () => {
    const url = await serve((_, response) => response.end(car))
    const size = parseCar(car).blocks.size
    for (const from of [written(), `${url}/x/a.car`]) {
      const folder = join(temporaryFolder(), 'new')
      expect(await loadArchive(from, folder, yes)).toMatchObject({ accepted: true, added: size, kept: 0 })
      expect(await loadArchive(from, folder, yes)).toMatchObject({ accepted: true, added: 0, kept: size })
      expect(await directoryTransport(folder).read(headName, maxBytes.head, signal)).toEqual(repository.head)
      const again = join(folder, '..', 'again.car')
      await saveArchive(directoryTransport(folder), again, { signal })
      expect(new Uint8Array(readFileSync(again))).toEqual(car)
    }
  })

  test('puts a block right that lies there as another', async () => {
    const folder = temporaryFolder()
    const name = blockName(repository.root.cid)
    await directoryTransport(folder).write(new Map([[name, utf8('other')]]), new Map(), '', signal)
    await loadArchive(written(), folder, yes)
    expect(await directoryTransport(folder).read(name, maxBytes.block, signal)).toEqual(repository.head)
  })

  test('leaves nothing of an archive that was tampered with, or that is not accepted', async () => {
    const folder = join(temporaryFolder(), 'new')
    expect(await faultOfPromise(loadArchive(written(tampered()), folder, yes))).toBe('block-hash')
    const seen: unknown[] = []
    const accept = async (head: Uint8Array) => seen.push(head) > 1
    expect(await loadArchive(written(), folder, { accept, now, signal })).toMatchObject({ accepted: false, added: 0 })
    expect(seen).toEqual([repository.head])
    expect(existsSync(folder)).toBe(false)
  })

  test('does not replace a head that was moved meanwhile', async () => {
    const folder = temporaryFolder()
    const accept = async () => {
      writeFileSync(join(folder, headName), '{"moved":1}')
      return true
    }
    expect(await codeOfPromise(loadArchive(written(), folder, { accept, now, signal }))).toBe('source/conflict')
    expect(readFileSync(join(folder, headName), 'utf8')).toBe('{"moved":1}')
  })

  test('only from an address without encryption on this machine', async () => {
    const folder = join(temporaryFolder(), 'new')
    expect(await codeOfPromise(loadArchive('http://example.com/a.car', folder, yes))).toBe('usage/invalid')
    const url = await serve((_, response) => void response.writeHead(404).end())
    expect(await codeOfPromise(loadArchive(`${url}/a.car`, folder, yes))).toBe('source/not-found')
  })
})
