// Giving up a change that waits: the names that it brought go, and nothing that is in force.
import { AppError } from '../../error.ts'
import type { Context } from '../../system.ts'
import type { Files, Transport } from '../../transport.ts'
import {
  isIndexPath,
  oldPendingSignatures,
  oldPendingSignersName,
  oldReleaseNames,
  oldSignersName,
  pendingDirectory,
  pendingRevocation,
  pendingSignatures,
  revocationOf,
  signaturesOf,
  signersName,
} from './names.ts'
import { openProject, type Project } from './project.ts'
import { parseSubject } from './subject.ts'

export async function withdrawnFiles(
  folder: string,
  subject: string,
  source: Transport,
  context: Context,
): Promise<Files> {
  const project = await openProject(folder, source, context)
  const about = parseSubject(subject)
  const gone =
    about.kind === 'signers'
      ? signersNames(project)
      : about.kind === 'release'
        ? releaseNames(about.path, project)
        : [pendingSignatures(pendingRevocation(about.path)), pendingRevocation(about.path)].filter(project.has)
  return new Map(gone.map((name) => [folder + name, null]))
}

function signersNames(project: Project): string[] {
  if (!project.has(project.isOld ? oldSignersName : signersName)) {
    throw new AppError({
      code: 'usage/invalid',
      message: 'these are the first signers: without them there is no project',
      hint: 'make them anew: countersign signers FOLDER new --replace; or delete the folder, and forget it here',
    })
  }
  const below = project.isOld ? oldPendingSignatures : pendingDirectory
  return project.names.filter((name) => name.startsWith(below) || name === oldPendingSignersName)
}

/** A file that is signed by itself stays: only an index is made for nothing but this. */
function releaseNames(path: string, project: Project): string[] {
  const isFinal = project.has(signaturesOf(path)) || project.has(revocationOf(path))
  const { copy, pending, signatures } = oldReleaseNames(path)
  const isOldFinal = project.isOld && project.has(copy)
  const old = (name: string): boolean => name.startsWith(pending) || (!isOldFinal && name.startsWith(signatures))
  return project.names.filter(
    (name) =>
      name === pendingSignatures(path) ||
      (project.isOld && old(name)) ||
      (name === path && isIndexPath(path) && !isFinal && !isOldFinal),
  )
}
