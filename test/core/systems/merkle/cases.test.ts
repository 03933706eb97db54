// The cases that every implementation has to decide, each by the name of its refusal; blocks with real keys.
import { beforeAll, describe, expect, test } from 'vitest'
import { utf8 } from '../../../../src/core/bytes.ts'
import { cidOf, type Held, History, linkTo, person, rootFields, targetsFields } from '../../../support/merkle.ts'
import { inOtherSpelling, type People, people, Scene } from './scene.ts'

let who: People
beforeAll(async () => {
  who = await people()
})

/** The client has accepted the first snapshot, with p 1. */
async function started(): Promise<Scene> {
  const scene = await Scene.of(who)
  expect(await scene.offer()).toBe('accepted')
  return scene
}

describe('what goes forward', () => {
  test('a normal update, and the same head again', async () => {
    const scene = await started()
    await scene.snap()
    const head = await scene.head()
    expect(await scene.offer(head)).toBe('accepted')
    expect(await scene.offer(head)).toBe('accepted')
  })

  test('a client that was away for two steps', async () => {
    const scene = await started()
    await scene.snap()
    await scene.addP()
    await scene.snap()
    expect(await scene.offer()).toBe('accepted')
  })

  test('a snapshot that leaves out a version of targets', async () => {
    const scene = await started()
    await scene.addTargets({ p: [[who.pia]] })
    await scene.addTargets({ p: [[who.pia]] })
    await scene.snap()
    expect(await scene.offer()).toBe('accepted')
  })

  test('the same payload in a new envelope with one more signature, and one after the other envelope', async () => {
    const scene = await started()
    const fields = targetsFields({ p: [[who.pia]] })
    const next = scene.targets.next(fields)
    const lean = await scene.store.sign(next, [who.tara])
    const rich = await scene.store.sign(next, [who.tara, who.mallory])
    expect(lean.toString()).not.toBe(rich.toString())
    await scene.snap({ targets: lean })
    expect(await scene.offer()).toBe('accepted')
    await scene.snap({ targets: rich })
    expect(await scene.offer()).toBe('accepted')
    scene.targets.cids.push(lean)
    await scene.addTargets({ p: [[who.pia]] })
    await scene.snap()
    expect(await scene.offer()).toBe('accepted')
  })

  test('a block in DAG-CBOR is the same version', async () => {
    const scene = await started()
    const next = scene.targets.next(targetsFields({ p: [[who.pia]] }))
    await scene.snap({ targets: await scene.store.sign(next, [who.tara], 'dag-cbor') })
    expect(await scene.offer()).toBe('accepted')
    await scene.snap({ targets: await scene.store.sign(next, [who.tara]) })
    expect(await scene.offer()).toBe('accepted')
  })
})

