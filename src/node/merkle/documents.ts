// What is in force in a repository, of blocks or of plain TUF, verified as its clients do; of one of blocks in which nothing is in
// force yet, what waits there for its first signatures.

import { AppError } from '../../core/error.ts'
import type { Context } from '../../core/system.ts'
import {
  type Documents,
  documentsOfBlocks,
  documentsOfTuf,
  documentsWaiting,
} from '../../core/systems/merkle/bridge/documents.ts'
import { codecs, linkOf } from '../../core/systems/merkle/cid.ts'
import { parseDocument } from '../../core/systems/merkle/document.ts'
import { maxBytes, pendingName, pendingPrefix, subjectOfPending } from '../../core/systems/merkle/files.ts'
import { openRepository, parseAnchor } from '../../core/systems/merkle/repository.ts'
import { trusted } from '../../core/systems/tuf/trusted.ts'
import type { Transport } from '../../core/transport.ts'
import type { OpenSource } from '../open-source.ts'
import { isOfBlocks } from '../open-source.ts'

export interface Found {
  kind: 'tuf' | 'merkle'
  documents: Documents
  /** None of it is in force yet, and nobody needs to have signed it. */
  waiting: boolean
}

export type Described = Pick<OpenSource, 'system' | 'layout' | 'transport' | 'pinned'>

export async function documentsAt(source: Described, context: Context): Promise<Found> {
  const { layout, transport, pinned } = source
  if (layout !== undefined) {
    const documents = await documentsOfTuf(trusted(layout, transport, context))
    return { kind: 'tuf', documents, waiting: false }
  }
  if (!isOfBlocks(source)) {
    throw new AppError({
      code: 'usage/invalid',
      message: `${pinned.name} is neither a TUF repository nor one of content-addressed blocks`,
      hint: 'name one of these: countersign status shows what is pinned here',
    })
  }
  const open = await openRepository(transport, context)
  if (open !== undefined) return { kind: 'merkle', documents: documentsOfBlocks(open.valid), waiting: false }
  const candidates = await readCandidates(transport, context.signal)
  const documents = documentsWaiting(candidates)
  if (documents === undefined) {
    throw new AppError({
      code: 'source/not-found',
      message: `nothing is published in ${pinned.name}, and no first root and targets wait there`,
      hint: 'check the place; a repository begins with: countersign merkle init, or countersign merkle import',
    })
  }
  checkPinned(candidates, context.anchor)
  return { kind: 'merkle', documents, waiting: true }
}

async function readCandidates(transport: Transport, signal: AbortSignal): Promise<Map<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>()
  for (const name of await transport.list(pendingPrefix, signal)) {
    if (subjectOfPending(name) === undefined) continue
    const bytes = await transport.read(name, maxBytes.candidate, signal)
    if (bytes !== undefined) found.set(name, bytes)
  }
  return found
}

/** Nobody has to have signed what waits: it is known by its root, which is the one that a person pinned. */
function checkPinned(candidates: ReadonlyMap<string, Uint8Array>, anchor: Uint8Array): void {
  const bytes = candidates.get(pendingName('root'))
  if (
    bytes !== undefined &&
    parseDocument(linkOf(bytes, codecs.dagJson), bytes, 'root').pid === parseAnchor(anchor).pid
  )
    return
  throw new AppError({
    code: 'trust/changed',
    message: 'the first root that waits is not the one that is pinned',
    hint: 'ask who changed it; if it is meant to be another one, forget the repository and pin it again',
  })
}
