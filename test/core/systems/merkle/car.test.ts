// Archives: written the same every time, and refused at the block that is not what it says.
import * as dagCbor from '@ipld/dag-cbor'
import { CID } from 'multiformats/cid'
import { beforeAll, describe, expect, test } from 'vitest'
import { concatBytes, utf8 } from '../../../../src/core/bytes.ts'
import { AppError } from '../../../../src/core/error.ts'
import { collectBlocks, encodeCar, parseCar } from '../../../../src/core/systems/merkle/car.ts'
import { codecs, type Link, linkOf, parseLink } from '../../../../src/core/systems/merkle/cid.ts'
import { blocksOf } from '../../../../src/core/systems/merkle/fault.ts'
import { cidOf, linkTo, Store, targetsFields } from '../../../support/merkle.ts'
import { faultOfCall, faultOfPromise } from '../../../support/thrown.ts'
import { people, Scene } from './scene.ts'

let scene: Scene
let head: Link
let bytes: Uint8Array
beforeAll(async () => {
  scene = await Scene.of(await people())
  await scene.addRoot({})
  for (let i = 0; i < 5; i++) await scene.snap({ targets: await scene.addTargets({ p: [[scene.who.pia]] }) })
  head = linkOf(await scene.head(), codecs.dagJson)
  bytes = encodeCar(head, await collectBlocks(scene.store, head, { history: true }))
})

describe('a written archive', () => {
  test('is read again, and a client can be served from it', async () => {
    const { root, blocks } = parseCar(bytes)
    expect(root).toEqual(head)
    const source = { read: async (cid: string) => blocks.get(cid) }
    const timestamp = blocks.get(head.cid)
    const verdict = await scene.judge(timestamp ?? new Uint8Array(), { source })
    expect(verdict.accepted).toBe(true)
  })

  test('is the same bytes every time, whatever the order in which the blocks came', async () => {
    const shuffled = new Store()
    for (const [cid, block] of [...scene.store.blocks].reverse()) shuffled.blocks.set(cid, block)
    expect(encodeCar(head, await collectBlocks(shuffled, head, { history: true }))).toEqual(bytes)
  })

  test('holds the head first, then what it leads to, each once', async () => {
    const names = [...parseCar(bytes).blocks.keys()]
    const last = scene.last(scene.snapshot).toString()
    expect(names.slice(0, 3)).toEqual([head.cid, last, scene.last(scene.p).toString()])
    // Head, roots, targets, snapshots, and p 1 and 2, whose history leads to p 0.
    expect(names.length).toBe(1 + 2 + 6 + 6 + 3)
    expect(new Set(names).size).toBe(names.length)
  })

  test('without history has all roots, and nothing old besides', async () => {
    const names = (await collectBlocks(scene.store, head, { history: false })).map(([link]) => link.cid)
    const expected = [
      scene.last(scene.snapshot),
      scene.last(scene.p),
      ...[...scene.root.cids].reverse(),
      scene.last(scene.targets),
    ]
    expect(names).toEqual([head.cid, ...expected.map(String)])
  })

  test('leaves out what the receiver has', async () => {
    const without = new Set([scene.last(scene.root).toString(), scene.at(scene.snapshot, 4).toString()])
    const names = (await collectBlocks(scene.store, head, { history: true, without })).map(([link]) => link.cid)
    expect(names.some((cid) => without.has(cid))).toBe(false)
    expect(names).not.toContain(scene.at(scene.root, 0).toString())
  })

  test('is not made where a block is missing', async () => {
    const poor = new Store()
    for (const [cid, block] of scene.store.blocks)
      if (cid !== scene.at(scene.p, 1).toString()) poor.blocks.set(cid, block)
    expect(await faultOfPromise(collectBlocks(poor, head, { history: true }))).toBe('block-missing')
  })
})

/** Written by hand: what an archive is made of. */
const varint = (value: number): Uint8Array => {
  const out: number[] = []
  let rest = value
  for (; rest > 127; rest >>>= 7) out.push((rest & 127) | 128)
  return Uint8Array.from([...out, rest])
}
const section = (...parts: Uint8Array[]): Uint8Array => {
  const content = concatBytes(...parts)
  return concatBytes(varint(content.length), content)
}
const headerOf = (value: unknown): Uint8Array => section(dagCbor.encode(value))
const block = utf8('"x"')
const cid = cidOf(block, codecs.dagJson)
const header = headerOf({ roots: [cid], version: 1 })
const good = concatBytes(header, section(cid.bytes, block))
const rawCid = (code: number, digest: Uint8Array): Uint8Array =>
  concatBytes(Uint8Array.of(1, 0x55, code, digest.length), digest)

