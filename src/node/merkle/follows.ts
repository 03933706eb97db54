// Whether a client that holds one head would take that of a repository, and be no worse off: asked before a head is replaced.
import { isVerdict } from '../../core/error.ts'
import type { Context } from '../../core/system.ts'
import { judgeHead, parseHead } from '../../core/systems/merkle/accept.ts'
import { Reading } from '../../core/systems/merkle/blocks.ts'
import { headName, maxBytes } from '../../core/systems/merkle/files.ts'
import { blocksIn } from '../../core/systems/merkle/repository.ts'
import type { Transport } from '../../core/transport.ts'

function isOver({ expires }: { expires: Date }, { now }: Context): boolean {
  return expires.getTime() <= now.getTime()
}

/** Blocks that lead to it must be here: whoever published after us has some that we have not. */
export async function follows(source: Transport, before: Uint8Array, context: Context): Promise<boolean> {
  const ours = await source.read(headName, maxBytes.head, context.signal)
  if (ours === undefined) return false
  const blocks = blocksIn(source, context)
  try {
    const [next, held] = [parseHead(ours).signed, parseHead(before).signed]
    const { snapshot } = held
    // An older head is no rollback where both lead to one snapshot, and yet one that every client refuses sooner.
    const isSame = next.snapshot.cid === snapshot.cid
    if (isSame ? next.expires < held.expires : isOver(next, context) && !isOver(held, context)) return false
    const { signed } = await new Reading(blocks).passing(snapshot, 'snapshot', 'snapshot')
    const state = { root: signed.root, snapshot, gone: new Map() }
    return (await judgeHead(ours, state, { source: blocks, now: context.now, expired: 'overlook' })).accepted
  } catch (thrown) {
    if (isVerdict(thrown)) return false
    throw thrown
  }
}
