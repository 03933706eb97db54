// Which content the candidates name, what of it is still missing, and for which of it an upload is taken.
import { join } from 'node:path'
import { AppError } from '../core/error.ts'
import { isComplete, type Proposal, signedCount } from '../core/proposal.ts'
import type { Authority } from '../core/systems/tuf/authority.ts'
import { parseEnvelope } from '../core/systems/tuf/envelope.ts'
import { parseMetadata } from '../core/systems/tuf/metadata.ts'
import { type NamedContent, namedContent } from '../core/systems/tuf/named-content.ts'
import type { ParseMetadata } from '../core/systems/tuf/parsed.ts'
import { delegatorOf } from '../core/systems/tuf/pending/delegator.ts'
import { authorityIn } from '../core/systems/tuf/pending/future.ts'
import { quorumOf } from '../core/systems/tuf/verify.ts'
import { fileSystem } from '../node/file-system.ts'
import { verifyPathName } from '../node/safe-name.ts'
import type { Look } from './ground.ts'
import { countInForce } from './in-force.ts'

/** A file of this name got there whole, or not at all: its name is its hash. */
export async function missingContent(
  proposal: Proposal,
  folder: string,
  parse: ParseMetadata = parseMetadata,
): Promise<NamedContent[]> {
  const missing: NamedContent[] = []
  for (const one of namedContent(proposal, parse)) {
    verifyPathName(`targets/${one.name}`)
    const stats = await fileSystem.lstatIfPresent(join(folder, 'targets', one.name)).catch(() => undefined)
    if (stats?.isFile() !== true || stats.size !== one.file.length) missing.push(one)
  }
  return missing
}

export interface WantedFile {
  path: string
  length: number
}

/** Artifacts of one content. Not all of them need to give it the same length: at most one of these is true. */
export interface Wanted {
  files: readonly WantedFile[]
}

/** Only what a key stands for that is in force, or is about to be, is taken, so that nobody fills the disk with what will never be published. */
export async function wantedContent(sha256: string, look: Look): Promise<Wanted | undefined> {
  const files: WantedFile[] = []
  for (const proposal of look.pending.proposals) {
    if (proposal.blocked !== undefined) continue
    const named = namedContent(proposal, look.now.parse).filter(({ file }) => file.hashes.get('sha256') === sha256)
    if (named.length === 0 || !(await isStoodFor(proposal, look))) continue
    files.push(...named.map(({ path, file }) => ({ path, length: file.length })))
  }
  return files.length === 0 ? undefined : { files }
}

async function isStoodFor({ subject, after, title }: Proposal, look: Look): Promise<boolean> {
  const document = parseEnvelope(after, subject)
  const inForce = await countInForce(subject, document, look.now)
  if (inForce !== undefined && inForce > 0) return true
  const coming = await comingAuthority(subject, look)
  if (coming === undefined || inForce === undefined) return coming !== undefined
  return signedCount(await quorumOf(title, document, coming.keys, coming.role)) > 0
}

/** Who signs it when a change takes effect that is signed by a key in force, or is a project about to be reserved. */
async function comingAuthority(role: string, { pending, now }: Look): Promise<Authority | undefined> {
  for (const one of pending.proposals) {
    if (one.blocked !== undefined || one.subject === role) continue
    const delegator = delegatorOf(one.subject, one.after, parseMetadata)
    const coming = delegator === undefined ? undefined : authorityIn(delegator, role)
    if (coming === undefined) continue
    const inForce = await countInForce(one.subject, parseEnvelope(one.after, one.subject), now)
    if (inForce === undefined ? isComplete(one) && (await now.registries()).length > 0 : inForce > 0) return coming
  }
  return undefined
}

export function unasked(sha256: string): AppError {
  return new AppError({
    code: 'source/not-found',
    message: `no change that waits and that a key in force has signed names the content ${sha256}`,
    hint: 'propose and sign the change first; its content comes after it',
    data: { sha256 },
  })
}
