// A repository of blocks from the inside: its roles, artifacts and history, and the picture of its versions.
import { rmSync } from 'node:fs'
import { beforeEach, describe, expect, test } from 'vitest'
import { parseAnchor } from '../../../src/core/systems/merkle/repository.ts'
import { trustedState } from '../../../src/core/systems/merkle/state.ts'
import { lookAtBlocks } from '../../../src/node/merkle/first-look.ts'
import { readBlocksHistory } from '../../../src/node/merkle/history.ts'
import { blocksMark, readBlocksInside, readBlockTargets } from '../../../src/node/merkle/inside.ts'
import { readVersions } from '../../../src/node/merkle/versions.ts'
import { directoryTransport } from '../../../src/node/transports/directory.ts'
import { now } from '../../support/merkle.ts'
import { type BlockFolder, blockFolder } from '../../support/merkle-folder.ts'
import { never } from '../../support/repository.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { codeOfPromise, faultOfPromise } from '../../support/thrown.ts'

let blocks: BlockFolder
let place: { transport: ReturnType<typeof directoryTransport> }
let context: {
  anchor: Uint8Array
  now: Date
  signal: AbortSignal
  memory?: Awaited<ReturnType<typeof trustedState>>['memory']
}

beforeEach(async () => {
  blocks = await blockFolder(temporaryFolder())
  place = { transport: directoryTransport(blocks.folder) }
  const { anchor } = await lookAtBlocks(blocks.folder, now, never, { dataDir: '/nowhere' })
  context = { anchor: anchor.bytes, now, signal: never }
  context = { ...context, memory: (await trustedState(place.transport, context)).memory }
})

describe('from the inside', () => {
  test('every role is there with who may sign it, and where it is delegated', async () => {
    const { roles, edges, omitted } = await readBlocksInside(place, context)
    expect(roles.map(({ name, version, targets, keptBy }) => [name, version, targets, keptBy])).toEqual([
      ['root', 2, 0, 'people'],
      ['timestamp', 7, 0, 'machine'],
      ['snapshot', 7, 0, 'machine'],
      ['targets', 3, 1, 'people'],
      ['loom', 7, 1, 'people'],
      ['docs', 4, 1, 'people'],
    ])
    expect(roles.every(({ quorum }) => quorum.keys.some(({ signed }) => signed))).toBe(true)
    expect(roles[0]?.digest).toBe(blocks.digest)
    expect(edges.map(({ from, to, paths }) => [from, to, ...paths])).toEqual([
      ['targets', 'loom', 'loom/*'],
      ['targets', 'docs', 'docs/*'],
    ])
    expect(omitted).toBe(0)
    expect((await readBlocksInside(place, context, 5)).omitted).toBe(1)
  })

  test('artifacts come by pages, each with the block of its content', async () => {
    const inside = await readBlocksInside(place, context)
    const page = readBlockTargets(inside, { role: '*', query: 'loom', offset: 0, limit: 10 })
    expect([page.total, page.matching]).toEqual([3, 1])
    expect(page.targets[0]?.cid).toMatch(/^bafkrei/)
  })

  test('the mark changes with the head alone', async () => {
    const before = await blocksMark(place, context)
    expect(await blocksMark(place, context)).toBe(before)
    await blocks.fork()
    expect(await blocksMark(place, context)).not.toBe(before)
    expect(await faultOfPromise(readBlocksInside(place, context))).toBe('forked')
  })
})

describe('the history of a role', () => {
  test('goes back by the version before, with who signed each', async () => {
    const { versions, gone, more } = await readBlocksHistory('loom', place, context)
    expect(versions.map(({ version }) => version)).toEqual([7, 6, 5, 4, 3, 2, 1])
    expect(versions.every(({ signedBy, problem }) => signedBy.length === 1 && problem === undefined)).toBe(true)
    expect([gone, more]).toEqual([false, false])
    const root = await readBlocksHistory('root', place, context)
    expect(root.versions.map(({ digest }) => digest)[0]).toBe(blocks.digest)
    expect((await readBlocksHistory('snapshot', place, context)).versions).toHaveLength(7)
    expect((await readBlocksHistory('timestamp', place, context)).gone).toBe(true)
    expect(await codeOfPromise(readBlocksHistory('nobody', place, context))).toBe('source/not-found')
  })

  test('ends where a block is not kept, and says so', async () => {
    rmSync(blocks.names(blocks.snapshots[2] ?? ''))
    const { versions, gone } = await readBlocksHistory('snapshot', place, context)
    expect([versions.length, gone]).toEqual([4, true])
  })
})

describe('the versions as a picture', () => {
  test('can be asked from what is held here, from the pinned root, and from older snapshots', async () => {
    const { choices, asked, layout } = await readVersions(place, context)
    expect(choices.map(({ id }) => id)).toEqual(['held', 'pinned', ...blocks.snapshots.slice(0, -1).reverse()])
    expect(asked).toBeUndefined()
    expect(layout.nodes.length).toBe(2 + 3 + 7 + 4 + 7 + 1)
    const older = await readVersions(place, context, { choice: blocks.snapshots[1] })
    expect(older.asked?.accepted).toBe(true)
    expect(older.asked?.way.length).toBeGreaterThan(0)
    expect(await codeOfPromise(readVersions(place, context, { choice: 'elsewhere' }))).toBe('source/not-found')
    expect(parseAnchor(context.anchor).signed.height).toBe(1)
  })

  test('a history that leaves the one that was accepted is drawn, and refused by what is held', async () => {
    await blocks.fork()
    const { asked } = await readVersions(place, context, { choice: 'held' })
    expect([asked?.accepted, asked?.error?.data?.fault]).toEqual([false, 'forked'])
    expect((await readVersions(place, context, { choice: 'pinned' })).asked?.accepted).toBe(true)
  })
})