describe('what goes back, or elsewhere', () => {
  test('the replay of an older head', async () => {
    const scene = await started()
    const old = await scene.head()
    await scene.snap()
    expect(await scene.offer()).toBe('accepted')
    expect(await scene.offer(old)).toBe('rolled-back snapshot')
  })

  test('the snapshot’s key is stolen: a delegated role is rolled back', async () => {
    const scene = await started()
    await scene.snap({ delegated: { p: scene.at(scene.p, 0) } })
    expect(await scene.offer()).toBe('rolled-back p')
  })

  test('a role that is gone without a tombstone', async () => {
    const scene = await started()
    await scene.addTargets({})
    await scene.snap({ delegated: {} })
    expect(await scene.offer()).toBe('role-dropped p')
  })

  test('with a tombstone; again at an old version, and at a later one', async () => {
    const scene = await started()
    await scene.addTargets({})
    await scene.snap({ delegated: {}, retired: { p: scene.at(scene.p, 1) } })
    expect(await scene.offer()).toBe('accepted')
    await scene.addTargets({ p: [[who.pia]] })
    const other = scene.snapshot.fork(scene.snapshot.cids.length)
    await scene.snap({ delegated: { p: scene.at(scene.p, 0) } })
    expect(await scene.offer()).toBe('rolled-back p')
    scene.snapshot = other
    await scene.snap({ delegated: { p: scene.at(scene.p, 2) } })
    expect(await scene.offer()).toBe('accepted')
  })

  test('a tombstone that goes back', async () => {
    const scene = await started()
    await scene.addTargets({})
    await scene.snap({ delegated: {}, retired: { p: scene.at(scene.p, 0) } })
    expect(await scene.offer()).toBe('rolled-back p')
  })

  test('a tombstone that nobody signed takes nothing back (E14)', async () => {
    const scene = await started()
    await scene.addTargets({})
    await scene.snap({ delegated: {}, retired: { p: scene.at(scene.p, 1) } })
    expect(await scene.offer()).toBe('accepted')
    const junk = await scene.p.fork(2).add(scene.store, [], targetsFields({}, {}))
    await scene.snap({ delegated: {}, retired: { p: junk } })
    expect(await scene.offer()).toBe('accepted')
    await scene.addTargets({ p: [[who.pia]] })
    await scene.snap({ delegated: { p: scene.at(scene.p, 0) } })
    expect(await scene.offer()).toBe('rolled-back p')
  })

  test('an invented tombstone falls with the snapshot’s key (E15)', async () => {
    const scene = await started()
    await scene.addTargets({})
    const honest = scene.snapshot.fork(scene.snapshot.cids.length)
    const junk = await scene.p.fork(2).add(scene.store, [], targetsFields({}, {}))
    await scene.snap({ delegated: {}, retired: { p: junk } })
    expect(await scene.offer()).toBe('accepted')
    scene.snapshot = honest
    await scene.snap({ delegated: {}, retired: { p: scene.at(scene.p, 1) } })
    await scene.snap({ delegated: {}, retired: { p: scene.at(scene.p, 1) } })
    expect(await scene.offer()).toBe('forked snapshot')
    const sue = await person()
    await scene.addRoot({ snapshot: [[sue]] })
    await scene.snap({ delegated: {}, retired: { p: scene.at(scene.p, 1) } }, [sue])
    expect(await scene.offer()).toBe('accepted')
  })

  test('an attacker’s root in the next snapshot', async () => {
    const scene = await started()
    const { mallory } = who
    const all = { root: [[mallory]], targets: [[mallory]], snapshot: [[mallory]], timestamp: [[mallory]] } as const
    const roots = scene.root.fork(1)
    await scene.snap({ root: await roots.add(scene.store, [mallory], rootFields(all)) }, [mallory, who.sam])
    expect(await scene.offer(scene.head(undefined, [mallory]))).toBe('root-old-threshold root')
    const alone = new History('root')
    await scene.snap({ root: await alone.add(scene.store, [mallory], rootFields(all)) }, [mallory, who.sam])
    expect(await scene.offer(scene.head(undefined, [mallory]))).toBe('forked root')
  })

  test('an honest chain after a fork, no rotation', async () => {
    const scene = await started()
    const honest = scene.snapshot.fork(1)
    await scene.snap()
    expect(await scene.offer()).toBe('accepted')
    scene.snapshot = honest
    await scene.snap({ delegated: { p: scene.at(scene.p, 1) } })
    await scene.snap()
    expect(await scene.offer()).toBe('forked snapshot')
  })

  test('a lying height', async () => {
    const scene = await started()
    const next = scene.snapshot.next({ ...scene.snapFields({}), height: 1001, skip: [] })
    expect(await scene.offer(scene.head(await scene.store.sign(next, [who.sam])))).toBe('height-lies snapshot')
  })
})

