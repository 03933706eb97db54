// What is due without any change: a later head always, a later snapshot when the one in force nears its end. Nothing else changes.
import type { Signer } from '../../../signer.ts'
import type { Context } from '../../../system.ts'
import type { Files, Transport } from '../../../transport.ts'
import type { Document, Snapshot } from '../document.ts'
import { blockName, headName } from '../files.ts'
import { existing } from '../repository.ts'
import { daysOf, type Machine, type MerkleOptions, nextSnapshot, nextTimestamp } from './online.ts'
import { verifyPublished } from './publish.ts'

export async function renewedFiles(
  online: readonly Signer[],
  source: Transport,
  context: Context,
  options: MerkleOptions = {},
): Promise<Files> {
  const { blocks, valid, state } = await existing(source, context)
  const { root, targets, snapshot } = valid
  const delegated = new Map([...valid.delegated].map(([name, { document }]) => [name, document]))
  const machine: Machine = { online, context, options }
  const files = new Map<string, Uint8Array>()
  let { link } = snapshot
  if (isDue(snapshot, machine)) {
    const next = await nextSnapshot({ root, targets, delegated }, snapshot, blocks, machine)
    files.set(blockName(next.link.cid), next.bytes)
    link = next.link
  }
  files.set(headName, (await nextTimestamp(link, root, machine)).bytes)
  await verifyPublished(files, state, source, context)
  return files
}

/** In the last third of its time; and never so late that the next head would outlive it. */
function isDue({ signed: { expires } }: Document<Snapshot>, { context, options }: Machine): boolean {
  const days = Math.max(daysOf('snapshot', options) / 3, daysOf('timestamp', options))
  return expires.getTime() - context.now.getTime() <= days * 86_400_000
}
