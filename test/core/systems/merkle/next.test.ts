// The next version of a document: its links, what it costs to find them, and those that lie.
import * as dagJson from '@ipld/dag-json'
import { beforeAll, describe, expect, test } from 'vitest'
import { Reading } from '../../../../src/core/systems/merkle/blocks.ts'
import { codecs, linkOf } from '../../../../src/core/systems/merkle/cid.ts'
import { type DagMap, isDagMap, parseDag } from '../../../../src/core/systems/merkle/dag-value.ts'
import { type Document, parseDocument, type Targets } from '../../../../src/core/systems/merkle/document.ts'
import {
  draftNext,
  encodeEnvelope,
  linksAfter,
  signedBytes,
  verifyLinks,
} from '../../../../src/core/systems/merkle/next.ts'
import { History, linkTo, Store, targetsFields } from '../../../support/merkle.ts'
import { faultOfCall, faultOfPromise } from '../../../support/thrown.ts'
import { people, Scene } from './scene.ts'

const store = new Store()
const history = new History('targets')
beforeAll(async () => {
  await history.add(store, [], targetsFields())
  history.addMany(store, 1100)
})

function version(height: number): Promise<Document<Targets>> {
  const cid = history.cids[height]
  if (cid === undefined || cid === null) throw new Error(`no version ${height}`)
  return new Reading(store).document(linkTo(cid), 'targets', 'p')
}

const signedOf = (block: Uint8Array): DagMap => {
  const value = parseDag(block, 'dag-json', 'it')
  const signed = isDagMap(value) ? value.get('signed') : undefined
  if (!isDagMap(signed)) throw new Error('nothing is signed')
  return signed
}

describe('links of a successor', () => {
  test('are those that its height asks for, found in as many reads as there are links, less one', async () => {
    for (const height of [1, 2, 3, 4, 6, 8, 12, 64, 100, 512, 768, 1024, 1100]) {
      const current = await version(height - 1)
      store.reads = 0
      const { previous, skip } = await linksAfter(store, current)
      const links = [...skip.keys()].map((i) => String(history.cids[height - 2 ** (i + 1)]))
      expect([height, previous.cid, skip.map(({ cid }) => cid)]).toEqual([height, current.cid, links])
      expect(store.reads).toBe(Math.max(0, skip.length - 1))
    }
  })

  test('are true in an honest history', async () => {
    for (let height = 0; height <= 70; height++)
      expect(await faultOfPromise(verifyLinks(store, await version(height), 'p'))).toBe('ok')
  })

  test('that lie are found, and so is a height', async () => {
    const other = history.fork(2)
    await other.add(store, [], targetsFields({}, {}))
    await other.add(store, [], { ...targetsFields(), expires: '2028-01-01T00:00:00Z' })
    const fork = await other.add(store, [], targetsFields())
    const next = { ...history.fork(8).next(targetsFields()) } as { skip: unknown[] }
    const lying = async (at: number, cid: unknown) => {
      const skip = next.skip.with(at, cid)
      const link = linkTo(await store.sign({ ...next, skip }, []))
      return faultOfPromise(verifyLinks(store, await new Reading(store).document(link, 'targets', 'p'), 'p'))
    }
    expect(await lying(1, fork)).toBe('skip-lies')
    expect(await lying(1, history.cids[5])).toBe('height-lies')
    expect(await lying(1, history.cids[4])).toBe('ok')
  })
})

describe('a draft', () => {
  test('of targets is a block that is read again, and is the next version', async () => {
    const current = await version(15)
    const block = store.blocks.get(current.cid) ?? new Uint8Array()
    const draft = await draftNext(store, current, signedOf(block))
    const bytes = encodeEnvelope(draft, [
      { keyid: 'b', sig: '02' },
      { keyid: 'a', sig: '01' },
    ])
    const made = parseDocument(linkOf(bytes, codecs.dagJson), bytes, 'targets')
    expect([made.signed.height, made.signed.skip.length]).toEqual([16, 4])
    expect(made.payload).toEqual(signedBytes(draft))
    expect(made.signatures.map(({ keyid }) => keyid)).toEqual(['a', 'b'])
    expect(bytes).toEqual(encodeEnvelope(draft, [...made.signatures]))
    expect(bytes).toEqual(new Uint8Array(dagJson.encode(dagJson.decode(bytes))))
    expect(await faultOfPromise(verifyLinks(store, made, 'p'))).toBe('ok')
  })

  test('of a root has no skip links', async () => {
    const scene = await Scene.of(await people())
    const current = await new Reading(scene.store).document(linkTo(scene.at(scene.root, 0)), 'root', 'root')
    const block = scene.store.blocks.get(current.cid) ?? new Uint8Array()
    const draft = await draftNext(scene.store, current, signedOf(block))
    expect([draft.get('height'), draft.get('previous-version'), draft.has('skip')]).toEqual([1, current.link, false])
    expect(block.length).toBeGreaterThan(0)
    const bytes = encodeEnvelope(draft, [])
    expect(faultOfCall(() => parseDocument(linkOf(bytes, codecs.dagJson), bytes, 'root'))).toBe('ok')
  })

  test('is refused like what is read', () => {
    expect(faultOfCall(() => signedBytes(new Map([['/', 1]])))).toBe('slash-key')
    expect(faultOfCall(() => encodeEnvelope(new Map([['a', 0.5]]), []))).toBe('bad-number')
  })
})
