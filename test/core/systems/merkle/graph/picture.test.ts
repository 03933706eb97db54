// The picture: nothing overlaps, the same graph is the same bytes, and no name of a role gets out of its place.
import { beforeAll, describe, expect, test } from 'vitest'
import { clientOf } from '../../../../../src/core/systems/merkle/graph/choices.ts'
import { collectGraph } from '../../../../../src/core/systems/merkle/graph/collect.ts'
import { layoutOf } from '../../../../../src/core/systems/merkle/graph/layout.ts'
import { askFrom } from '../../../../../src/core/systems/merkle/graph/states.ts'
import { svgOf } from '../../../../../src/core/systems/merkle/graph/svg.ts'
import { textOf } from '../../../../../src/core/systems/merkle/graph/text.ts'
import type { Asked, Graph, Layout } from '../../../../../src/core/systems/merkle/graph/types.ts'
import { now } from '../../../../support/merkle.ts'
import { type People, people, Scene } from '../scene.ts'
import { busyWorld, farWorld, forkedWorld, smallWorld } from './worlds.ts'

interface Sight {
  graph: Graph
  asked?: Asked
}

const sights = new Map<string, Sight>()
let who: People
beforeAll(async () => {
  who = await people()
  const small = await smallWorld(who)
  sights.set('small', { graph: await collectGraph(await small.head(), small.store) })
  small.store.blocks.delete(small.at(small.p, 1).toString())
  sights.set('broken', { graph: await collectGraph(await small.head(), small.store) })
  small.store.blocks.clear()
  sights.set('empty', { graph: await collectGraph(await small.head(), small.store) })
  const busy = await busyWorld(who)
  const graph = await collectGraph(await busy.head(), busy.store)
  sights.set('busy', { graph })
  const choice = graph.choices[12]
  if (choice === undefined) throw new Error('no choice')
  sights.set('busy-asked', { graph, asked: await askFrom(clientOf(choice), await busy.head(), busy.store, now) })
  for (const [name, { scene, state }] of [
    ['fork', await forkedWorld(who)],
    ['far', await farWorld(who, 10_000)],
  ] as const) {
    const seen = await collectGraph(await scene.head(), scene.store)
    sights.set(name, { graph: seen, asked: await askFrom(state, await scene.head(), scene.store, now) })
  }
})

const names = ['small', 'broken', 'empty', 'busy', 'busy-asked', 'fork', 'far'] as const

function sight(name: string): Sight {
  const found = sights.get(name)
  if (found === undefined) throw new Error(`no ${name}`)
  return found
}

function drawn(name: string): Layout {
  return layoutOf(sight(name).graph, sight(name))
}

