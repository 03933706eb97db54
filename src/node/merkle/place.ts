// A repository of blocks, opened: a folder, which is kept here; a gateway, whose changes are kept on this machine until they are
// carried to where it is published; an archive, which is only read. All have the same names (files.ts).
import { AppError } from '../../core/error.ts'
import { merkleSystem } from '../../core/systems/merkle/system.ts'
import { memoryTransport, within } from '../../core/transport.ts'
import { isFolderLocation } from '../location.ts'
import type { OtherPlace, PlaceOptions } from '../place.ts'
import { directoryTransport } from '../transports/directory.ts'
import { isMerkleLocation, parseMerkleAddress } from '../transports/merkle/address.ts'
import { archiveTransport } from '../transports/merkle/archive.ts'
import { draftsBeside } from '../transports/merkle/drafts.ts'
import { gatewayTransport } from '../transports/merkle/gateway.ts'

export function isArchive(location: string): boolean {
  return isFolderLocation(location) && /\.car$/i.test(location)
}

export async function openMerkle(
  location: string,
  { fs, access = {}, kept = memoryTransport() }: PlaceOptions,
): Promise<OtherPlace> {
  const system = merkleSystem()
  if (isMerkleLocation(location)) {
    const gateway = gatewayTransport(parseMerkleAddress(location), { access })
    return { transport: draftsBeside(gateway, within(kept, 'drafts/'), location), system, elsewhere: atGateway }
  }
  if (isArchive(location)) return { transport: archiveTransport(location), system, elsewhere: inArchive }
  if (!isFolderLocation(location)) throw elsewhere(location)
  return { transport: directoryTransport(location, fs === undefined ? {} : { fs }), system }
}

const atGateway = {
  how: 'what is signed here stays on this machine: carry it to the folder of the repository (countersign export SOURCE ID --to FILE), publish there, then: countersign merkle upload SOURCE URL',
}

const inArchive = {
  how: 'load it into the folder of the repository (countersign merkle load FILE DIR), and publish there',
}

function elsewhere(location: string): AppError {
  return new AppError({
    code: 'format/unsupported',
    message: `${location} is no folder, gateway or archive, and content-addressed blocks are read from those`,
    hint: 'name the folder, an address merkle+https://HOST/PATH/, or a file that ends in .car',
  })
}
