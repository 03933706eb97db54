// What neither a web server nor a backend says to everybody: which releases it has. One is found by its name, the same in the window and in the terminal.
import { AppError } from '../../core/error.ts'
import type { Context, TrustSystem } from '../../core/system.ts'
import { maxBytes, releaseFiles } from '../../core/systems/asfaload/names.ts'
import type { Transport } from '../../core/transport.ts'
import { isWebLocation } from '../location.ts'
import type { OpenSource } from '../open-source.ts'
import { visible } from '../safe-name.ts'
import type { Authorizer } from '../transports/asfaload/authorization.ts'
import { notBackend } from './asking.ts'
import { pathsOf } from './backend-place.ts'
import { forgeAt } from './public-address.ts'
import type { AsfaloadProject } from './verify.ts'
import { mirrorWith } from './web-mirror.ts'

export type Source = Pick<OpenSource, 'transport' | 'backend'> & { pinned: Pick<OpenSource['pinned'], 'location'> }

export function isListed({ pinned }: Pick<Source, 'pinned'>): boolean {
  return !isWebLocation(pinned.location)
}

/** With the release that a person named, of which this is the file that is signed: it is there. */
export async function withRelease(
  source: Source,
  release: string,
  signal: AbortSignal,
): Promise<{ transport: Transport; path: string }> {
  const { transport, backend } = source
  const { path } = await releaseThere(source, release, signal)
  if (isListed(source)) return { transport, path }
  if (backend === undefined) return { transport: mirrorWith(transport, path), path }
  return { transport: backend.asked({ releases: [path] }).transport, path }
}

/** SOURCE at a backend, with what else a person knows of it, which is kept, and so is what the key is told; whoever has a key that asks is told before what that costs. */
export async function askedSource(
  source: OpenSource,
  { releases, by }: { releases: readonly string[]; by?: Authorizer | undefined },
  signal: AbortSignal,
): Promise<OpenSource> {
  if (source.backend === undefined) throw notBackend(source.pinned)
  const { unseen: _, backend, ...rest } = source
  const paths: string[] = []
  for (const release of releases) paths.push((await releaseThere(source, release, signal)).path)
  await backend.keep(paths, signal)
  const place = backend.asked(by === undefined ? { releases: paths } : { releases: paths, by })
  const pending: TrustSystem['pending'] = async (transport, context) => {
    const found = await place.system.pending(transport, context)
    await backend.keep(pathsOf(found.proposals), context.signal)
    return found
  }
  return { ...rest, ...place, system: { ...place.system, pending } }
}

/** A project, and with it the release that a file must be from. */
export async function projectAt(
  source: Source,
  release: string | undefined,
  context: Context,
): Promise<AsfaloadProject> {
  const whole = { folder: '', forge: forgeAt(source.pinned.location), context }
  if (release !== undefined) {
    const { transport, path } = await withRelease(source, release, context.signal)
    return { ...whole, transport, only: path }
  }
  if (isListed(source)) return { ...whole, transport: source.transport }
  throw releaseMissing(source)
}

/** Read, and not looked for among names: v1.0 is not there because v1.0.1 is. */
export async function releaseThere(
  { transport, pinned }: Source,
  release: string,
  signal: AbortSignal,
): Promise<{ path: string; bytes: Uint8Array }> {
  const names = isListed({ pinned }) ? await transport.list(release.replace(/\/$/, ''), signal) : undefined
  // In a folder nothing lies below a file, and asking for it is an error.
  for (const path of releaseFiles(release).filter((name) => names?.includes(name) ?? true)) {
    const bytes = await transport.read(path, maxBytes.index, signal)
    if (bytes !== undefined) return { path, bytes }
  }
  throw new AppError({
    code: 'source/not-found',
    message: `there is no release ${visible(release)} at ${pinned.location}`,
    hint: 'name the folder of the release below the project, such as releases/download/v1.0, or one signed file',
  })
}

function releaseMissing({ pinned: { location }, backend }: Source): AppError {
  const what = backend === undefined ? 'a web server, which cannot be listed' : 'at a backend, which lists no releases'
  return new AppError({
    code: 'usage/invalid',
    message: `${location} is ${what}: it must be told which release the file is from`,
    hint: 'name its folder: --release releases/download/v1.0; or open a clone of the mirror',
  })
}