describe.each(names)('%s', (name) => {
  test('the same graph is the same picture, and plain data', () => {
    const again = JSON.parse(JSON.stringify(sight(name))) as Sight
    expect(svgOf(layoutOf(again.graph, again))).toBe(svgOf(drawn(name)))
    expect(JSON.parse(JSON.stringify(drawn(name)))).toEqual(drawn(name))
  })

  test('nothing lies over anything else, or outside', () => {
    const { nodes, marks, labels, width, height } = drawn(name)
    const boxes = [
      ...nodes,
      ...marks.map((mark) => ({ ...mark, height: 26 })),
      ...labels.map(({ x, y }) => ({ x, y: y - 16, width: 186, height: 34 })),
    ]
    const overlaps = boxes.flatMap((a, i) =>
      boxes
        .slice(i + 1)
        .filter((b) => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height),
    )
    expect(overlaps).toEqual([])
    expect(
      boxes.filter(({ x, y, ...box }) => x < 0 || y < 0 || x + box.width > width || y + box.height > height),
    ).toEqual([])
  })

  test('older is further left', () => {
    const { nodes } = drawn(name)
    for (const { versions } of sight(name).graph.lanes) {
      const row = versions
        .filter(({ by }) => by === 'previous')
        .flatMap(({ id }) => nodes.find((node) => node.id === id) ?? [])
      expect(row.map(({ x }) => x)).toEqual(row.map(({ x }) => x).sort((a, b) => a - b))
    }
  })

  test('every tag is closed, and nothing is fetched', () => {
    const svg = svgOf(drawn(name))
    expect(openTags(svg)).toEqual([])
    expect(svg.replace('http://www.w3.org/2000/svg', '')).not.toMatch(/script|href|url\(|@import|https?:|NaN|undefined/)
  })

  test('as text: at most 100 columns', () => {
    const { graph, asked } = sight(name)
    for (const line of textOf(graph, asked)) expect([...line].length).toBeLessThanOrEqual(100)
  })
})

function openTags(svg: string): string[] {
  const open: string[] = []
  for (const [, end, tag, self] of svg.matchAll(/<(\/?)([a-z]+)[^<>]*?(\/?)>/g)) {
    if (end === '/') expect(open.pop()).toBe(tag)
    else if (self !== '/') open.push(tag ?? '')
  }
  return open
}

describe('what is marked', () => {
  test('a way through gaps', () => {
    const { nodes, edges, marks } = drawn('far')
    expect(edges.filter(({ way, kind }) => way && kind === 'skip')).toHaveLength(
      sight('far').asked?.way.filter(({ k }) => k > 0).length ?? 0,
    )
    expect(nodes.filter(({ tone }) => tone === 'held').map(({ text }) => text)).toEqual(['1', '1'])
    expect(marks.map(({ text }) => text)).toContain('⋯ 8,191')
    expect(nodes.length).toBeLessThan(80)
  })

  test('a fork: both versions under each other, where they part, and the proof', () => {
    const { nodes, caption, legend } = drawn('fork')
    const proof = nodes.filter(({ tone }) => tone === 'proof')
    expect(proof.map(({ text }) => text)).toEqual(['4', '6', '4'])
    expect(proof[0]?.x).toBe(proof[2]?.x)
    expect(nodes.filter(({ text, y }) => text === '3' && y === proof[2]?.y)).toHaveLength(1)
    expect([caption.tone, legend.some(({ kind }) => kind === 'proof')]).toEqual(['bad', true])
  })

  test('a history that breaks off', () => {
    const { marks, labels } = drawn('broken')
    expect(marks.map(({ kind }) => kind)).toEqual(['problem'])
    expect(labels.filter(({ problem }) => problem).map(({ note }) => note)).toEqual(['history ends: block-missing'])
  })
})

test('versions stand under the first snapshot that names them', () => {
  const { nodes } = drawn('small')
  const x = (lane: string, text: string) => nodes.find((node) => node.id.startsWith(lane) && node.text === text)?.x
  expect(x('targets', '2')).toBe(x('snapshot', '3'))
  expect(x('delegated:p', '3')).toBe(x('snapshot', '2'))
})

test('as text', () => {
  expect(textOf(sight('small').graph)).toEqual([
    'Root       1*',
    'Targets    1 ← 2*',
    'p          1 ← 2 ← 3*',
    'Snapshot   1 ← 2 ← 3*',
    'Timestamp  head',
  ])
  expect(textOf(sight('busy').graph).find((line) => line.startsWith('Snapshot'))).toMatch(/ 1 ←…← .* ← 40\*$/)
})

test.each([
  ['markup', '</text><script>alert(1)</script>'],
  ['attributes', '" onload="alert(1)" x="'],
  ['style', ']]></style><style>*{fill:url(http://example.test)}'],
  ['bidi', 'safe\u202Egnp.exe\u2066'],
  ['invisible', 'a\u200Bb\u0000c\nd\u001B[31m'],
  ['wide', '漢'.repeat(80)],
  ['long', 'x'.repeat(4000)],
])('a role whose name is an attack: %s', async (_, name) => {
  const scene = await Scene.of(who)
  await scene.addTargets({ [name]: [[who.pia]] })
  await scene.snap({ delegated: { [name]: scene.last(scene.p) } })
  const graph = await collectGraph(await scene.head(), scene.store)
  const asked = await askFrom(scene.state, await scene.head(), scene.store, new Date(0), [`${name}?`])
  expect(asked.accepted).toBe(false)
  const layout = layoutOf(graph, { asked })
  const svg = svgOf(layout)
  expect(openTags(svg)).toEqual([])
  expect(svg).not.toMatch(/<script|<style>\*|" onload/)
  expect(svg.replaceAll('\n', '')).not.toMatch(/[\p{C}]/u)
  // Also those who draw it elsewhere get no text that hides.
  const { labels, nodes, marks, caption, description } = layout
  const texts = [...labels, ...nodes, ...marks].flatMap((one) => [one.text, 'title' in one ? one.title : one.note])
  expect([...texts, ...caption.lines, description].join('')).not.toMatch(/\p{C}/u)
  expect(svgOf({ ...layout, title: name }).replaceAll('\n', '')).not.toMatch(/\p{C}|<script/u)
  expect(layout.labels.every(({ text }) => [...text].length <= 22)).toBe(true)
  for (const line of textOf(graph, asked)) {
    expect(line).not.toMatch(/\p{C}/u)
    expect([...line].length).toBeLessThanOrEqual(100)
  }
})
