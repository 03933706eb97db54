// The content of a repository under the names that clients of another root ask for: with the hash in front, or without.
import { join } from 'node:path'
import { AppError } from '../../core/error.ts'
import type { Proposal } from '../../core/proposal.ts'
import { publishedRoles, remembered } from '../../core/systems/tuf/delegation.ts'
import { parseMetadata, type TargetFile } from '../../core/systems/tuf/metadata.ts'
import { targetName } from '../../core/systems/tuf/names.ts'
import { resolveTarget } from '../../core/systems/tuf/resolve.ts'
import { isWebLocation } from '../location.ts'
import { type Walk, walkRoles } from '../repository-walk.ts'
import { putArtifact } from './store.ts'

/** Before such a root takes effect: nothing is taken away, so clients of the old one go on finding what they find. */
export async function renameContent(
  { subject, before, after }: Proposal,
  location: string,
  open: () => Promise<Walk>,
): Promise<void> {
  if (subject !== 'root' || before === undefined) return
  const [was, is] = [before, after].map((bytes) => parseMetadata(bytes, 'root', 'root').signed.consistentSnapshot)
  if (was === undefined || is === undefined || was === is) return
  if (isWebLocation(location)) {
    throw new AppError({
      code: 'usage/invalid',
      message: `${location} is a web address, and every artifact must be put under another name`,
      hint: 'publish where the folder of the repository is',
    })
  }
  const walk = await open()
  const { signal } = walk.options
  for (const [path, file] of await found(walk)) {
    signal.throwIfAborted()
    const sha256 = file.hashes.get('sha256')
    if (sha256 === undefined) throw nameless(path)
    const there = join(location, 'targets', targetName(path, file, was))
    await putArtifact(location, path, there, { length: file.length, sha256 }, { signal, consistent: is })
  }
}

/** What clients get of each path, whoever else lists it. */
async function found(walk: Walk): Promise<Map<string, TargetFile>> {
  const { set, published, options } = walk
  const paths = new Set(set.targets.signed.targetPaths())
  for await (const { document } of walkRoles(walk))
    for (const path of document?.signed.targetPaths() ?? []) paths.add(path)
  const load = remembered(publishedRoles(set, published, options))
  const files = new Map<string, TargetFile>()
  for (const path of paths) {
    const target = await resolveTarget(path, set.targets, load)
    if (target !== undefined) files.set(path, target.file)
  }
  return files
}

function nameless(path: string): AppError {
  return new AppError({
    code: 'format/unsupported',
    message: `${path} has no sha256, by which its content could be found`,
    hint: 'release it again, then change the names',
  })
}
