// A complete proposal takes effect: the names that wait go, the active ones come, all or nothing. What is visible comes last.
import { AppError } from '../../error.ts'
import { isComplete, type Proposal } from '../../proposal.ts'
import type { Context } from '../../system.ts'
import type { Files, Transport } from '../../transport.ts'
import { withEntry } from './history.ts'
import {
  historyName,
  maxBytes,
  oldPendingSignatures,
  oldPendingSignersName,
  oldReleaseNames,
  oldSignatures,
  oldSignersName,
  pendingDirectory,
  pendingRevocation,
  pendingSignatures,
  pendingSignersName,
  revocationOf,
  revoked,
  signaturesOf,
  signersCopy,
  signersDirectory,
  signersName,
} from './names.ts'
import { openProject, type Project, readActive, type SignersPlace } from './project.ts'
import { emptyAggregate } from './signatures.ts'
import { parseSubject } from './subject.ts'

type Changes = Map<string, Uint8Array | null>

export async function publishedFiles(
  folder: string,
  proposal: Proposal,
  source: Transport,
  context: Context,
): Promise<Files> {
  if (!isComplete(proposal)) {
    throw new AppError({
      code: 'trust/threshold',
      message: `${proposal.title} is not signed by enough keys yet`,
      hint: 'ask those who have not signed',
    })
  }
  const project = await openProject(folder, source, context)
  const held = (name: string): Uint8Array | undefined => proposal.parts?.get(folder + name)
  const about = parseSubject(proposal.subject)
  const changes =
    about.kind === 'release'
      ? await releaseChanges(about.path, project, held)
      : about.kind === 'revocation'
        ? await revocationChanges(about.path, proposal, project, held)
        : await signersChanges(proposal, project, held, context)
  // What is written over is read first, so that nobody's change in the meantime is lost.
  for (const name of changes.keys()) await project.read(name, maxBytes.history)
  return new Map([...changes].map(([name, bytes]) => [folder + name, bytes]))
}

type Held = (name: string) => Uint8Array | undefined

async function signersChanges(proposal: Proposal, project: Project, held: Held, { now }: Context): Promise<Changes> {
  const active = await readActive(project)
  const changes: Changes = new Map()
  if (project.isOld) {
    for (const name of project.names) if (name.startsWith(oldSignatures)) changes.set(name, null)
    move(project.names, oldPendingSignatures, oldSignatures, held, changes)
    changes.set(oldPendingSignersName, null)
    return changes.set(oldSignersName, proposal.after)
  }
  if (active !== undefined) changes.set(historyName, await historyWith(active, project, now))
  for (const name of project.names) {
    const isReplaced = name.startsWith(signersDirectory) || name.startsWith(pendingDirectory)
    if (isReplaced && name !== signersName) changes.set(name, null)
  }
  for (const name of project.names) {
    if (!name.startsWith(pendingDirectory) || name === pendingSignersName) continue
    const bytes = held(name)
    const active = signersDirectory + name.slice(pendingDirectory.length).replace(/\.pending$/, '')
    if (bytes !== undefined) changes.set(active, bytes)
  }
  changes.set(pendingSignersName, null)
  return changes.set(signersName, proposal.after)
}

/** The file that goes out of force, as it is, with everything that vouched for it. */
async function historyWith(active: SignersPlace, project: Project, now: Date): Promise<Uint8Array> {
  const before = await project.read(historyName, maxBytes.history)
  const { bytes, signaturesName, metadata } = active
  const signatures = async (name: string): Promise<Uint8Array> =>
    (await project.read(name, maxBytes.signatures)) ?? emptyAggregate(1)
  const obsolete = {
    signers: bytes,
    signatures: await signatures(signaturesName),
    ...(metadata === undefined
      ? {}
      : { metadata: metadata.bytes, metadataSignatures: await signatures(metadata.signaturesName) }),
  }
  return withEntry(before, obsolete, historyName, now)
}

async function releaseChanges(path: string, project: Project, held: Held): Promise<Changes> {
  const changes: Changes = new Map()
  const signers = await signersInForce(project)
  if (project.isOld) {
    const { copy, signatures, pending } = oldReleaseNames(path)
    move(project.names, pending, signatures, held, changes)
    return changes.set(copy, signers)
  }
  if (project.has(signaturesOf(path))) throw isFinal(path)
  changes.set(signersCopy(path), signers)
  changes.set(pendingSignatures(path), null)
  return changes.set(signaturesOf(path), needed(held(pendingSignatures(path))))
}

/** What vouched for the file is put aside, so that no program counts it any more. */
async function revocationChanges(path: string, proposal: Proposal, project: Project, held: Held): Promise<Changes> {
  const changes: Changes = new Map()
  for (const name of [signaturesOf(path), pendingSignatures(path)]) {
    const bytes = await project.read(name, maxBytes.signatures)
    if (bytes !== undefined) changes.set(revoked(name), bytes).set(name, null)
  }
  const [from, to] = [pendingRevocation(path), revocationOf(path)]
  changes.set(signersCopy(to), await signersInForce(project))
  changes.set(signaturesOf(to), needed(held(pendingSignatures(from))))
  changes.set(pendingSignatures(from), null).set(from, null)
  return changes.set(to, proposal.after)
}

async function signersInForce(project: Project): Promise<Uint8Array> {
  return needed((await readActive(project))?.bytes)
}

/** Every file below one folder, as it was read, to another. */
function move(names: readonly string[], from: string, to: string, held: Held, changes: Changes): void {
  for (const name of names) {
    if (!name.startsWith(from)) continue
    const bytes = held(name)
    if (bytes !== undefined) changes.set(to + name.slice(from.length), bytes)
    changes.set(name, null)
  }
}

function needed(bytes: Uint8Array | undefined): Uint8Array {
  if (bytes !== undefined) return bytes
  throw new AppError({
    code: 'trust/changed',
    message: 'a file of this change went away',
    hint: 'look again what waits',
  })
}

function isFinal(path: string): AppError {
  return new AppError({
    code: 'trust/changed',
    message: `${path} is complete already, and nothing is added to a complete release`,
    hint: 'look again what waits',
  })
}
