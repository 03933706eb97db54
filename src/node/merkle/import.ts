// A plain TUF repository into a new folder of blocks: its documents as first candidates. Files of targets stay where they are, for a
// link is made of the sha256 that stands in the metadata.
import type { Context } from '../../core/system.ts'
import { type Correspondence, fromTuf } from '../../core/systems/merkle/bridge/from-tuf.ts'
import type { Desk } from '../desk.ts'
import { emptyPlace } from '../founding.ts'
import type { TufSource } from '../open-source.ts'
import { documentsAt } from './documents.ts'
import { type Founded, settleBlocks } from './founding.ts'

export interface Imported extends Founded {
  correspondence: Correspondence
}

/** `expires`: of all documents, where they are to last longer than they do. */
export async function importTuf(
  desk: Desk,
  source: TufSource,
  folder: string,
  { expires }: { expires?: Date },
  context: Context,
): Promise<Imported> {
  const place = await emptyPlace(desk, folder, context.signal)
  const { documents } = await documentsAt(source, context)
  const { files, correspondence } = fromTuf(documents, expires === undefined ? {} : { expires })
  return { ...(await settleBlocks(desk, place, files, context.signal)), correspondence }
}
