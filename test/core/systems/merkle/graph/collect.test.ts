// What is collected of a repository, how much is read for it, and what is still shown where history breaks off.
import { beforeAll, describe, expect, test } from 'vitest'
import { AppError } from '../../../../../src/core/error.ts'
import { type Bounds, collectGraph } from '../../../../../src/core/systems/merkle/graph/collect.ts'
import type { Graph, Lane } from '../../../../../src/core/systems/merkle/graph/types.ts'
import { targetsFields } from '../../../../support/merkle.ts'
import { codeOfPromise, faultOfPromise } from '../../../../support/thrown.ts'
import { type People, people, Scene } from '../scene.ts'
import { busyWorld, farWorld, forkedWorld, smallWorld } from './worlds.ts'

let who: People
beforeAll(async () => {
  who = await people()
})

async function graphOf(scene: Scene, bounds: Partial<Bounds> = {}): Promise<Graph> {
  return collectGraph(await scene.head(), scene.store, bounds)
}

function laneIn({ lanes }: Graph, id: string): Lane {
  const lane = lanes.find((one) => one.id === id)
  if (lane === undefined) throw new Error(`no lane ${id}`)
  return lane
}

function heights(graph: Graph, id: string): number[] {
  return laneIn(graph, id).versions.map(({ height }) => height)
}

test('lanes, versions, and who names them', async () => {
  const scene = await smallWorld(who)
  const graph = await graphOf(scene)
  expect(graph.lanes.map(({ id }) => id)).toEqual(['root', 'targets', 'delegated:p', 'snapshot', 'timestamp'])
  expect(heights(graph, 'delegated:p')).toEqual([0, 1, 2])
  expect(laneIn(graph, 'delegated:p').versions.map(({ named }) => named)).toEqual([
    undefined,
    { first: 1, last: 1 },
    { first: 2, last: 3 },
  ])
  expect(laneIn(graph, 'targets').versions.map(({ inForce }) => inForce)).toEqual([false, true])
  expect(laneIn(graph, 'root').versions[0]).toMatchObject({ version: 1, signatures: 2, by: 'previous' })
  expect(graph.readBlocks).toBe(scene.store.reads)
  expect(graph.readBlocks).toBe(9)
  expect(structuredClone(graph)).toEqual(JSON.parse(JSON.stringify(graph)))
})

test('links of every kind', async () => {
  const scene = await smallWorld(who)
  const { links } = await graphOf(scene)
  const id = (lane: string, cid: unknown) => `${lane} ${String(cid)}`
  const p = (height: number) => id('delegated:p', scene.at(scene.p, height))
  const snapshot = (height: number) => id('snapshot', scene.at(scene.snapshot, height))
  expect(links).toContainEqual({ kind: 'previous', k: 0, from: p(2), to: p(1) })
  expect(links).toContainEqual({ kind: 'skip', k: 1, from: p(2), to: p(0) })
  expect(links).toContainEqual({ kind: 'names', k: 0, from: snapshot(0), to: p(1) })
  expect(links.filter(({ kind }) => kind === 'head').map(({ to }) => to)).toEqual([snapshot(2)])
  expect(links.filter(({ kind }) => kind === 'names')).toHaveLength(9)
})

test('roles that are retired, and those that are gone without a word', async () => {
  const busy = await graphOf(await busyWorld(who))
  expect(busy.lanes.filter(({ kind }) => kind === 'retired').map(({ name }) => name)).toEqual(['p', 'site'])
  expect(busy.links.filter(({ kind }) => kind === 'retired').length).toBeGreaterThan(40)
  const scene = await smallWorld(who)
  await scene.addTargets({})
  await scene.snap({ delegated: {} })
  const dropped = laneIn(await graphOf(scene), 'delegated:p')
  expect([dropped.kind, dropped.versions.length, dropped.versions.some(({ inForce }) => inForce)]).toEqual([
    'dropped',
    3,
    false,
  ])
})

test('a role that calls itself like a top-level one has a lane of its own', async () => {
  const scene = await smallWorld(who)
  await scene.snap({ delegated: { root: scene.last(scene.p) } })
  const graph = await graphOf(scene)
  expect(graph.lanes.map(({ id }) => id)).toContain('delegated:root')
  expect(heights(graph, 'root')).toEqual([0])
})