describe('roots', () => {
  test('signed by one of two old keys', async () => {
    const scene = await started()
    await scene.addRoot({ root: [[who.ana, who.mallory], 2] }, [who.ana, who.mallory])
    await scene.snap()
    expect(await scene.offer()).toBe('root-old-threshold root')
  })

  test('signed by the old keys, and not by its own', async () => {
    const scene = await started()
    await scene.addRoot({ root: [[who.ana, who.mallory], 2] }, [who.ana, who.bo])
    await scene.snap()
    expect(await scene.offer()).toBe('root-threshold root')
  })

  test('a rotation together with one of the snapshot’s key', async () => {
    const scene = await started()
    const sue = await person()
    await scene.addRoot({ snapshot: [[sue]], root: [[who.ana, who.mallory], 2] }, [who.ana, who.bo, who.mallory])
    await scene.snap({}, [sue])
    expect(await scene.offer()).toBe('accepted')
  })

  test('one that has expired on the way, and one at the end', async () => {
    const scene = await started()
    await scene.addRoot({}, undefined, { expires: '2026-01-01T00:00:00Z' })
    await scene.snap()
    expect(await scene.offer()).toBe('expired root')
    await scene.addRoot({})
    await scene.snap()
    expect(await scene.offer()).toBe('accepted')
  })

  test('an older one, and one that is too far', async () => {
    const scene = await started()
    await scene.addRoot({})
    await scene.snap()
    expect(await scene.offer()).toBe('accepted')
    await scene.snap({ root: scene.at(scene.root, 0) })
    expect(await scene.offer()).toBe('rolled-back root')
    const far = await scene.addRoot({}, undefined, { height: 1026 })
    await scene.snap({ root: far })
    expect(await scene.offer()).toBe('root-too-far root')
  })

  test('two signatures by one key count once', async () => {
    const scene = await started()
    const twin = { ...who.ana, id: who.mallory.id, object: who.mallory.object }
    await scene.addRoot({ root: [[who.ana, who.mallory], 2] }, [who.ana, who.bo, twin])
    await scene.snap()
    expect(await scene.offer()).toBe('root-threshold root')
  })

  test('one key under two ids counts once', async () => {
    const scene = await Scene.of(who)
    const again = inOtherSpelling(who.bo)
    const roles = { ...scene.roles, targets: [[who.bo, again], 2] } as const
    const roots = new History('root')
    const root = await roots.add(scene.store, [who.ana, who.bo], rootFields(roles))
    const targets = await scene.store.sign(scene.targets.next(targetsFields({ p: [[who.pia]] })), [who.bo, again])
    scene.state = { root: linkTo(root), gone: new Map() }
    await scene.snap({ root, targets })
    expect(await scene.offer()).toBe('targets-threshold targets')
  })
})

describe('recovery', () => {
  /** The keys of the snapshot and of p are stolen: the client has a version of each that nobody else knows. */
  async function forked(): Promise<Scene> {
    const scene = await started()
    const honest = scene.snapshot.fork(1)
    const p = await scene.p
      .fork(2)
      .add(scene.store, [who.pia], targetsFields({}, { evil: { content: cidOf(utf8('evil'), 0x55), length: 4 } }))
    await scene.snap({ delegated: { p } })
    expect(await scene.offer()).toBe('accepted')
    scene.snapshot = honest
    return scene
  }

  test('keys of the snapshot and of the delegation are rotated', async () => {
    const scene = await forked()
    const [sue, pat] = [await person(), await person()]
    await scene.addRoot({ snapshot: [[sue]] })
    await scene.addTargets({ p: [[pat]] })
    await scene.snap({ delegated: { p: await scene.addP([pat]) } }, [sue])
    expect(await scene.offer()).toBe('accepted')
  })

  test('only those of the snapshot: the fork of p remains', async () => {
    const scene = await forked()
    const sue = await person()
    await scene.addRoot({ snapshot: [[sue]] })
    await scene.snap({}, [sue])
    expect(await scene.offer()).toBe('forked p')
  })

  test('only those of the delegation: the fork of the snapshot remains', async () => {
    const scene = await forked()
    const pat = await person()
    await scene.addTargets({ p: [[pat]] })
    await scene.snap({ delegated: { p: await scene.addP([pat]) } })
    expect(await scene.offer()).toBe('forked snapshot')
  })

  test('a delegator that adds an edge with a key of its own resets nothing', async () => {
    const scene = await started()
    const q = new History('targets')
    await scene.addTargets({ p: [[who.pia]], q: [[who.mallory]] })
    const qCid = await q.add(scene.store, [who.mallory], targetsFields({ p: [[who.mallory]] }))
    const fields = { ...scene.p.fork(0).next(targetsFields({}, {})) }
    const old = await scene.store.sign(fields, [who.pia, who.mallory])
    await scene.snap({ delegated: { p: old, q: qCid } })
    expect(await scene.offer()).toBe('rolled-back p')
  })
})

