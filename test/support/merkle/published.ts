// A small repository of blocks with a history, as the names and bytes of its folder.
import { codecs, type Link, linkOf } from '../../../src/core/systems/merkle/cid.ts'
import { blockName, headName } from '../../../src/core/systems/merkle/files.ts'
import { people, Scene } from '../../core/systems/merkle/scene.ts'

export interface Published {
  head: Uint8Array
  root: Link
  /** All that the head leads to, and the head. */
  blocks: Map<string, Uint8Array>
  files: Map<string, Uint8Array>
}

export async function published(): Promise<Published> {
  const scene = await Scene.of(await people())
  await scene.addRoot({})
  for (let i = 0; i < 4; i++) await scene.snap({ targets: await scene.addTargets({ p: [[scene.who.pia]] }) })
  const head = await scene.head()
  const root = linkOf(head, codecs.dagJson)
  const blocks = new Map([...scene.store.blocks, [root.cid, head]])
  const named = [...blocks].map(([cid, block]): [string, Uint8Array] => [blockName(cid), block])
  return { head, root, blocks, files: new Map([...named, [headName, head]]) }
}