describe('what is refused', () => {
  test('an archive by hand is what is written here', () => {
    expect(encodeCar(linkTo(cid), [[linkTo(cid), block]])).toEqual(good)
    expect(faultOfCall(() => parseCar(good))).toBe('ok')
  })

  test('any changed byte', () => {
    for (let at = 0; at < good.length; at++) {
      for (const bits of [1, 0x80, 0xff]) {
        const other = good.slice()
        other[at] = (other[at] ?? 0) ^ bits
        expect([at, bits, faultOfCall(() => parseCar(other))]).not.toEqual([at, bits, 'ok'])
      }
    }
  })

  test('any shorter one', () => {
    for (let length = 0; length < good.length; length++)
      expect([length, faultOfCall(() => parseCar(good.subarray(0, length)))]).not.toEqual([length, 'ok'])
  })

  test('a block that was tampered with, by its name', async () => {
    const pid = scene.last(scene.p).toString()
    const held = scene.store.blocks.get(pid) ?? new Uint8Array()
    const at = Buffer.from(bytes).indexOf(Buffer.from(held))
    const other = bytes.slice()
    other[at + held.length - 3] = 0x20
    let thrown: unknown
    try {
      parseCar(other)
    } catch (error) {
      thrown = error
    }
    expect(thrown instanceof AppError && thrown.data?.fault).toBe('block-hash')
    expect(thrown instanceof AppError && blocksOf(thrown)).toEqual([pid])
  })

  const overlong = concatBytes(Uint8Array.of((cid.bytes.length + block.length) | 128, 0), cid.bytes, block)
  const large = new Uint8Array(1024 * 1024 + 1)
  const inline = new Uint8Array(3)
  const v0 = CID.parse('QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG')
  test.each<[string, Uint8Array, string]>([
    ['nothing', new Uint8Array(0), 'car-malformed'],
    ['an empty part', concatBytes(good, Uint8Array.of(0)), 'car-malformed'],
    ['a length that is longer than it must be', concatBytes(header, overlong), 'car-malformed'],
    ['a length without end', concatBytes(header, new Uint8Array(20).fill(0x80)), 'car-malformed'],
    ['a length beyond all bounds', concatBytes(header, new Uint8Array(8).fill(0xff)), 'car-too-large'],
    ['no roots', concatBytes(headerOf({ roots: [], version: 1 }), section(cid.bytes, block)), 'car-roots'],
    ['two roots', concatBytes(headerOf({ roots: [cid, cid], version: 1 }), section(cid.bytes, block)), 'car-roots'],
    ['a root that is no link', concatBytes(headerOf({ roots: ['x'], version: 1 })), 'car-roots'],
    ['version 2', concatBytes(headerOf({ roots: [cid], version: 2 }), section(cid.bytes, block)), 'car-malformed'],
    [
      'another field',
      concatBytes(headerOf({ roots: [cid], version: 1, a: 1 }), section(cid.bytes, block)),
      'car-malformed',
    ],
    ['a deep header', section(new Uint8Array(1000).fill(0x81)), 'car-malformed'],
    ['a long header', section(new Uint8Array(1025)), 'car-too-large'],
    ['no block that it is about', header, 'car-root-missing'],
    ['a block of version 0', concatBytes(header, section(v0.bytes, block)), 'cid-version'],
    ['a block named by itself', concatBytes(header, section(rawCid(0, inline), inline)), 'cid-hash'],
    ['a block named by sha1', concatBytes(header, section(rawCid(0x11, new Uint8Array(20)), block)), 'cid-hash'],
    [
      'a block with half its hash',
      concatBytes(header, section(rawCid(0x12, cid.multihash.digest.subarray(0, 16)), block)),
      'cid-hash',
    ],
    [
      'a block that is too large',
      concatBytes(header, section(cidOf(large, codecs.raw).bytes, large)),
      'block-too-large',
    ],
    ['a part that is no block', concatBytes(header, section(utf8('x'))), 'cid-text'],
  ])('%s', (_, archive, fault) => {
    expect(faultOfCall(() => parseCar(archive))).toBe(fault)
  })

  test('blocks that nobody asks for, and one that is there twice, do no harm', async () => {
    const extra = utf8('extra')
    const more = concatBytes(bytes, section(cidOf(extra, codecs.raw).bytes, extra), good.subarray(header.length))
    const { root, blocks } = parseCar(concatBytes(more, good.subarray(header.length)))
    expect(root).toEqual(head)
    expect(blocks.get(parseLink(cid.toString(), 'it').cid)).toEqual(block)
  })
})

test('targets of a document are not followed', async () => {
  const store = new Store()
  const content = cidOf(utf8('content'), codecs.raw)
  const fields = targetsFields({}, { custom: { content, length: 7, custom: { link: content } } })
  const signed = { _type: 'targets', ...fields, 'previous-version': null, skip: [] }
  const link = linkTo(store.put({ signatures: [], signed }))
  expect((await collectBlocks(store, link, { history: true })).length).toBe(1)
})
