// A repository of blocks, opened: a folder. Addresses on the web and archives are other ways to the same names (files.ts), and
// come in here.
import { AppError } from '../../core/error.ts'
import { merkleSystem } from '../../core/systems/merkle/system.ts'
import { isFolderLocation } from '../location.ts'
import type { OtherPlace, PlaceOptions } from '../place.ts'
import { directoryTransport } from '../transports/directory.ts'
import { blockEdits } from './edits.ts'

export async function openMerkle(location: string, { fs }: PlaceOptions): Promise<OtherPlace> {
  if (!isFolderLocation(location)) throw elsewhere(location)
  return {
    transport: directoryTransport(location, fs === undefined ? {} : { fs }),
    system: merkleSystem(),
    edits: blockEdits,
  }
}

function elsewhere(location: string): AppError {
  return new AppError({
    code: 'format/unsupported',
    message: `${location} is no folder, and content-addressed blocks are read from folders`,
    hint: 'fetch the folder, and name it',
  })
}
