// What is in a repository of blocks, on the command line: the picture, the question, the audit, one block; and how little a client
// reads that was away for long.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { merkleCommand } from '../../src/cli/commands/merkle.ts'
import { statusCommand } from '../../src/cli/commands/review.ts'
import { exitCodeOf } from '../../src/core/error.ts'
import { blockName, headName } from '../../src/core/systems/merkle/files.ts'
import { longestLink } from '../../src/core/systems/merkle/skip.ts'
import { type People, people, Scene } from '../core/systems/merkle/scene.ts'
import { calls } from '../support/calls.ts'
import { type BlockServer, blockServer } from '../support/merkle/gateway.ts'
import { pinned, shownAt, written } from '../support/merkle/pinned.ts'
import { now } from '../support/merkle.ts'
import { codeOfPromise, faultOfPromise } from '../support/thrown.ts'

let who: People
beforeAll(async () => {
  who = await people()
})

/** Two snapshots in a folder, pinned as `blocks`. */
async function room(scene?: Scene) {
  const made = scene ?? (await Scene.of(who))
  if (scene === undefined) await made.snap()
  const stage = calls({ clock: now })
  await written(made, stage.at('blocks'))
  await pinned(stage, made, stage.at('blocks'), 'blocks')
  const merkle = (...args: string[]) => stage.call(merkleCommand, ...args)
  return { ...stage, scene: made, merkle }
}

describe('merkle graph', () => {
  test('draws what is there, the same bytes each time, and never over a file', async () => {
    const { merkle, at, refused } = await room()
    const said = await merkle('graph', 'blocks', '--svg', at('a.svg'), '--from', 'pinned')
    expect(said.data).toMatchObject({ saved: at('a.svg'), asked: { accepted: true }, graph: { cut: false } })
    expect(said.lines.join('\n')).toContain('1 ← 2 ← 3*')
    await merkle('graph', 'blocks', '--svg', at('b.svg'), '--from', 'pinned')
    expect(readFileSync(at('a.svg'), 'utf8')).toContain('<svg')
    expect(readFileSync(at('b.svg'))).toEqual(readFileSync(at('a.svg')))
    writeFileSync(at('there.svg'), 'mine')
    expect(await refused(merkleCommand, 'graph', 'blocks', '--svg', at('there.svg'))).toBe('usage/invalid')
    expect(readFileSync(at('there.svg'), 'utf8')).toBe('mine')
  })
})

describe('merkle ask', () => {
  test('from the pinned root, from a number and from a CID', async () => {
    const { merkle, scene } = await room()
    for (const from of ['pinned', '1', '2', String(scene.at(scene.snapshot, 0)), String(scene.at(scene.root, 0))]) {
      const { data, failed } = await merkle('ask', 'blocks', '--from', from, '--role', 'p')
      expect([from, data, failed]).toMatchObject([from, { accepted: true, proof: [] }, undefined])
    }
  })

  test('a client that saw another history refuses, by the blocks that prove it', async () => {
    const scene = await Scene.of(who)
    const fork = scene.targets.fork(1)
    await fork.add(scene.store, [who.tara], {
      targets: {},
      delegations: { keys: {}, roles: [] },
      expires: '2027-05-01T00:00:00Z',
    })
    const held = await scene.store.sign(
      scene.snapshot.next(scene.snapFields({ targets: scene.at(fork, 1), delegated: {} })),
      [who.sam],
    )
    await scene.addTargets({ p: [[who.pia]] })
    await scene.snap()
    const { merkle } = await room(scene)
    const { data, failed } = await merkle('ask', 'blocks', '--from', String(held))
    expect(data).toMatchObject({ accepted: false })
    expect(failed?.data?.fault).toBe('forked')
    expect(failed === undefined ? 0 : exitCodeOf(failed)).toBe(5)
    expect((data as { proof: string[] }).proof.length).toBeGreaterThan(0)
  })

  test('refuses early what names no place', async () => {
    const { merkle, scene } = await room()
    const from = (text: string) => merkle('ask', 'blocks', '--from', text)
    expect(await codeOfPromise(merkle('ask', 'blocks'))).toBe('usage/invalid')
    expect(await codeOfPromise(from('9'))).toBe('usage/invalid')
    expect(await codeOfPromise(from('0'))).toBe('usage/invalid')
    expect(await codeOfPromise(from(String(scene.at(scene.targets, 0))))).toBe('usage/invalid')
    expect(await faultOfPromise(from('QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG'))).toBe('cid-version')
    expect(await faultOfPromise(from('bafkrgqaosifswf7r7izsprqxj6nt3arwxnkckbkypwpcbh5kabjvzqdpahwa'))).toMatch(/^cid-/)
    expect(
      await faultOfPromise(
        merkle('ask', 'blocks', '--from', 'pinned', '--role', 'nobody').then(({ failed }) => {
          throw failed
        }),
      ),
    ).toBe('role-missing')
  })
})