describe('what a snapshot says by itself', () => {
  test('an expired head, and expired roles that are used', async () => {
    const scene = await started()
    const old = { expires: '2026-01-01T00:00:00Z' }
    expect(await scene.offer(scene.head(undefined, undefined, old))).toBe('expired timestamp')
    const p = await scene.p.add(scene.store, [who.pia], { ...targetsFields(), ...old })
    await scene.snap({ delegated: { p } })
    const head = await scene.head()
    expect(await scene.offer(head, { roles: ['p'] })).toBe('expired p')
    expect(await scene.offer(head)).toBe('accepted')
  })

  test('a delegate that nobody reaches, and one that is missing', async () => {
    const scene = await started()
    await scene.snap({ delegated: { p: scene.last(scene.p), q: scene.last(scene.p) } })
    expect(await scene.offer()).toBe('role-unreachable q')
    await scene.snap({ delegated: {} })
    expect(await scene.offer()).toBe('role-missing p')
    await scene.snap({ retired: { p: scene.last(scene.p) } })
    expect(await scene.offer()).toBe('retired-and-listed p')
  })

  test('roles that delegate in a circle are looked at once', async () => {
    const scene = await started()
    const p = await scene.p.add(scene.store, [who.pia], targetsFields({ q: [[who.tara]] }))
    const q = await new History('targets').add(scene.store, [who.tara], targetsFields({ p: [[who.pia]] }))
    await scene.snap({ delegated: { p, q } })
    expect(await scene.offer()).toBe('accepted')
  })

  const roles = ['snapshot', 'targets', 'timestamp', 'p'] as const
  const signers = roles.flatMap((role) => [
    [role, 'a stranger'] as const,
    [role, 'a stranger under the right id'] as const,
  ])
  test.each(signers)('%s signed by %s', async (role, by) => {
    const scene = await started()
    const holder = { snapshot: who.sam, targets: who.tara, timestamp: who.tim, p: who.pia }[role]
    const forger = by === 'a stranger' ? who.mallory : { ...who.mallory, id: holder.id }
    if (role === 'targets') await scene.addTargets({ p: [[who.pia]] }, [forger])
    if (role === 'p') await scene.addP([forger])
    await scene.snap({}, role === 'snapshot' ? [forger] : undefined)
    const fault = role === 'p' ? 'role' : role
    const head = scene.head(undefined, role === 'timestamp' ? [forger] : undefined)
    expect(await scene.offer(head)).toBe(`${fault}-threshold ${role}`)
  })

  test('more delegations than anybody has', async () => {
    const scene = await started()
    const names = Array.from({ length: 5_500 }, (_, i) => `n${i}`)
    const many = (more: Record<string, Held>) => ({ ...Object.fromEntries(names.map((name) => [name, held])), ...more })
    const held: Held = [[who.pia]]
    const leaf = scene.at(scene.p, 2)
    const middle = await scene.p.add(scene.store, [who.pia], targetsFields(many({})))
    await scene.addTargets(many({ p: held, q: held }))
    const listed = Object.fromEntries(names.map((name) => [name, leaf]))
    await scene.snap({ delegated: { ...listed, p: middle, q: middle } })
    expect(await scene.offer()).toMatch(/^too-many-roles n/)
  })

  test('the blocks that prove it are named', async () => {
    const scene = await started()
    const before = scene.last(scene.snapshot).toString()
    await scene.snap({ delegated: { p: scene.at(scene.p, 0) } })
    const verdict = await scene.judge(scene.head())
    expect(verdict.blocks).toEqual([scene.at(scene.p, 0).toString(), scene.at(scene.p, 1).toString()])
    await scene.snap()
    const good = await scene.judge(scene.head())
    expect(good.accepted).toBe(true)
    expect(good.blocks).toContain(before)
    expect(good.blocks.every((cid) => scene.store.blocks.has(cid))).toBe(true)
  })
})
