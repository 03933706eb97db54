// A folder of blocks, met for the first time: recognised by what lies there, and pinned by the root that it shows.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { firstFields, firstFiles } from '../../../src/core/systems/merkle/create.ts'
import { documentsAt } from '../../../src/node/merkle/documents.ts'
import { isMerkle, lookAtBlocks } from '../../../src/node/merkle/first-look.ts'
import { openMerkle } from '../../../src/node/merkle/place.ts'
import { houseSystems } from '../../../src/node/systems.ts'
import { people, Scene } from '../../core/systems/merkle/scene.ts'
import { now } from '../../support/merkle.ts'
import { never } from '../../support/repository.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { codeOfPromise, faultOfPromise } from '../../support/thrown.ts'

const options = { dataDir: '/nowhere' }

function write(folder: string, files: ReadonlyMap<string, Uint8Array>): void {
  for (const [name, bytes] of files) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), bytes)
  }
}

/** With a head over everything that the scene has. */
async function folderOf(scene: Scene): Promise<string> {
  const folder = temporaryFolder()
  const blocks = [...scene.store.blocks].map(([cid, bytes]): [string, Uint8Array] => [`ipfs/${cid}`, bytes])
  write(folder, new Map([...blocks, ['head.json', await scene.head()]]))
  return folder
}

async function firstFolder(): Promise<string> {
  const folder = temporaryFolder()
  const { ana, tim } = await people()
  const [held, machine] = [
    { keys: [ana.key], threshold: 1 },
    { keys: [tim.key], threshold: 1 },
  ]
  const roles = { root: held, targets: held, snapshot: machine, timestamp: machine }
  write(folder, firstFiles(firstFields({ roles, expires: { root: now, targets: now } })))
  return folder
}

const look = (folder: string) => lookAtBlocks(folder, now, never, options)

describe('a folder with a head', () => {
  test('is known as one of blocks, and shows the root in force', async () => {
    const scene = await Scene.of(await people())
    await scene.addRoot({})
    await scene.snap()
    const folder = await folderOf(scene)
    expect(await isMerkle(folder, options)).toBe(true)
    expect((await houseSystems.at(folder, options)).form.system.id).toBe('merkle')
    const { anchor } = await look(folder)
    expect([anchor.title, anchor.version, anchor.quorums.map(({ threshold }) => threshold)]).toEqual(['Root 2', 2, [2]])
    const { transport, system } = await openMerkle(folder, options)
    const pinned = { id: 'x', name: 'x', location: folder, pinnedAt: '' }
    const context = { anchor: anchor.bytes, now, signal: never }
    const { waiting, documents } = await documentsAt({ transport, system, pinned }, context)
    expect([waiting, documents.root.signed.version, [...documents.delegated.keys()]]).toEqual([false, 2, ['p']])
  })

  test('is refused where a client would refuse it', async () => {
    const scene = await Scene.of(await people())
    const folder = await folderOf(scene)
    rmSync(join(folder, 'ipfs', scene.last(scene.targets).toString()))
    expect(await faultOfPromise(look(folder))).toBe('block-missing')
    const { mallory } = scene.who
    writeFileSync(join(folder, 'head.json'), await scene.head(undefined, [mallory]))
    expect(await faultOfPromise(look(folder))).not.toBe('ok')
  })
})

describe('a folder in which a first root waits', () => {
  test('is known as one of blocks, and shows that root, which nobody has signed', async () => {
    const folder = await firstFolder()
    expect(await isMerkle(folder, options)).toBe(true)
    const { anchor } = await look(folder)
    expect([anchor.title, anchor.quorums.flatMap(({ keys }) => keys.map(({ signed }) => signed))]).toEqual([
      'Root 1',
      [false],
    ])
  })

  test('says what waits only to those who pinned that root', async () => {
    const [folder, other] = [await firstFolder(), await firstFolder()]
    const { transport, system } = await openMerkle(folder, options)
    const source = { transport, system, pinned: { id: 'x', name: 'x', location: folder, pinnedAt: '' } }
    const context = async (of: string) => ({ anchor: (await look(of)).anchor.bytes, now, signal: never })
    expect((await documentsAt(source, await context(folder))).waiting).toBe(true)
    expect(await codeOfPromise(documentsAt(source, await context(other)))).toBe('trust/changed')
  })
})

test('any other folder is none of these', async () => {
  const folder = temporaryFolder()
  expect(await isMerkle(folder, options)).toBe(false)
  write(folder, new Map([['head.json', new TextEncoder().encode('{}')]]))
  expect(await isMerkle(folder, options)).toBe(false)
  mkdirSync(join(folder, 'pending', 'root.json'), { recursive: true })
  expect(await isMerkle(folder, options)).toBe(false)
  expect(await codeOfPromise(look(temporaryFolder()))).toBe('source/not-found')
})
