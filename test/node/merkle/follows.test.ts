// Whether a head may take the place of another: never an older one, whatever this machine has seen of it.
import { beforeAll, describe, expect, test } from 'vitest'
import { blockName, headName } from '../../../src/core/systems/merkle/files.ts'
import { memoryTransport } from '../../../src/core/transport.ts'
import { follows } from '../../../src/node/merkle/follows.ts'
import { people, Scene } from '../../core/systems/merkle/scene.ts'
import { now } from '../../support/merkle.ts'

let scene: Scene
let heads: Uint8Array[]
beforeAll(async () => {
  scene = await Scene.of(await people())
  heads = [await scene.head()]
  for (let i = 0; i < 3; i++) {
    await scene.snap()
    heads.push(await scene.head())
  }
})

function follow(ours: Uint8Array | undefined, before: Uint8Array | undefined): Promise<boolean> {
  const blocks = [...scene.store.blocks].map(([cid, bytes]) => [blockName(cid), bytes] as const)
  const source = memoryTransport(new Map([...blocks, [headName, ours ?? new Uint8Array()]]))
  const { signal } = new AbortController()
  return follows(source, before ?? new Uint8Array(), { anchor: new Uint8Array(), now, signal })
}

const dated = (expires: string) => scene.head(undefined, [scene.who.tim], { expires })

describe('a head that takes the place of another', () => {
  test('goes on from it', async () => {
    expect(await follow(heads[3], heads[1])).toBe(true)
    expect(await follow(heads[1], heads[1])).toBe(true)
  })

  test('is none that it goes on from', async () => {
    expect(await follow(heads[1], heads[3])).toBe(false)
  })

  test('does not end sooner where both lead to one snapshot', async () => {
    const [soon, late] = [await dated('2027-02-01T00:00:00Z'), await dated('2027-06-01T00:00:00Z')]
    expect(await follow(late, soon)).toBe(true)
    expect(await follow(soon, late)).toBe(false)
  })

  test('is not over where the other is not', async () => {
    const over = await dated('2020-01-01T00:00:00Z')
    expect(await follow(over, heads[1])).toBe(false)
    expect(
      await follow(
        over,
        await scene.head(scene.at(scene.snapshot, 1), [scene.who.tim], { expires: '2019-01-01T00:00:00Z' }),
      ),
    ).toBe(true)
  })

  test('says nothing of what is no head', async () => {
    expect(await follow(heads[1], new Uint8Array([1, 2, 3]))).toBe(false)
  })
})
