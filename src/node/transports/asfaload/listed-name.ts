// What a backend may name as waiting in a project: a signers file with what belongs to it, a release, a revocation.
import {
  checkReleasePath,
  pendingDirectory,
  pendingRevocation,
  signersDirectory,
} from '../../../core/systems/asfaload/names.ts'
import { verifyName } from '../../safe-name.ts'

/** Before anything else is made of it: a name of megabytes costs as much as many files. */
export function verifyListed(path: string, folder: string): void {
  verifyName(path)
  const name = path.slice(folder.length)
  const suffix = pendingRevocation('')
  if (!isOfSigners(name)) checkReleasePath(name.endsWith(suffix) ? name.slice(0, -suffix.length) : name)
}

export function isOfSigners(name: string): boolean {
  return name.startsWith(pendingDirectory) || name.startsWith(signersDirectory)
}
