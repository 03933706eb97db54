// A client that stopped somewhere, as a person names it: at the pinned root, at a snapshot by its number, at a block by its CID.
import { AppError } from '../../core/error.ts'
import { type ClientState, parseHead } from '../../core/systems/merkle/accept.ts'
import { type BlockSource, Reading, readBlock } from '../../core/systems/merkle/blocks.ts'
import type { Document, Snapshot } from '../../core/systems/merkle/document.ts'
import { parseAny } from '../../core/systems/merkle/graph/version.ts'
import { parseAnchor } from '../../core/systems/merkle/repository.ts'
import { longestLink } from '../../core/systems/merkle/skip.ts'
import { typedLink } from './typed-link.ts'

interface Where {
  head: Uint8Array
  blocks: BlockSource
  anchor: Uint8Array
}

/** What such a client remembers of roles that were gone before, nobody here knows: it is taken to remember none. */
export async function clientAt(text: string, { head, blocks, anchor }: Where): Promise<ClientState> {
  const gone = new Map()
  if (text === 'pinned') return { root: parseAnchor(anchor).link, gone }
  if (/^\d{1,15}$/.test(text)) {
    const { link, signed } = await snapshotOf(Number(text), head, blocks)
    return { root: signed.root, snapshot: link, gone }
  }
  const link = typedLink(
    text,
    'where the client stopped',
    'write pinned, the number of a snapshot, or a CID that begins with b: countersign merkle graph SOURCE shows them',
  )
  const { signed } = parseAny(link.cid, await readBlock(blocks, link))
  if (signed.type === 'root') return { root: link, gone }
  if (signed.type === 'snapshot') return { root: signed.root, snapshot: link, gone }
  throw new AppError({
    code: 'usage/invalid',
    message: `${link.cid} is a block of ${signed.type}, and clients stop at a root or a snapshot`,
    hint: 'give the CID or the number of a snapshot, the CID of a root, or: pinned',
  })
}

/** Down from the head by the longest links; what the client says to it is asked afterwards. */
async function snapshotOf(version: number, head: Uint8Array, source: BlockSource): Promise<Document<Snapshot>> {
  const reading = new Reading(source)
  let at = await reading.passing(parseHead(head).signed.snapshot, 'snapshot', 'snapshot')
  const newest = at.signed.height + 1
  while (at.signed.height > version - 1 && version > 0) {
    const k = longestLink(at.signed.height, version - 1)
    const link = k === 0 ? at.signed.previous : at.signed.skip[k - 1]
    const below = link === undefined ? undefined : await reading.passing(link, 'snapshot', 'snapshot')
    if (below === undefined || below.signed.height >= at.signed.height) break
    at = below
  }
  if (at.signed.height === version - 1) return at
  throw new AppError({
    code: 'usage/invalid',
    message: `there is no snapshot ${version} here: they go from 1 to ${newest}`,
    hint: 'see which there are: countersign merkle graph SOURCE',
  })
}
