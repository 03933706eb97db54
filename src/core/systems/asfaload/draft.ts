// A document that a person made, as a change that waits: a signers file, a release's index or file, a revocation.
import { AppError } from '../../error.ts'
import { hasSignatures, othersSigned } from '../../replacing.ts'
import type { Context, Edit } from '../../system.ts'
import { type Files, overlay, type Transport } from '../../transport.ts'
import { malformed, unsupported } from './document.ts'
import { parseIndexFile } from './index-file.ts'
import {
  type Forge,
  indexName,
  isIndexPath,
  maxBytes,
  oldPendingSignatures,
  oldPendingSignersName,
  oldReleaseNames,
  oldSignersName,
  pendingDirectory,
  pendingRevocation,
  pendingSignatures,
  pendingSignersName,
  revocationOf,
  signaturesOf,
  signersName,
} from './names.ts'
import { pendingProposals } from './pending.ts'
import { noSigners, openProject, type Project, readActive } from './project.ts'
import { parseRevocation } from './revocation.ts'
import { emptyAggregate } from './signatures.ts'
import { type Generation, parseSignersFile } from './signers-file.ts'
import { parseSubject } from './subject.ts'

/** What comes of it is read like anything that waits: what could never be signed is not written. */
export async function draftedFiles(
  folder: string,
  edit: Edit,
  source: Transport,
  context: Context,
  forge: Forge | undefined,
): Promise<Files> {
  const project = await openProject(folder, source, context)
  const about = parseSubject(edit.subject)
  if (edit.document.length === 0) throw malformed(edit.subject, 'it is empty, and an empty file is never signed')
  const isFirst = !project.has(project.isOld ? oldSignersName : signersName)
  const judged = isFirst ? { ...context, anchor: new Uint8Array() } : context
  const [waiting] = (await pendingProposals(folder, source, judged, { only: edit.subject, forge })).proposals
  if (waiting !== undefined && edit.replace !== true && hasSignatures(waiting)) throw othersSigned(waiting)
  const changes =
    about.kind === 'signers'
      ? signersDraft(edit.document, project)
      : about.kind === 'release'
        ? await releaseDraft(about.path, edit.document, project)
        : await revocationDraft(about.path, edit.document, project)
  const files = new Map([...changes].map(([name, bytes]) => [folder + name, bytes]))
  const [problem] = (await pendingProposals(folder, overlay(source, files), judged, { only: edit.subject, forge }))
    .problems
  if (problem !== undefined) throw problem.error
  return files
}

function signersDraft(document: Uint8Array, project: Project): Map<string, Uint8Array | null> {
  const { generation } = parseSignersFile(document, 'the new signers file')
  const isThere = project.has(signersName) || project.has(oldSignersName)
  if (isThere && project.isOld !== (generation === 0))
    throw unsupported('the new signers file', 'it is of another generation than this project, and keeps other names')
  if (generation === 0) {
    const gone = project.names.filter((name) => name.startsWith(oldPendingSignatures))
    return new Map([...emptied(gone), [oldPendingSignersName, document]])
  }
  const gone = project.names.filter((name) => name.startsWith(pendingDirectory))
  return new Map([
    ...emptied(gone),
    [pendingSignatures(pendingSignersName), emptyAggregate(generation)],
    [pendingSignersName, document],
  ])
}

async function releaseDraft(path: string, document: Uint8Array, project: Project) {
  const generation = await generationOf(project)
  if (project.has(signaturesOf(path)) || project.has(revocationOf(path)))
    throw refused(`${path} is signed or revoked, and so it is final`, 'release it under another name')
  if (isIndexPath(path)) parseIndexFile(document, path)
  const changes = new Map<string, Uint8Array | null>()
  if (generation === 0) {
    if (!isIndexPath(path)) throw unsupported(path, `this generation signs only files called ${indexName}`)
    const { copy, signatures, pending } = oldReleaseNames(path)
    const before = await project.read(path, maxBytes.index)
    if (project.has(copy) && before !== undefined && project.names.some((name) => name.startsWith(signatures)))
      throw refused(`${path} is released already`, 'release it under another name')
    const gone = project.names.filter((name) => name.startsWith(pending) || name.startsWith(signatures))
    return new Map([...emptied(gone), [path, document] as const])
  }
  changes.set(pendingSignatures(path), emptyAggregate(generation))
  return changes.set(path, document)
}

async function revocationDraft(path: string, document: Uint8Array, project: Project) {
  const generation = await generationOf(project)
  if (generation === 0) throw unsupported(path, 'signers of generation 0 know no revocation')
  if (project.has(revocationOf(path))) throw refused(`${path} is revoked already`, 'nothing is left to do')
  const name = pendingRevocation(path)
  parseRevocation(document, name)
  return new Map<string, Uint8Array | null>([
    [pendingSignatures(name), emptyAggregate(generation)],
    [name, document],
  ])
}

async function generationOf(project: Project): Promise<Generation> {
  const active = await readActive(project)
  if (active === undefined) throw noSigners('publish the first signers file before anything else')
  return parseSignersFile(active.bytes, active.name).generation
}

function emptied(names: readonly string[]): (readonly [string, null])[] {
  return names.map((name) => [name, null])
}

function refused(message: string, hint: string): AppError {
  return new AppError({ code: 'usage/invalid', message, hint })
}
