// What most verbs begin with: the head of SOURCE as it lies there, and its blocks.
import { AppError } from '../../../core/error.ts'
import type { BlockSource } from '../../../core/systems/merkle/blocks.ts'
import { codecs, linkOf } from '../../../core/systems/merkle/cid.ts'
import { headName, maxBytes } from '../../../core/systems/merkle/files.ts'
import { blocksIn } from '../../../core/systems/merkle/repository.ts'
import { type Call, type Opened, openBlocks } from './call.ts'

export interface Headed extends Opened {
  head: Uint8Array
  headCid: string
  blocks: BlockSource
}

/** Nothing is judged yet. */
export async function openHead(call: Call): Promise<Headed> {
  const opened = await openBlocks(call)
  const { source, context } = opened
  const head = await source.transport.read(headName, maxBytes.head, context.signal)
  if (head !== undefined)
    return { ...opened, head, headCid: linkOf(head, codecs.dagJson).cid, blocks: blocksIn(source.transport, context) }
  throw new AppError({
    code: 'source/not-found',
    message: `there is no ${headName} in ${source.pinned.name}: nothing was published there yet`,
    hint: 'see what waits for signatures: countersign pending SOURCE',
  })
}
