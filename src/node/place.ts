// From where a repository is to how it is read there: the transport that goes there, and the layout that it keeps.

import { AppError } from '../core/error.ts'
import type { TrustSystem } from '../core/system.ts'
import type { Layout } from '../core/systems/tuf/layout.ts'
import { carriedLayout } from '../core/systems/tuf/layouts/carried.ts'
import { loneLayout } from '../core/systems/tuf/layouts/lone.ts'
import { plainLayout, repositoryRooms } from '../core/systems/tuf/layouts/plain.ts'
import { rstufLayout } from '../core/systems/tuf/layouts/rstuf.ts'
import { tufOnCiLayout } from '../core/systems/tuf/layouts/tuf-on-ci.ts'
import { type RstufForm, rstufFormOf } from '../core/systems/tuf/rstuf/documents.ts'
import { tufSystem } from '../core/systems/tuf/system.ts'
import type { Agreed } from '../core/systems/warg/waiting/pending.ts'
import type { Files, Transport } from '../core/transport.ts'
import type { Backend, Unseen } from './asfaload/backend-place.ts'
import { carriedFolder, isCarriedLocation } from './carried/address.ts'
import type { Edits } from './edits.ts'
import { type FileSystem, fileSystem } from './file-system.ts'
import { openGit } from './git-place.ts'
import { keepPlace, knownPlace } from './known-places.ts'
import { isWebLocation, openLocation, parseLocation } from './location.ts'
import { recogniseClone } from './sign-settings.ts'
import { directoryTransport } from './transports/directory.ts'
import { gitLocation, isGitLocation, repositoryLocation } from './transports/git/address.ts'
import { httpTransport } from './transports/http.ts'
import { loneFile } from './transports/lone-file.ts'
import { isRstufLocation, parseRstufAddress } from './transports/rstuf/address.ts'
import { rstufTransport } from './transports/rstuf.ts'
import { rstufFile } from './transports/rstuf-file.ts'
import { type Nature, natureOf, type Served, servedTransport } from './transports/served.ts'
import { uploadNames } from './upload-names.ts'
import { httpCaller } from './web/call.ts'
import { parseBaseUrl } from './web/client.ts'
import type { Access } from './web/send.ts'

/** What is known of a place, whichever trust system rules there. */
interface AnyPlace {
  transport: Transport
  /** Over what lies there. */
  system: TrustSystem
  /** It came over an air gap: reviewed and signed here, and the signatures go back. */
  carried?: true
  /** Present where changes take effect by other means: what happens, or a person does, when enough keys have signed. */
  elsewhere?: { how: string }
  /** What a person is told to do instead of what TUF's repositories alone know, where there is something. */
  changedBy?: string
}

export interface TufPlace extends AnyPlace {
  /** Where its files lie. */
  layout: Layout
  /** A repository that publishes by itself, and asks for a signature with every change. */
  served?: Served
  /** Why it is not known whether it is one; then the next look may find that out. */
  unknown?: AppError
  backend?: undefined
  unseen?: undefined
  registry?: undefined
  edits?: undefined
}

/** Of any other trust system: what is of one of them alone is its own affair, and this much of it is asked for above. */
export interface OtherPlace extends AnyPlace {
  /** A server that takes signatures, and lists what waits to those whom it waits for. */
  backend?: Backend
  /** What is not seen there without a key. */
  unseen?: Unseen
  /** A registry of logs, what this machine keeps of it, and where files lie that a registry asks for later. */
  registry?: {
    kept: Transport
    contentFolder: string
    agreed: Agreed
    /** Present where it is pinned: what was verified is held against the next look. */
    remember?(memory: Files): Promise<void>
  }
  /** Present where its changes are made of the edits of TUF. */
  edits?: Edits
  layout?: undefined
  served?: undefined
  unknown?: undefined
}

export type Place = TufPlace | OtherPlace

export function tufPlace(transport: Transport, layout: Layout): TufPlace {
  const { carried, elsewhere } = layout
  return {
    ...{ transport, layout, system: tufSystem(layout) },
    ...(carried === undefined ? {} : { carried }),
    ...(elsewhere === undefined ? {} : { elsewhere }),
  }
}

export interface PlaceOptions {
  /** How folders are read: a window must stay awake, a command may wait for its disk, which is faster. */
  fs?: FileSystem
  /** How an address on the web is reached. */
  access?: Access
  /** Where copies of git repositories are kept. */
  dataDir: string
  /** What stays on this machine of a pinned source, and goes with it. */
  kept?: Transport
  /** Of whoever waits for it. */
  signal?: AbortSignal
}

