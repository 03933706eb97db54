// A registry, opened: its address, where records are sent to, or a folder of its logs, which is carried and only read; with what this
// machine keeps of it.

import { AppError } from '../../core/error.ts'
import type { WargOptions } from '../../core/systems/warg/system.ts'
import { wargSystem } from '../../core/systems/warg/system.ts'
import { memoryTransport, within } from '../../core/transport.ts'
import { isFolderLocation } from '../location.ts'
import type { OtherPlace, PlaceOptions } from '../place.ts'
import { directoryTransport } from '../transports/directory.ts'
import { isWargLocation, parseWargAddress } from '../transports/warg/address.ts'
import { wargTransport } from '../transports/warg.ts'
import { agreedHere } from './agreed.ts'
import { contentFolder, keptContent } from './content.ts'
import { readKept } from './kept.ts'
import { nativeMachine } from './native-machine.ts'

export async function openWarg(
  location: string,
  { fs, access = {}, kept = memoryTransport(), dataDir, signal = new AbortController().signal }: PlaceOptions,
): Promise<OtherPlace> {
  const { packages, maxAgeSeconds } = await readKept(kept, signal)
  const agreed = agreedHere(dataDir, kept)
  const options: WargOptions = { agreed, maxAgeSeconds, machine: nativeMachine }
  const registry = { kept, contentFolder: contentFolder(dataDir), agreed }
  const system = wargSystem(options)
  if (isWargLocation(location)) {
    const drafts = within(kept, 'drafts/')
    const content = (digest: string) => keptContent(registry.contentFolder, digest)
    const transport = wargTransport(parseWargAddress(location), { access, packages, drafts, content })
    return { transport, system, registry }
  }
  if (!isFolderLocation(location)) throw elsewhere(location)
  return {
    transport: directoryTransport(location, fs === undefined ? {} : { fs }),
    system,
    registry,
    elsewhere: {
      how: 'save the record (countersign warg save SOURCE PACKAGE FILE), and send it where the registry is reached (countersign warg send SOURCE FILE)',
    },
  }
}

function elsewhere(location: string): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: `${location} is no address of a Warg registry, and no folder`,
    hint: 'write warg+https://HOST/, or the folder that holds its checkpoint and logs',
  })
}
