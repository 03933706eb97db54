// What neither a web server nor a backend says to everybody: which releases it has. One is found by its name, the same in the window and in the terminal.
import { AppError } from '../../core/error.ts'
import type { Context } from '../../core/system.ts'
import type { Transport } from '../../core/transport.ts'
import { isWebLocation } from '../location.ts'
import type { OpenSource } from '../open-source.ts'
import { forgeAt } from './public-address.ts'
import type { AsfaloadProject } from './verify.ts'
import { withRelease } from './web-mirror.ts'

type Source = Pick<OpenSource, 'pinned' | 'transport' | 'backend'>

export function isListed({ pinned }: Pick<OpenSource, 'pinned'>): boolean {
  return !isWebLocation(pinned.location)
}

/** With the release that a person named, where it would not be found otherwise. */
export async function knowing(source: Source, release: string | undefined, signal: AbortSignal): Promise<Transport> {
  const { pinned, transport, backend } = source
  if (release === undefined || isListed(source)) return transport
  const known =
    backend === undefined ? withRelease(transport, release) : backend.asked({ releases: [release] }).transport
  if ((await known.list(`${release.replace(/\/$/, '')}`, signal)).length > 0) return known
  throw new AppError({
    code: 'source/not-found',
    message: `there is no release ${release} at ${pinned.location}`,
    hint: 'name its folder below the project, such as releases/download/v1.0',
  })
}

/** A project, and with it the release that a file may be from. */
export async function projectAt(
  source: Source,
  release: string | undefined,
  context: Context,
): Promise<AsfaloadProject> {
  const { location } = source.pinned
  if (release === undefined && !isListed(source)) throw releaseMissing(source)
  const transport = await knowing(source, release, context.signal)
  return { folder: '', forge: forgeAt(location), transport, context }
}

function releaseMissing({ pinned: { location }, backend }: Source): AppError {
  const what = backend === undefined ? 'a web server, which cannot be listed' : 'at a backend, which lists no releases'
  return new AppError({
    code: 'usage/invalid',
    message: `${location} is ${what}: it must be told which release the file is from`,
    hint: 'name its folder: --release releases/download/v1.0; or open a clone of the mirror',
  })
}