/** Of a TUF repository: the location tells the way, what lies there the layout; a web address is asked what it is. */
export async function openPlace(location: string, { dataDir, ...options }: PlaceOptions): Promise<TufPlace> {
  const parsed = parseLocation(location)
  const { fs = fileSystem, access = {}, signal = new AbortController().signal } = options
  if (isCarriedLocation(parsed)) return openCarried(carriedFolder(dataDir, parsed), fs)
  if (isGitLocation(parsed)) return tufPlace(openGit(parsed, dataDir), tufOnCiLayout)
  if (isRstufLocation(parsed)) return openService(parsed, access)
  if (!isWebLocation(parsed) && (await isFile(parsed, fs))) return openFile(parsed, fs)
  const transport = openLocation(parsed, { rooms: repositoryRooms, fs, access })
  const place = tufPlace(transport, plainLayout)
  if (!isWebLocation(parsed)) return place
  const base = parseBaseUrl(parsed)
  const nature = await askedNature(base, access, signal)
  if (nature.kind === 'unknown') {
    const { error } = nature
    return { ...place, transport: unlisted(transport, error, access), unknown: error }
  }
  if (nature.kind === 'plain') return place
  const served = servedTransport(base, transport, uploadNames(dataDir), access)
  return { ...place, transport: served, served }
}

/** A window opens the same place for everything it shows: what it is, is asked once, and again when it may have begun. */
async function askedNature(base: URL, access: Access, signal: AbortSignal): Promise<Nature> {
  const known = knownPlace(base, access)
  if (known !== undefined) return { kind: known ? 'served' : 'plain' }
  const nature = await natureOf(base, signal, access)
  // A server that was not reached, or that let nobody in, said nothing: the next question may be answered.
  if (nature.kind !== 'unknown') keepPlace(base, access, nature.kind === 'served')
  return nature
}

/** What waits there is not known, and why: it is read as any web server for whatever else can be said. */
function unlisted(transport: Transport, error: AppError, { bearer }: Access): Transport {
  // A store of objects answers 403 for whatever is absent: to who brings no token it says no more than that.
  if (error.data?.status === 403 && bearer === undefined) return transport
  return {
    read: (name, maxBytes, signal) => transport.read(name, maxBytes, signal),
    write: (files, base, note, signal) => transport.write(files, base, note, signal),
    list: () => Promise.reject(error),
  }
}

function openCarried(folder: string, fs: FileSystem): TufPlace {
  return tufPlace(directoryTransport(folder, { create: true, private: true, fs }), carriedLayout)
}

function openService(location: string, access: Access): TufPlace {
  const { service, metadata } = parseRstufAddress(location)
  const reader =
    metadata === undefined ? undefined : httpTransport(metadata, { access: forClients(access, service, metadata) })
  return tufPlace(
    rstufTransport(httpCaller(service, { access }), reader === undefined ? {} : { metadata: reader }),
    rstufLayout('service', { metadata: reader !== undefined }),
  )
}

/** The token is for the service alone, unless clients read from the same server. */
function forClients({ ca, bearer }: Access, service: string, metadata: string): Access {
  const isSame = new URL(service).origin === new URL(metadata).origin
  return { ...(ca === undefined ? {} : { ca }), ...(isSame && bearer !== undefined ? { bearer } : {}) }
}

async function openFile(location: string, fs: FileSystem): Promise<TufPlace> {
  const form = await formOf(location, fs)
  if (form === undefined) {
    const { name, transport } = loneFile(location, { fs })
    return tufPlace(transport, loneLayout(name))
  }
  if (form === 'signature') {
    throw new AppError({
      code: 'format/unsupported',
      message: `${location} holds a single signature, and not what it signs`,
      hint: 'send it: countersign rstuf send FILE --to SERVICE; to review, open the answer of the service itself',
    })
  }
  if (form === 'refusal') {
    throw new AppError({
      code: 'format/unsupported',
      message: `${location} holds what the service refused, and not what waits there`,
      hint: 'fetch the answer again, with the token that the service asks for',
    })
  }
  return tufPlace(rstufFile(location, form, { fs }), rstufLayout(form))
}

/** What is no JSON, or cannot be read, is for the transport of single files to say. */
async function formOf(location: string, fs: FileSystem): Promise<RstufForm | undefined> {
  const bytes = await loneFile(location, { fs }).content()
  try {
    return bytes === undefined ? undefined : rstufFormOf(bytes)
  } catch (thrown) {
    if (thrown instanceof AppError) return undefined
    throw thrown
  }
}

/** What cannot be looked at is no file here: the transport of the folder says what is wrong with it. */
async function isFile(location: string, fs: FileSystem): Promise<boolean> {
  try {
    return (await fs.stat(location)).isFile()
  } catch {
    return false
  }
}

/** What is pinned: a repository as a whole, whichever of its signing events a person named. A clone is known by what is in it. */
export async function repositoryOf(text: string): Promise<{ location: string; clone?: string }> {
  const location = parseLocation(text)
  if (isGitLocation(location)) return { location: repositoryLocation(location) }
  if (isWebLocation(location) || isCarriedLocation(location)) return { location }
  const found = await recogniseClone(location)
  return found === undefined ? { location } : { ...found, location: gitLocation(found.address) }
}
