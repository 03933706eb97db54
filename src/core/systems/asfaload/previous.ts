// The release that a new one is compared with: the nearest older one beside it that stands. An unsigned one says nothing.
import { compareVersions, plainVersion } from '../../version-order.ts'
import { isIndexPath, maxBytes, oldReleaseNames, signaturesOf } from './names.ts'
import { type Judging, standingOf } from './standing.ts'

export interface Previous {
  path: string
  bytes: Uint8Array
}

/** Those that do not stand are passed over, but not for ever: a mirror may hold thousands. */
const mostTried = 3

/** By the verified chain alone: what this machine remembers besides would make another comparison than a second screen makes. */
export async function previousRelease(
  path: string,
  { project, chain }: Pick<Judging, 'project' | 'chain'>,
): Promise<Previous | undefined> {
  const judging: Judging = { project, chain, context: { anchor: new Uint8Array() } }
  const here = placeOf(path)
  const older = project.names
    .filter((name) => name !== path && isIndexPath(name) && placeOf(name).folder === here.folder)
    // By its name complete: one that waits is not read, so that it does not travel along where this one is carried.
    .filter((name) => project.has(project.isOld ? oldReleaseNames(name).copy : signaturesOf(name)))
    .filter((name) => compareVersions(placeOf(name).version, here.version) < 0)
    .sort((a, b) => compareVersions(placeOf(b).version, placeOf(a).version))
  for (const name of older.slice(0, mostTried)) {
    const bytes = await project.read(name, maxBytes.index)
    if (bytes !== undefined && (await standingOf(name, bytes, judging)).kind === 'signed') return { path: name, bytes }
  }
  return undefined
}

/** "releases/v1.2/asfaload.index.json": version 1.2 in releases/. */
function placeOf(path: string): { folder: string; version: string } {
  const parts = path.split('/').slice(0, -1)
  return { folder: parts.slice(0, -1).join('/'), version: plainVersion(parts.at(-1) ?? '') }
}
