// How a repository of blocks is changed and looked into by the same forms and commands as one of plain TUF.

import { blocksEffects, blocksText, blocksWhole, draftedBlocks } from '../../core/systems/merkle/changes/drafted.ts'
import { digestLink } from '../../core/systems/merkle/cid.ts'
import { blockName } from '../../core/systems/merkle/files.ts'
import { plainTree } from '../../core/systems/merkle/plain-tree.ts'
import { existing, memoryOf } from '../../core/systems/merkle/repository.ts'
import type { Edits } from '../edits.ts'

export const blockEdits: Edits = {
  draft: draftedBlocks,
  effects: blocksEffects,
  text: blocksText,
  whole: blocksWhole,
  open: async (source, context) => {
    const options = { now: context.now, signal: context.signal, expired: 'report' as const }
    return { ...plainTree(await existing(source, context), context, options), published: source }
  },
  accept: async (source, context) => {
    const repository = await existing(source, context, 'refuse')
    const options = { now: context.now, signal: context.signal, expired: 'refuse' as const }
    const { blocks, valid, state } = repository
    const successor = (await blocks.read(valid.root.cid)) ?? context.anchor
    const walk = { ...plainTree(repository, context, options), published: source }
    return { walk, trusted: { successor, memory: memoryOf(state) } }
  },
  contentName: (sha256) => blockName(digestLink(sha256).cid),
}
