// Clients that were away for long, and long histories: how many blocks they read, and what a link that lies can do.
import type { CID } from 'multiformats/cid'
import { beforeAll, describe, expect, test } from 'vitest'
import { auditHistory } from '../../../../src/core/systems/merkle/audit.ts'
import { Reading } from '../../../../src/core/systems/merkle/blocks.ts'
import { verifyDescent } from '../../../../src/core/systems/merkle/descent.ts'
import { longestLink, skipCount } from '../../../../src/core/systems/merkle/skip.ts'
import { cidOf, type History, linkTo, type Store, targetsFields } from '../../../support/merkle.ts'
import { faultOfPromise } from '../../../support/thrown.ts'
import { type People, people, Scene } from './scene.ts'

let who: People
beforeAll(async () => {
  who = await people()
})

/** Versions that nobody signed: on a way no signature is looked at. */
async function extend(store: Store, history: History, count: number, fields: object): Promise<void> {
  for (let i = 0; i < count; i++) await history.add(store, [], fields)
}

function steps(from: number, to: number): number {
  let count = 0
  for (let at = from; at > to; at -= 2 ** longestLink(at, to)) count++
  return count
}

describe('the layout', () => {
  test('how many links there are', () => {
    expect([0, 1, 2, 3, 4, 7, 8, 12, 2 ** 40].map(skipCount)).toEqual([0, 0, 1, 0, 2, 0, 3, 2, 40])
  })

  test('at most 2 log2 n steps, from every height', () => {
    for (let from = 1; from <= 700; from++) {
      for (let to = 0; to < from; to++) {
        const n = from - to
        const most = Math.max(n === 1 ? 1 : 2 * Math.log2(n), 0)
        if (steps(from, to) > Math.min(most, Math.max(1, 2 * Math.log2(n + 2) - 2) + 1e-9))
          expect([from, to]).toEqual([])
      }
    }
  })

  test('10,000 behind, wherever that is', () => {
    let most = 0
    for (let to = 0; to < 2 ** 15; to++) most = Math.max(most, steps(to + 10_000, to))
    expect(most).toBeLessThanOrEqual(2 * Math.log2(10_000))
    expect(most).toBe(18)
  })
})

describe('10,000 versions behind', () => {
  const behind = 10_000

  test('at most 2 log2 n reads a role; and every root on the way is read', async () => {
    const scene = await Scene.of(who)
    expect(await scene.offer()).toBe('accepted')
    const before = scene.store.blocks.size
    for (let i = 0; i < 20; i++) await scene.addRoot({})
    scene.targets.addMany(scene.store, behind - 1)
    scene.p.addMany(scene.store, behind - 2)
    await extend(scene.store, scene.snapshot, behind - 1, scene.snapFields({}))
    await scene.addTargets({ p: [[who.pia]] })
    await scene.addP()
    await scene.snap()
    expect(scene.store.blocks.size - before).toBeGreaterThan(3 * behind - 5)
    scene.store.reads = 0
    const verdict = await scene.judge(scene.head())
    expect(verdict.accepted).toBe(true)
    const most = 2 * Math.log2(behind)
    for (const role of ['snapshot', 'targets', 'p']) expect(verdict.reads.get(role)).toBeLessThanOrEqual(most)
    expect(verdict.reads.get('root')).toBe(21)
    for (const root of scene.root.cids) expect(verdict.blocks).toContain(String(root))
    expect([...verdict.reads.values()].reduce((a, b) => a + b)).toBe(scene.store.reads)
  })

  test('a root on the way that its keys did not sign is found', async () => {
    const scene = await Scene.of(who)
    await scene.addRoot({})
    await scene.addRoot({}, [who.ana])
    await scene.addRoot({})
    await scene.snap()
    expect(await scene.offer()).toBe('root-threshold root')
  })

  test('1,024 roots, and not one more', async () => {
    const scene = await Scene.of(who)
    const verify = async () => true
    for (let i = 0; i < 1024; i++) {
      const next = scene.root.next({})
      const signatures = [who.ana, who.bo].map(({ id }) => ({ keyid: id, sig: '00' }))
      const signed = { ...next, ...rootOf(scene) }
      scene.root.cids.push(scene.store.put({ signatures, signed }))
    }
    await scene.snap()
    const verdict = await scene.judge(scene.head(), { verify })
    expect([verdict.accepted, verdict.reads.get('root')]).toEqual([true, 1025])
    const signatures = [who.ana, who.bo].map(({ id }) => ({ keyid: id, sig: '00' }))
    scene.root.cids.push(scene.store.put({ signatures, signed: { ...scene.root.next({}), ...rootOf(scene) } }))
    await scene.snap()
    expect(await scene.offer(scene.head(), { verify })).toBe('root-too-far root')
  })

  function rootOf(scene: Scene): object {
    const first = scene.store.blocks.get(scene.at(scene.root, 0).toString())
    const { signed } = JSON.parse(Buffer.from(first ?? []).toString()) as { signed: Record<string, object> }
    return { keys: signed.keys, roles: signed.roles }
  }
})

