// Files that were looked at as artifacts of a role: the edits that list them, and the uploads that bring their content.
import { AppError } from '../core/error.ts'
import type { JsonObject } from '../core/json.ts'
import type { TufEdit } from '../core/systems/tuf/edit/edit.ts'
import { isPathMatch } from '../core/systems/tuf/glob.ts'
import { releaseFolder } from '../core/systems/tuf/release-folder.ts'
import type { Upload } from './drafting.ts'
import type { Delegation } from './repository-walk.ts'

export interface FoundFile {
  /** Where it lies on this machine. */
  file: string
  /** Its name as an artifact, with slashes. */
  name: string
  length: number
  sha256: string
  /** Where it was looked at for a project. */
  sha512?: string
}

export interface ReleaseOptions {
  /** Ends with a slash, or is empty. */
  folder: string
  custom?: JsonObject
  /** There may be another content under a path, and it goes. */
  replace: boolean
}

export function releaseOf(
  files: readonly FoundFile[],
  { folder, custom, replace }: ReleaseOptions,
): { edits: TufEdit[]; uploads: Upload[] } {
  const uploads = files.map(({ file, name, length, sha256 }) => ({ file, path: folder + name, length, sha256 }))
  const edits = uploads.map(
    ({ path, length, sha256 }): TufEdit => ({
      ...{ kind: 'target-set', path, length, hashes: { sha256 }, replace },
      ...(custom === undefined ? {} : { custom }),
    }),
  )
  return { edits, uploads }
}

/** Bins have no folder: where an artifact goes follows from its name. */
export function releaseFolderOf({ form, paths }: Pick<Delegation, 'form' | 'paths'>): string {
  return form === 'role' || form === 'agreement' ? releaseFolder(paths) : ''
}

/** What clients would never look for in this role is no release of it. */
export function checkScope(role: string, paths: readonly string[], delegation: Delegation | undefined): void {
  if (delegation === undefined || (delegation.form !== 'role' && delegation.form !== 'agreement')) return
  const outside = paths.filter((path) => !delegation.paths.some((pattern) => isPathMatch(pattern, path)))
  const [first] = outside
  if (first === undefined) return
  throw new AppError({
    code: 'usage/invalid',
    message: `${first}${outside.length > 1 ? ` and ${outside.length - 1} more` : ''} would never be found: clients ask ${role} only for ${delegation.paths.join(', ')}`,
    hint: 'choose the folder that belongs to this role',
    data: { outside: outside.length },
  })
}