describe('bounds', () => {
  test('the newest versions, how many are older, and a handful of snapshots far back', async () => {
    const { scene } = await farWorld(who, 300)
    const graph = await graphOf(scene, { versions: 5 })
    const targets = laneIn(graph, 'targets')
    expect(targets.versions.filter(({ by }) => by === 'previous').map(({ height }) => height)).toEqual([
      296, 297, 298, 299, 300,
    ])
    expect(targets.older).toBe(296)
    expect(heights(graph, 'snapshot')).toEqual([0, 256, 288, 292, 294, 295, 296, 297, 298, 299, 300].filter(isKept))
    expect(graph.choices.at(-1)?.label).toBe('Snapshot 1')
    expect(graph.readBlocks).toBeLessThan(40)
  })

  /** From 296 down, 296 − 8, 288 − 32, 256 − 256. */
  function isKept(height: number): boolean {
    return height >= 296 || [0, 256, 288].includes(height)
  }

  test.each([1, 7, 50])('no more than %i blocks', async (blocks) => {
    const scene = await busyWorld(who)
    scene.store.reads = 0
    const graph = await graphOf(scene, { blocks })
    expect([graph.readBlocks, scene.store.reads, graph.cut]).toEqual([blocks, blocks, true])
  })

  test('no more lanes than asked for', async () => {
    const graph = await graphOf(await busyWorld(who), { lanes: 3 })
    expect([graph.lanes.length, graph.lanesLeftOut]).toEqual([5, 5])
  })

  test('no choices with more roles that are gone than anybody has', async () => {
    const scene = await smallWorld(who)
    const p = scene.last(scene.p)
    const many = Object.fromEntries(Array.from({ length: 4_200 }, (_, i) => [`r${i}`, p]))
    await scene.snap({ delegated: many })
    await scene.snap()
    await scene.snap()
    const graph = await graphOf(scene, { lanes: 4 })
    expect(graph.choices.map(({ label }) => label)).toEqual(['Snapshot 4', 'Snapshot 3', 'Snapshot 2', 'Snapshot 1'])
    expect(graph.lanesLeftOut).toBe(4_199)
  })

  test('nothing is cut where all is read', async () => {
    expect((await graphOf(await busyWorld(who))).cut).toBe(false)
  })
})

describe('where history breaks off', () => {
  test.each([
    ['targets', 1],
    ['delegated:p', 1],
    ['snapshot', 1],
  ] as const)('a block of %s is not there: its lane ends, the others go on', async (lane, height) => {
    const scene = await smallWorld(who)
    const history = { targets: scene.targets, 'delegated:p': scene.p, snapshot: scene.snapshot }[lane]
    for (let i = 0; i < 2; i++) await scene.addTargets({ p: [[who.pia]] })
    await scene.snap()
    const whole = await graphOf(scene)
    scene.store.blocks.delete(scene.at(history, height).toString())
    const graph = await graphOf(scene)
    const broken = laneIn(graph, lane)
    expect(broken.problem?.data?.fault).toBe('block-missing')
    expect(broken.problem?.data?.blocks).toBe(scene.at(history, height).toString())
    expect(broken.versions.every((one) => one.height > height || one.by === 'name')).toBe(true)
    for (const { id, versions } of whole.lanes) {
      if (id !== lane) expect(laneIn(graph, id).versions.map(({ cid }) => cid)).toEqual(versions.map(({ cid }) => cid))
    }
  })

  test('another block came, or a link leads to another height', async () => {
    const scene = await smallWorld(who)
    scene.store.blocks.set(scene.at(scene.p, 0).toString(), new Uint8Array([1]))
    expect(laneIn(await graphOf(scene), 'delegated:p').problem?.data?.fault).toBe('block-hash')
    const lying = await Scene.of(who)
    const next = { ...lying.targets.next(targetsFields({ p: [[who.pia]] })), height: 7 }
    await lying.snap({ targets: await lying.store.sign(next, [who.tara]) })
    const lane = laneIn(await graphOf(lying), 'targets')
    expect([lane.problem?.data?.fault, lane.problem?.data?.role]).toEqual(['height-lies', 'targets'])
  })

  test('no snapshot at all: the head is still shown', async () => {
    const scene = await smallWorld(who)
    scene.store.blocks.delete(scene.last(scene.snapshot).toString())
    const graph = await graphOf(scene)
    expect(graph.lanes.map(({ id, versions }) => [id, versions.length])).toEqual([
      ['snapshot', 0],
      ['timestamp', 1],
    ])
    expect(laneIn(graph, 'snapshot').problem?.data?.fault).toBe('block-missing')
  })

  test('a head that is none, and a source that does not answer, are errors', async () => {
    const scene = await smallWorld(who)
    expect(await faultOfPromise(collectGraph(new Uint8Array([123]), scene.store))).toBe('not-canonical')
    const down = { read: () => Promise.reject(new AppError({ code: 'source/unreachable', message: 'it is down' })) }
    expect(await codeOfPromise(collectGraph(await scene.head(), down))).toBe('source/unreachable')
  })
})

test('another envelope is the same version; another history is shown beside', async () => {
  const scene = await smallWorld(who)
  const last = scene.store.blocks.get(scene.last(scene.targets).toString())
  const { signed } = JSON.parse(new TextDecoder().decode(last)) as { signed: Record<string, unknown> }
  const unsigned = scene.store.putBytes(
    new TextEncoder().encode(
      new TextDecoder().decode(last).replace(/^\{"signatures":\[.*\],"signed"/, '{"signatures":[],"signed"'),
    ),
  )
  expect(signed._type).toBe('targets')
  await scene.snap({ targets: unsigned })
  await scene.snap()
  expect(heights(await graphOf(scene), 'targets')).toEqual([0, 1])
  expect(laneIn(await graphOf(scene), 'targets').versions[1]?.named).toEqual({ first: 3, last: 5 })
  const forked = await forkedWorld(who)
  expect(heights(await graphOf(forked.scene), 'targets')).toEqual([0, 1, 2, 3, 3, 4, 5])
})

test('2,000 versions are a few hundred blocks', async () => {
  const { scene } = await farWorld(who, 2_000)
  const graph = await graphOf(scene)
  expect(graph.readBlocks).toBeLessThanOrEqual(3 * 60 + 30)
  expect(laneIn(graph, 'targets').older).toBe(2_001 - 60)
})
