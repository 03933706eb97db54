// The content of artifacts that lies in an event, compared with what the metadata names.
import { toHex } from '../../../../bytes.ts'
import { sha256 } from '../../../../crypto.ts'
import { AppError } from '../../../../error.ts'
import type { Finding } from '../../../../proposal.ts'
import type { Transport } from '../../../../transport.ts'
import { parseMetadata, type Targets } from '../../metadata.ts'
import { maxBytes } from '../../names.ts'
import { remarkOn } from './remark.ts'

/** Artifacts of "targets" lie in the top folder alone, those of a role below the folder of its name. */
export function isArtifactOf(role: string, name: string): boolean {
  if (!name.startsWith('targets/')) return false
  const parts = name.split('/').slice(1)
  return role === 'targets' ? parts.length === 1 : parts[0] === role && parts.length > 1 && parts.length <= maxDepth + 1
}

/** Folders below that of the role. */
const maxDepth = 4

const maxArtifactBytes = 256 * 1024 * 1024

/** What may still be compared in one look at an event: a small repository may hold one content under very many names. */
export interface ArtifactRoom {
  bytes: number
  files: number
}

export function artifactRoom(): ArtifactRoom {
  return { bytes: 1024 * 1024 * 1024, files: 2000 }
}

type Verdict = 'right' | 'wrong' | 'missing' | 'unlisted' | 'huge' | 'unread'

/** Bytes that are not what the metadata names would be published beside it, or never be found. */
export async function artifactRemarks(
  role: string,
  after: Targets,
  changed: readonly string[],
  source: Transport,
  room: ArtifactRoom,
  signal: AbortSignal,
): Promise<Finding[]> {
  const before = await goodTargets(role, source, signal)
  const touched = new Set(
    changed.filter((name) => isArtifactOf(role, name)).map((name) => name.slice('targets/'.length)),
  )
  for (const path of after.targetPaths())
    if (!isSameFile(before?.target(path)?.hashes, after.target(path)?.hashes)) touched.add(path)
  const found: Record<Verdict, string[]> = { right: [], wrong: [], missing: [], unlisted: [], huge: [], unread: [] }
  for (const path of [...touched].sort()) found[await verdictOn(path, after, source, room, signal)].push(path)
  return [
    ...remarkOn(
      'artifact-differs',
      'dangerous',
      found.wrong,
      ': the file in this event is not the one that the metadata names',
    ),
    ...remarkOn(
      'artifact-missing',
      'dangerous',
      found.missing,
      ': the metadata names this artifact, and the event has no file for it',
    ),
    ...remarkOn(
      'artifact-unlisted',
      'notable',
      found.unlisted,
      ': a file of this event that the metadata does not name yet',
    ),
    ...remarkOn(
      'artifact-unread',
      'notable',
      found.huge,
      ': too large to be compared here with what the metadata names',
    ),
    ...remarkOn(
      'artifact-unread',
      'dangerous',
      found.unread,
      ': NOT compared with what the metadata names, because this event holds more than is compared in one look; compare it by other means before you sign',
    ),
  ]
}

async function verdictOn(
  path: string,
  after: Targets,
  source: Transport,
  room: ArtifactRoom,
  signal: AbortSignal,
): Promise<Verdict> {
  if (room.files <= 0) return 'unread'
  room.files -= 1
  const listed = after.target(path)
  // More than the metadata says is another file, and what it does not name need only be there: neither is read for that.
  const limit = listed === undefined ? 0 : Math.min(listed.length, maxArtifactBytes, room.bytes)
  let bytes: Uint8Array | undefined
  try {
    bytes = await source.read(`event/targets/${path}`, limit, signal)
  } catch (thrown) {
    if (!(thrown instanceof AppError) || !thrown.code.startsWith('source/')) throw thrown
    if (thrown.code === 'source/unreachable') throw thrown
    if (thrown.code !== 'source/too-large') return 'wrong'
    if (listed === undefined) return 'unlisted'
    if (listed.length <= limit) return 'wrong'
    return limit < maxArtifactBytes ? 'unread' : 'huge'
  }
  if (bytes === undefined) return listed === undefined ? 'right' : 'missing'
  if (listed === undefined) return 'unlisted'
  room.bytes -= bytes.length
  if (listed.length !== bytes.length) return 'wrong'
  return listed.hashes.get('sha256') === toHex(await sha256(bytes)) ? 'right' : 'wrong'
}

async function goodTargets(role: string, source: Transport, signal: AbortSignal): Promise<Targets | undefined> {
  const bytes = await source.read(`good/metadata/${role}.json`, maxBytes.targets, signal)
  return bytes === undefined ? undefined : parseMetadata(bytes, 'targets', `${role}, before this event`).signed
}

function isSameFile(a: ReadonlyMap<string, string> | undefined, b: ReadonlyMap<string, string> | undefined): boolean {
  return a?.get('sha256') === b?.get('sha256') && a?.size === b?.size
}
