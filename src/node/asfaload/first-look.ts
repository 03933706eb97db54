// A first look at a project of an asfaload mirror that nobody here trusts yet: whether it is one, and the signers file to pin.
import { dirname } from 'node:path'
import { AppError } from '../../core/error.ts'
import type { Anchor, Context } from '../../core/system.ts'
import { asfaloadForm } from '../../core/systems/asfaload/carried-form.ts'
import { verifyChain } from '../../core/systems/asfaload/chain.ts'
import { initialQuorums } from '../../core/systems/asfaload/conditions.ts'
import { oldestSigners } from '../../core/systems/asfaload/first.ts'
import { noMarks } from '../../core/systems/asfaload/marks.ts'
import { maxBytes, projectFolders, projectMarks } from '../../core/systems/asfaload/names.ts'
import { openProject } from '../../core/systems/asfaload/project.ts'
import { parseSignersFile } from '../../core/systems/asfaload/signers-file.ts'
import { digestOf } from '../../core/systems/asfaload/way.ts'
import { type FileSystem, fileSystem } from '../file-system.ts'
import { isFolderLocation } from '../location.ts'
import type { PlaceOptions } from '../place.ts'
import { isAsfaloadLocation } from '../transports/asfaload/address.ts'
import { directoryTransport } from '../transports/directory.ts'
import { httpTransport } from '../transports/http.ts'
import { openAsfaload } from './place.ts'
import { forgeAt, knownHosts } from './public-address.ts'

/** Where mirrors keep their projects, by the host that these are from. */
const hostFolders = [...knownHosts, 'https', 'http'] as const
const mirrorPart = /\/(?:(?:github|gitlab)\.com(?:\/[^/]+)?|https?(?:\/[^/]+){0,3})\/?$/
const maxParents = 12

/** One that follows the anchor: who has its digest was told the right project, and not where pinning begins. */
export interface LaterAnchor {
  title: string
  digest: string
}

/** A project, a mirror of several, or a folder in one. */
export async function isAsfaload(
  location: string,
  { fs = fileSystem, access, signal }: PlaceOptions,
): Promise<boolean> {
  // Its address says so: it is no place where anything else could be.
  if (isAsfaloadLocation(location)) return true
  if (/^https?:/.test(location)) return isOnTheWeb(location, access, signal)
  if (!isFolderLocation(location)) return false
  if (await hasAny(location, projectMarks, fs)) return true
  if (await hasAny(location, ['metadata'], fs)) return false
  if ((await projectAbove(location, fs)) !== undefined) return true
  return (await projectsBelow(location, fs, signal)).length > 0
}

async function isOnTheWeb(location: string, access: PlaceOptions['access'], signal: AbortSignal | undefined) {
  try {
    const server = httpTransport(location, access === undefined ? {} : { access })
    const alive = signal ?? new AbortController().signal
    for (const name of projectMarks) if ((await server.read(name, maxBytes.signers, alive)) !== undefined) return true
  } catch (thrown) {
    if (!(thrown instanceof AppError) || thrown.code === 'user/cancelled') throw thrown
  }
  return false
}

/** What cannot be looked at is nothing that is known here. */
async function hasAny(folder: string, names: readonly string[], fs: FileSystem): Promise<boolean> {
  for (const name of names) {
    const found = await fs.lstatIfPresent(`${folder}/${name}`).catch(() => undefined)
    if (found !== undefined) return true
  }
  return false
}

/** Its folder. */
export async function projectAbove(location: string, fs: FileSystem): Promise<string | undefined> {
  let folder = location
  for (let up = 0; up < maxParents; up++) {
    const parent = dirname(folder)
    if (parent === folder) return undefined
    if (await hasAny(parent, projectMarks, fs)) return parent
    folder = parent
  }
  return undefined
}

async function projectsBelow(location: string, fs: FileSystem, signal: AbortSignal | undefined): Promise<string[]> {
  const alive = signal ?? new AbortController().signal
  const names: string[] = []
  // Of a host or an owner, the projects lie right below.
  const isInMirror = mirrorPart.test(location.replaceAll('\\', '/'))
  if (isInMirror)
    names.push(
      ...(await directoryTransport(location, { fs })
        .list('', alive)
        .catch(() => [])),
    )
  for (const host of hostFolders) {
    if (!(await hasAny(location, [host], fs))) continue
    names.push(
      ...(await directoryTransport(location, { fs })
        .list(`${host}/`, alive)
        .catch(() => [])),
    )
  }
  return projectFolders(names).map((folder) => folder.replace(/\/$/, ''))
}

/** The oldest signers file, as received, once all that came after it was verified from it. */
export async function lookAtSigners(
  location: string,
  now: Date,
  signal: AbortSignal,
  options: PlaceOptions,
): Promise<{ anchor: Anchor; later?: readonly LaterAnchor[] }> {
  const { fs = fileSystem } = options
  if (isFolderLocation(location) && !(await hasAny(location, projectMarks, fs)))
    throw await notTheProject(location, fs, signal)
  const { transport } = await openAsfaload(location, options)
  const context: Context = { anchor: new Uint8Array(), now, signal }
  const project = await openProject('', transport, context, forgeAt(location))
  const oldest = await oldestSigners(project)
  if (oldest === undefined) throw nothingThere(location)
  const { bytes, name, version, waits } = oldest
  const anchor = await asfaloadForm.readAnchor(bytes, name)
  if (waits) {
    const quorums = initialQuorums(parseSignersFile(bytes, name), noMarks)
    return { anchor: { ...anchor, title: 'First signers', quorums } }
  }
  const { files } = await verifyChain(project, { ...context, anchor: bytes })
  const later = files.slice(1).map((file, at) => ({
    title: `Signers ${version + at + 1}${at === files.length - 2 ? ', which are in force' : ''}`,
    digest: digestOf(file.bytes),
  }))
  return { anchor: { ...anchor, title: `Signers ${version}`, version }, later }
}

async function notTheProject(location: string, fs: FileSystem, signal: AbortSignal): Promise<AppError> {
  const above = await projectAbove(location, fs)
  if (above !== undefined) {
    return new AppError({
      code: 'usage/invalid',
      message: `${location} is a folder in a project, and not the project`,
      hint: `name the project’s own folder: ${above}`,
    })
  }
  const [first = 'github.com/USER/REPOSITORY', ...others] = await projectsBelow(location, fs, signal)
  const count = others.length === 0 ? 'one project' : `${others.length + 1} projects`
  return new AppError({
    code: 'usage/invalid',
    message: `${location} holds ${count}: a project is pinned, and not the mirror`,
    hint: `name the folder of ${others.length === 0 ? 'the project' : 'one of them'}: ${location}/${first}`,
  })
}

function nothingThere(location: string): AppError {
  return new AppError({
    code: 'source/not-found',
    message: `${location} has no signers file`,
    hint: isAsfaloadLocation(location)
      ? 'check the address; a new project is told to the backend first: countersign register SOURCE project URL --as KEY'
      : 'name the folder that holds asfaload.signers or asfaload.signers.json',
  })
}
