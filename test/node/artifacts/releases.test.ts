// What users get to choose from is what a client finds, not what metadata lists.
import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { openClient } from '../../../src/node/artifacts/client.ts'
import { catalogue, releases } from '../../../src/node/artifacts/releases.ts'
import { never, now } from '../../support/repository.ts'
import { codeOfPromise } from '../../support/thrown.ts'
import { openShop, type Shop } from './shop.ts'

const call = { now, signal: never }
const paths = async ({ source }: Shop): Promise<string[]> =>
  (await releases(source, call)).flatMap((one) => one.releases.map(({ path, role }) => `${path} from ${role}`)).sort()

describe('only what clients reach', () => {
  test('a role in front that lists nothing and is the last word blocks what stands behind it', async () => {
    const shop = await openShop({
      targets: {
        delegates: [
          { name: 'blocked', paths: ['loom/bad/*'], terminating: true },
          { name: 'loom', paths: ['loom/*/*'] },
        ],
      },
      blocked: {},
      loom: { targets: { 'loom/bad/a.zip': 'bad', 'loom/1.0.0/a.zip': 'good', 'other/1.0.0/a.zip': 'not its own' } },
    })
    expect(await paths(shop)).toEqual(['loom/1.0.0/a.zip from loom'])
  })

  test('of two roles that list a path the first speaks', async () => {
    const shop = await openShop({
      targets: {
        targets: { 'loom/top.txt': 'top' },
        delegates: [
          { name: 'one', paths: ['loom/*'] },
          { name: 'two', paths: ['loom/*'] },
        ],
      },
      one: { targets: { 'loom/a.txt': 'one', 'loom/top.txt': 'hidden' } },
      two: { targets: { 'loom/a.txt': 'two, longer', 'loom/b.txt': 'two' } },
    })
    expect(await paths(shop)).toEqual(['loom/a.txt from one', 'loom/b.txt from two', 'loom/top.txt from targets'])
    const [loom] = await releases(shop.source, call)
    expect(loom?.releases.find(({ path }) => path === 'loom/a.txt')?.length).toBe(3)
  })

  test('delegations lead on, and a role that two others delegate to comes once', async () => {
    const shop = await openShop({
      targets: {
        delegates: [
          { name: 'all', paths: ['*/*'] },
          { name: 'more', paths: ['loom/*'] },
        ],
      },
      all: { delegates: [{ name: 'loom', paths: ['loom/*'] }] },
      more: { delegates: [{ name: 'loom', paths: ['loom/*'] }] },
      loom: { targets: { 'loom/loom-1.0.0.zip': 'x' } },
    })
    expect(await paths(shop)).toEqual(['loom/loom-1.0.0.zip from loom'])
  })

  test('in bins only what lies in its own bin', async () => {
    const binOf = (path: string): string =>
      `bin-${((createHash('sha256').update(path).digest()[0] ?? 0) >> 6).toString(16)}`
    const all = Array.from({ length: 12 }, (_, i) => `loom/loom-1.${i}.0.zip`)
    const bins = ['bin-0', 'bin-1', 'bin-2', 'bin-3']
    const inBin = (bin: string) =>
      Object.fromEntries(all.filter((path) => binOf(path) === bin).map((path) => [path, path]))
    const roles = Object.fromEntries(bins.map((bin) => [bin, { targets: inBin(bin) }]))
    const stray = all.find((path) => binOf(path) !== 'bin-0') ?? ''
    const shop = await openShop({
      targets: { bits: 2 },
      ...roles,
      'bin-0': { targets: { ...inBin('bin-0'), [`${stray}.stray`]: 'x', [stray]: 'in the wrong bin' } },
    })
    const found = await paths(shop)
    expect(found.filter((line) => !line.includes('.stray'))).toEqual(
      all.map((path) => `${path} from ${binOf(path)}`).sort(),
    )
  })

  test('a role that cannot be verified is named, and hides no other', async () => {
    const shop = await openShop({
      targets: {
        delegates: [
          { name: 'forged', paths: ['forged/*'] },
          { name: 'old', paths: ['old/*'] },
          { name: 'loom', paths: ['loom/*'] },
        ],
      },
      forged: { forged: true, targets: { 'forged/a-1.0.0.zip': 'x' } },
      old: { expired: true, targets: { 'old/a-1.0.0.zip': 'x' } },
      loom: { targets: { 'loom/a-1.0.0.zip': 'x' } },
    })
    const { projects, problems } = await catalogue(await openClient(shop.source, call))
    expect(projects.map(({ name }) => name)).toEqual(['loom'])
    expect(problems.map(({ role, error }) => [role, error.code])).toEqual([
      ['forged', 'trust/threshold'],
      ['old', 'trust/expired'],
    ])
  })

  test('behind a role that cannot be read nothing is found: a client stops there', async () => {
    const shop = await openShop({
      targets: {
        delegates: [
          { name: 'old', paths: ['loom/*'] },
          { name: 'loom', paths: ['*/*'] },
        ],
      },
      old: { expired: true },
      loom: { targets: { 'loom/a-1.0.0.zip': 'x', 'abc/a-1.0.0.zip': 'y' } },
    })
    expect(await paths(shop)).toEqual(['abc/a-1.0.0.zip from loom'])
  })

  test('an expired or altered top is refused, as every client does', async () => {
    const shop = await openShop({ targets: { targets: { 'loom/a-1.0.0.zip': 'x' } } })
    const later = { now: new Date('2027-03-01T00:00:00Z'), signal: never }
    expect(await codeOfPromise(releases(shop.source, later))).toBe('trust/expired')
    const expired = await openShop({ targets: { expired: true } })
    expect(await codeOfPromise(releases(expired.source, call))).toBe('trust/expired')
    const forged = await openShop({ targets: { forged: true } })
    expect(await codeOfPromise(releases(forged.source, call))).toBe('trust/threshold')
  })
})