describe('100,000 versions', () => {
  let scene: Scene
  const length = 100_000
  beforeAll(async () => {
    scene = await Scene.of(who)
    expect(await scene.offer()).toBe('accepted')
    scene.p.addMany(scene.store, length)
    await scene.addP()
    await scene.snap()
  })

  test('a client reads a few dozen', async () => {
    const verdict = await scene.judge(scene.head())
    expect(verdict.accepted).toBe(true)
    expect(verdict.reads.get('p')).toBeLessThanOrEqual(2 * Math.log2(length))
  })

  test('an audit reads all of them, one at a time', async () => {
    const reading = new Reading(scene.store)
    const head = await reading.document(linkTo(scene.last(scene.p)), 'targets', 'p')
    const before = scene.store.reads
    expect(await auditHistory(scene.store, head, 'p')).toBe(scene.p.cids.length)
    expect(scene.store.reads - before).toBe(scene.p.cids.length - 1)
  })
})

describe('a link that lies', () => {
  /** Two histories of p from version 1 on; version 8 of the first leads into the second at height 4. */
  async function lying(): Promise<{ scene: Scene; other: History }> {
    const scene = await Scene.of(who)
    const other = scene.p.fork(2)
    await extend(scene.store, other, 3, targetsFields({ z: [[who.mallory]] }))
    await extend(scene.store, scene.p, 5, targetsFields())
    const next = scene.p.next(targetsFields()) as { skip: (CID | undefined)[] }
    next.skip[1] = other.cids[4] ?? undefined
    scene.p.cids.push(await scene.store.sign(next, [who.pia]))
    return { scene, other }
  }
  const document = (scene: Scene, cid: CID | null | undefined) =>
    new Reading(scene.store).document(linkTo(cid ?? cidOf(new Uint8Array(), 0x55)), 'targets', 'p')
  const descent = async (scene: Scene, from: CID | null | undefined, to: CID | null | undefined) =>
    faultOfPromise(verifyDescent(new Reading(scene.store), await document(scene, from), await document(scene, to), 'p'))

  test('joins two histories, and never leads up', async () => {
    const { scene, other } = await lying()
    expect(await descent(scene, scene.p.cids[8], other.cids[4])).toBe('ok')
    expect(await descent(scene, scene.p.cids[8], scene.p.cids[4])).toBe('forked')
    expect(await descent(scene, scene.p.cids[8], scene.p.cids[5])).toBe('ok')
    expect(await descent(scene, scene.p.cids[4], other.cids[4])).toBe('forked')
    expect(await descent(scene, scene.p.cids[4], scene.p.cids[8])).toBe('rolled-back')
  })

  test('is found by an audit, with what proves it', async () => {
    const { scene, other } = await lying()
    await extend(scene.store, scene.p, 4, targetsFields())
    const head = await document(scene, scene.last(scene.p))
    const audit = auditHistory(scene.store, head, 'p')
    await expect(audit).rejects.toMatchObject({
      data: {
        fault: 'skip-lies',
        role: 'p',
        blocks: [8, 4]
          .map((at) => (at === 8 ? scene.p.cids[8] : other.cids[4]))
          .concat(scene.p.cids[4] ?? null)
          .join(' '),
      },
    })
  })

  test('about its height, or its type, is refused', async () => {
    const scene = await Scene.of(who)
    await extend(scene.store, scene.p, 5, targetsFields())
    const next = scene.p.next(targetsFields()) as { skip: (CID | undefined)[] }
    next.skip[2] = scene.p.cids[3] ?? undefined
    const wrong = await scene.store.sign(next, [])
    expect(await descent(scene, wrong, scene.p.cids[0])).toBe('height-lies')
    next.skip[2] = scene.last(scene.snapshot)
    expect(await descent(scene, await scene.store.sign(next, []), scene.p.cids[0])).toBe('wrong-type')
    next.skip[2] = cidOf(new Uint8Array(1), 0x0129)
    expect(await descent(scene, await scene.store.sign(next, []), scene.p.cids[0])).toBe('block-missing')
  })

  test('may be another envelope of the same version, and an audit says nothing', async () => {
    const scene = await Scene.of(who)
    const first = scene.p.next(targetsFields())
    const [lean, rich] = [await scene.store.sign(first, []), await scene.store.sign(first, [who.pia])]
    scene.p.cids.push(lean)
    await extend(scene.store, scene.p, 1, targetsFields())
    const next = { ...scene.p.next(targetsFields()) }
    expect(scene.p.cids.length).toBe(5)
    scene.p.cids.push(await scene.store.sign(next, []))
    await extend(scene.store, scene.p, 2, targetsFields())
    const eighth = scene.p.next(targetsFields()) as { skip: (CID | null)[] }
    const sixth = await scene.store.sign(scene.p.fork(6).next(targetsFields()), [who.pia])
    eighth.skip[0] = sixth
    const head = await document(scene, await scene.store.sign(eighth, []))
    expect(rich.equals(lean)).toBe(false)
    expect(await auditHistory(scene.store, head, 'p')).toBe(9)
  })
})
