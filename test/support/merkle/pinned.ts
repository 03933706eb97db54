// Repositories of blocks for commands: written into a folder or shown by a server, and pinned by the digest of their first root.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pinCommand } from '../../../src/cli/commands/pin.ts'
import { merkleForm } from '../../../src/core/systems/merkle/carried-form.ts'
import { blockName, headName } from '../../../src/core/systems/merkle/files.ts'
import type { Scene } from '../../core/systems/merkle/scene.ts'
import type { calls } from '../calls.ts'
import type { BlockServer } from './gateway.ts'

export async function written(scene: Scene, folder: string): Promise<void> {
  const named = [...scene.store.blocks].map(([cid, block]): [string, Uint8Array] => [blockName(cid), block])
  for (const [name, bytes] of [...named, [headName, await scene.head()] as const]) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), bytes)
  }
}

/** At BlockServer.url/repo/. */
export async function shownAt(server: BlockServer, scene: Scene): Promise<string> {
  for (const [cid, block] of scene.store.blocks) server.blocks.set(cid, block)
  server.files.set(headName, await scene.head())
  return `merkle+${server.url}/repo/`
}

export async function digestOf(scene: Scene, height = 0): Promise<string> {
  const first = scene.store.blocks.get(scene.at(scene.root, height).toString()) ?? new Uint8Array()
  return (await merkleForm.readAnchor(first, 'root')).digest
}

export async function pinned(stage: ReturnType<typeof calls>, scene: Scene, place: string, name: string) {
  const digest = await digestOf(scene, scene.root.cids.length - 1)
  return stage.call(pinCommand, place, '--digest', digest, '--name', name)
}
