// Which content the candidates name, what of it is still missing, and for which of it an upload is taken.
import { join } from 'node:path'
import { AppError } from '../core/error.ts'
import { type Proposal, signedCount } from '../core/proposal.ts'
import { parseMetadata, type TargetFile } from '../core/systems/tuf/metadata.ts'
import { targetName, typeOf } from '../core/systems/tuf/names.ts'
import { parseSubject } from '../core/systems/tuf/subject.ts'
import { fileSystem } from '../node/file-system.ts'
import { verifyPathName } from '../node/safe-name.ts'
import type { Look } from './ground.ts'

export interface Named {
  path: string
  file: TargetFile
  /** Below targets/. */
  name: string
}

/** What a candidate adds to the version in force, or changes in it. */
export function namedContent({ subject, before, after, title }: Proposal): Named[] {
  const about = parseSubject(subject)
  if (about.kind !== 'role' || typeOf(about.role) !== 'targets') return []
  const next = parseMetadata(after, 'targets', title).signed
  const old = before === undefined ? undefined : parseMetadata(before, 'targets', title).signed
  return next.targetPaths().flatMap((path) => {
    const file = next.target(path)
    if (file === undefined) return []
    const name = targetName(path, file, true)
    const was = old?.target(path)
    return was !== undefined && targetName(path, was, true) === name ? [] : [{ path, file, name }]
  })
}

/** A file of this name got there whole, or not at all: its name is its hash. */
export async function missingContent(proposal: Proposal, folder: string): Promise<Named[]> {
  const missing: Named[] = []
  for (const one of namedContent(proposal)) {
    verifyPathName(`targets/${one.name}`)
    const stats = await fileSystem.lstatIfPresent(join(folder, 'targets', one.name)).catch(() => undefined)
    if (stats?.isFile() !== true || stats.size !== one.file.length) missing.push(one)
  }
  return missing
}

export interface Wanted {
  length: number
  /** Artifacts of this content. */
  paths: readonly string[]
}

/** Only what a signed candidate names is taken, so that nobody fills the disk whom no key speaks for. */
export function wantedContent(sha256: string, { pending }: Look): Wanted | undefined {
  const found = pending.proposals
    .filter(({ quorums, blocked }) => blocked === undefined && quorums.some((quorum) => signedCount(quorum) > 0))
    .flatMap(namedContent)
    .filter(({ file }) => file.hashes.get('sha256') === sha256)
  const [first] = found
  if (first === undefined) return undefined
  const { length } = first.file
  return { length, paths: found.filter(({ file }) => file.length === length).map(({ path }) => path) }
}

export function unasked(sha256: string): AppError {
  return new AppError({
    code: 'source/not-found',
    message: `no signed change that waits names the content ${sha256}`,
    hint: 'propose and sign the change first; its content comes after it',
    data: { sha256 },
  })
}
