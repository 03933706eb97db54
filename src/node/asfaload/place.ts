// A project of an asfaload mirror, opened: its folder, in a clone of the mirror or alone, at a backend, or its address on
// a web server, which is only read.
import { AppError } from '../../core/error.ts'
import { asfaloadSystem } from '../../core/systems/asfaload/system.ts'
import { isWebLocation } from '../location.ts'
import type { OtherPlace, PlaceOptions } from '../place.ts'
import { isAsfaloadLocation } from '../transports/asfaload/address.ts'
import { directoryTransport } from '../transports/directory.ts'
import { isGitLocation } from '../transports/git/address.ts'
import { openBackend } from './backend-place.ts'
import { forgeAt } from './public-address.ts'
import { webMirror } from './web-mirror.ts'

/** The location is the root of the project, so its names begin there. */
export async function openAsfaload(
  location: string,
  { fs, access = {}, kept, signal = new AbortController().signal }: Omit<PlaceOptions, 'dataDir'>,
): Promise<OtherPlace> {
  if (isGitLocation(location)) throw inGit(location)
  if (isAsfaloadLocation(location)) return openBackend(location, { access, kept, signal })
  if (isWebLocation(location)) return webMirror(location, access)
  // A release lies wherever its project wants: there is no folder of the project that a change may not touch.
  const transport = directoryTransport(location, fs === undefined ? {} : { fs })
  return { transport, system: asfaloadSystem('', forgeAt(location)) }
}

function inGit(location: string): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: `${location} is a git repository, and a mirror is read in a clone of it`,
    hint: 'clone it, then name the folder of the project: CLONE/github.com/USER/REPOSITORY',
  })
}