describe('merkle audit', () => {
  test('counts every version, and goes on where one role breaks off', async () => {
    const { merkle, at, scene } = await room()
    expect((await merkle('audit', 'blocks')).data).toMatchObject({
      roles: [
        { role: 'root', versions: 1 },
        { role: 'targets', versions: 1 },
        { role: 'p', versions: 3 },
        { role: 'snapshot', versions: 2 },
      ],
    })
    writeFileSync(at(`blocks/${blockName(String(scene.at(scene.p, 0)))}`), 'another')
    const { data, failed } = await merkle('audit', 'blocks')
    expect(failed?.data?.fault).toBe('block-hash')
    expect(data).toMatchObject({ roles: [{}, {}, { role: 'p', error: { code: 'trust/changed' } }, { versions: 2 }] })
  })
})

describe('merkle show', () => {
  test('a block by its role and by its CID, and whose signatures hold', async () => {
    const { merkle, scene } = await room()
    for (const [name, type, signatures] of [
      ['head', 'timestamp', 1],
      ['root', 'root', 2],
      ['snapshot', 'snapshot', 1],
      ['p', 'targets', 1],
    ] as const) {
      const { data } = await merkle('show', 'blocks', name)
      const found = data as { type: string; signatures: { holds?: boolean }[] }
      expect([found.type, found.signatures.map(({ holds }) => holds)]).toEqual([type, Array(signatures).fill(true)])
    }
    const cid = String(scene.at(scene.p, 2))
    expect((await merkle('show', 'blocks', cid)).data).toMatchObject({ cid, version: 3, links: [{}, {}] })
    expect(await codeOfPromise(merkle('show', 'blocks', 'nobody'))).toBe('usage/invalid')
    expect(await faultOfPromise(merkle('show', 'blocks', 'QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG'))).toBe(
      'cid-version',
    )
  })
})

describe('over a gateway', () => {
  const behind = 10_000
  const readsOf = (server: BlockServer, cids: readonly unknown[]): number => {
    const names = new Set(cids.map(String))
    return server.asked.filter((one) => names.has(/ipfs\/(\w+)/.exec(one)?.[1] ?? '')).length
  }

  test('a client 10,000 versions behind asks it for at most 2 log2 n blocks a role', async () => {
    const scene = await Scene.of(who)
    const server = await blockServer()
    const stage = calls({ clock: now })
    await pinned(stage, scene, await shownAt(server, scene), 'far')
    await stage.call(statusCommand, 'far')

    scene.targets.addMany(scene.store, behind - 1)
    scene.p.addMany(scene.store, behind - 2)
    for (let i = 0; i < behind - 1; i++) await scene.snapshot.add(scene.store, [], scene.snapFields({}))
    await scene.addTargets({ p: [[who.pia]] })
    await scene.addP()
    await scene.snap()
    await shownAt(server, scene)
    expect(scene.snapshot.cids.length - 1).toBe(behind)
    expect(longestLink(behind, 0)).toBeGreaterThan(0)

    server.asked.length = 0
    const { failed } = await stage.call(merkleCommand, 'ask', 'far', '--from', String(scene.at(scene.snapshot, 0)))
    expect(failed).toBe(undefined)
    const most = 2 * Math.log2(behind)
    for (const history of [scene.snapshot, scene.targets, scene.p]) {
      expect(readsOf(server, history.cids)).toBeGreaterThan(2)
      expect(readsOf(server, history.cids)).toBeLessThanOrEqual(most)
    }
    server.asked.length = 0
    await stage.call(statusCommand, 'far')
    for (const history of [scene.snapshot, scene.targets, scene.p])
      expect(readsOf(server, history.cids)).toBeLessThanOrEqual(most)
  })

  test('an older head than the one that was trusted is refused', async () => {
    const scene = await Scene.of(who)
    const server = await blockServer()
    const stage = calls({ clock: now })
    const before = await scene.head()
    await scene.snap()
    await pinned(stage, scene, await shownAt(server, scene), 'far')
    await stage.call(statusCommand, 'far')
    server.files.set(headName, before)
    expect(await faultOfPromise(stage.call(statusCommand, 'far'))).toBe('rolled-back')
    expect(await faultOfPromise(stage.call(merkleCommand, 'save', 'far', stage.at('a.car')))).toBe('rolled-back')
    expect(existsSync(stage.at('a.car'))).toBe(false)
  })
})
