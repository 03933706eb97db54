// Older states to choose from, and what clients in them say: the verdict of the rules, and the way that led to it.
import { beforeAll, describe, expect, test } from 'vitest'
import { judgeHead } from '../../../../../src/core/systems/merkle/accept.ts'
import { clientOf, pinnedChoice } from '../../../../../src/core/systems/merkle/graph/choices.ts'
import { collectGraph } from '../../../../../src/core/systems/merkle/graph/collect.ts'
import { askFrom } from '../../../../../src/core/systems/merkle/graph/states.ts'
import { linkTo, now, targetsFields } from '../../../../support/merkle.ts'
import { type People, people, Scene } from '../scene.ts'
import { busyWorld, farWorld, forkedWorld, smallWorld } from './worlds.ts'

let who: People
beforeAll(async () => {
  who = await people()
})

test('one choice for each snapshot before that of the head', async () => {
  const scene = await smallWorld(who)
  const { choices } = await collectGraph(await scene.head(), scene.store)
  expect(choices.map(({ label }) => label)).toEqual(['Snapshot 2', 'Snapshot 1'])
  expect(clientOf(choices[0] ?? pinnedChoice(linkTo(scene.at(scene.root, 0))))).toEqual({
    root: linkTo(scene.at(scene.root, 0)),
    snapshot: linkTo(scene.at(scene.snapshot, 1)),
    gone: new Map(),
  })
})

test('what a client remembers that has accepted every snapshot', async () => {
  const scene = await Scene.of(who)
  await scene.offer()
  const states = [scene.state]
  const p = scene.at(scene.p, 1)
  const moves = [
    () => scene.addTargets({}).then(() => scene.snap({ delegated: {}, retired: { p } })),
    () => scene.snap({ delegated: {}, retired: { p } }),
    () => scene.addTargets({ p: [[who.pia]] }).then(() => scene.snap({ delegated: { p: scene.last(scene.p) } })),
    () => scene.snap({ delegated: { p: scene.last(scene.p) } }),
  ]
  for (const move of moves) {
    await move()
    expect(await scene.offer()).toBe('accepted')
    states.push(scene.state)
  }
  const { choices } = await collectGraph(await scene.head(), scene.store)
  expect(choices.map(clientOf)).toEqual(states.slice(0, -1).toReversed())
  expect(choices.map(({ gone }) => gone.length)).toEqual([0, 1, 1, 0])
})

test('the verdict is that of the rules, for every choice, with not one block more', async () => {
  const scene = await busyWorld(who)
  const head = await scene.head()
  const graph = await collectGraph(head, scene.store)
  for (const choice of [...graph.choices, pinnedChoice(linkTo(scene.at(scene.root, 0)))]) {
    const verdict = await judgeHead(head, clientOf(choice), { source: scene.store, now })
    scene.store.reads = 0
    const asked = await askFrom(clientOf(choice), head, scene.store, now)
    expect([asked.accepted, asked.reads, asked.proof]).toEqual([verdict.accepted, [...verdict.reads], []])
    expect(asked.reads.reduce((sum, [, blocks]) => sum + blocks, 0)).toBe(scene.store.reads)
    for (const { lane, from, to, k } of asked.way) {
      const kind = k === 0 ? 'previous' : 'skip'
      expect(graph.links).toContainEqual({ kind, k, from: `${lane} ${from}`, to: `${lane} ${to}` })
    }
  }
})

test('the way down, link by link', async () => {
  const { scene, state } = await farWorld(who, 1000)
  const asked = await askFrom(state, await scene.head(), scene.store, now)
  expect([asked.accepted, asked.role, asked.error]).toEqual([true, undefined, undefined])
  const height = new Map(asked.versions.map(({ id, height }) => [id, height]))
  const way = asked.way.filter(({ lane }) => lane === 'snapshot')
  expect(way.map(({ k }) => k)).toEqual([3, 5, 6, 7, 8, 9])
  for (const { lane, from, to, k } of asked.way) {
    expect((height.get(`${lane} ${from}`) ?? 0) - (height.get(`${lane} ${to}`) ?? 0)).toBe(2 ** k)
  }
  expect(asked.way.filter(({ lane }) => lane === 'root')).toHaveLength(1)
})

test('no way where keys were changed and nothing has to follow', async () => {
  const scene = await smallWorld(who)
  await scene.offer()
  const { state } = scene
  await scene.addRoot({ targets: [[who.mallory]] })
  await scene.addTargets({ p: [[who.pia]] }, [who.mallory])
  await scene.snap()
  const asked = await askFrom(state, await scene.head(), scene.store, now)
  expect(asked.accepted).toBe(true)
  expect(asked.way.map(({ lane }) => lane)).toEqual(['root', 'snapshot'])
})

describe('refusals', () => {
  test('a fork: the blocks that prove it, and both sides down to where they part', async () => {
    const { scene, state } = await forkedWorld(who)
    const asked = await askFrom(state, await scene.head(), scene.store, now)
    expect([asked.accepted, asked.role, asked.error?.data?.fault]).toEqual([false, 'targets', 'forked'])
    const sides = asked.versions.filter(({ lane }) => lane === 'targets')
    expect(
      sides
        .filter(({ cid }) => asked.proof.includes(cid))
        .map(({ version }) => version)
        .sort(),
    ).toEqual([4, 4, 6])
    expect(sides.map(({ version }) => version).sort()).toEqual([2, 3, 3, 4, 4, 5, 6])
    expect(asked.way.filter(({ lane }) => lane === 'targets')).toHaveLength(2)
    expect(asked.sentence).toMatch(/^Refused: targets 6 .* targets 4 /)
  })

  test('rolled back, and expired', async () => {
    const scene = await smallWorld(who)
    await scene.offer()
    const old = await scene.head(scene.at(scene.snapshot, 1))
    const asked = await askFrom(scene.state, old, scene.store, now)
    expect([asked.error?.data?.fault, asked.role, asked.proof.length]).toEqual(['rolled-back', 'snapshot', 2])
    expect(asked.sentence).toBe('Refused: snapshot goes back from 3 to 2.')
    const late = await askFrom(scene.state, await scene.head(), scene.store, new Date('2028-01-01T00:00:00Z'))
    expect([late.error?.code, late.role]).toEqual(['trust/expired', 'root'])
  })

  test('a delegated role that is used, and is not there', async () => {
    const scene = await smallWorld(who)
    const asked = await askFrom(scene.state, await scene.head(), scene.store, now, ['q'])
    expect([asked.error?.data?.fault, asked.role]).toEqual(['role-missing', 'q'])
  })

  test('blocks that are no documents', async () => {
    const scene = await smallWorld(who)
    await scene.snap({ targets: scene.store.put({ signatures: [], signed: targetsFields() }) })
    const asked = await askFrom(scene.state, await scene.head(), scene.store, now)
    expect(asked.error?.code).toBe('format/malformed')
  })
})