test('what is trusted now is handed over to be kept, and then the repository cannot go back', async () => {
  const shop = await openShop({ targets: { targets: { 'loom/a-1.0.0.zip': 'x' } } })
  const older = await openShop({ targets: {} })
  let memory: ReadonlyMap<string, Uint8Array | null> = new Map()
  const remember = async (trusted: { memory: typeof memory }) => {
    memory = trusted.memory
  }
  await releases(shop.source, { ...call, remember })
  expect([...memory.keys()].sort()).toEqual(['root.json', 'snapshot.json', 'targets.json', 'timestamp.json'])
  const remembered = { ...shop.source, transport: older.source.transport, trust: { anchor: shop.anchor, memory } }
  expect(await codeOfPromise(releases(remembered, call))).toMatch(/^trust\//)
})

test('newest first, and which is taken when none is named', async () => {
  const shop = await openShop({
    targets: {
      targets: {
        'loom/1.9.0/a.zip': '1',
        'loom/1.10.0/a.zip': '2',
        'loom/2.0.0-rc.1/a.zip': '3',
        'loom/1.10.0/b.zip': '4',
      },
    },
  })
  expect(await releases(shop.source, call)).toEqual([
    {
      project: 'loom',
      latest: '1.10.0',
      releases: [
        { version: '2.0.0-rc.1', path: 'loom/2.0.0-rc.1/a.zip', length: 1, role: 'targets' },
        { version: '1.10.0', path: 'loom/1.10.0/a.zip', length: 1, role: 'targets' },
        { version: '1.10.0', path: 'loom/1.10.0/b.zip', length: 1, role: 'targets' },
        { version: '1.9.0', path: 'loom/1.9.0/a.zip', length: 1, role: 'targets' },
      ],
    },
  ])
})

test('a role names the newest only of what it speaks for itself', async () => {
  const says = (version: string) => ({ fields: { 'x-countersign-latest': { loom: version, abc: version } } })
  const shop = await openShop({
    targets: {
      delegates: [
        { name: 'loom', paths: ['loom/*/*'] },
        { name: 'abc', paths: ['abc/*/*'] },
      ],
    },
    loom: { targets: { 'loom/1.0.0/a': '1', 'loom/2.0.0/a': '2' }, ...says('2.0.0') },
    abc: { targets: { 'abc/1.0.0/a': '1', 'abc/2.0.0/a': '2' }, ...says('1.0.0') },
  })
  const found = await releases(shop.source, call)
  expect(found.map(({ project, latest }) => [project, latest])).toEqual([
    ['abc', '1.0.0'],
    ['loom', '2.0.0'],
  ])
})

test('a long list lets others have their turn, and can be cancelled', async () => {
  const targets = Object.fromEntries(
    Array.from({ length: 20_000 }, (_, i) => [`loom/1.${i}.0/a`, { length: 1, hashes: { sha256: 'ab'.repeat(32) } }]),
  )
  const shop = await openShop({ targets: { fields: { targets } } })
  const controller = new AbortController()
  const client = await openClient(shop.source, { now, signal: controller.signal })
  await client.listing()
  const timer = setTimeout(() => controller.abort(), 1)
  expect(await codeOfPromise(catalogue(client))).toBe('user/cancelled')
  clearTimeout(timer)
})

test('beyond the limit artifacts are counted; one project is read whole', async () => {
  const shop = await openShop({
    targets: { targets: Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`loom/1.${i}.0/a`, `${i}`])) },
  })
  const client = await openClient(shop.source, call)
  const some = await catalogue(client, undefined, 4)
  expect([some.projects[0]?.releases.length, some.omitted]).toEqual([4, 5])
  const all = await catalogue(client, 'loom', 4)
  expect([all.projects[0]?.releases.length, all.omitted]).toEqual([9, 0])
})
