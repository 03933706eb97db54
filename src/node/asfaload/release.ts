// A folder with the files of a release, hashed as streams, as the index that lists them and the change that proposes it.
import { realpath, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { AppError } from '../../core/error.ts'
import type { Edit } from '../../core/system.ts'
import { type IndexOptions, indexDocument, type ReleasedFile } from '../../core/systems/asfaload/edit/documents.ts'
import { checkReleasePath, indexName } from '../../core/systems/asfaload/names.ts'
import { releaseSubject } from '../../core/systems/asfaload/subject.ts'
import { type Look, lookAt } from '../artifacts/look.ts'
import type { Progress } from '../artifacts/progress.ts'
import { translateErrno } from '../errno.ts'
import type { FileSystem } from '../file-system.ts'

export interface ReleaseLook {
  files: readonly ReleasedFile[]
  totalBytes: number
  /** What lies there too and is not in the release, with the reason in words. */
  leftOut: Look['leftOut']
}

export interface ReleaseLookOptions {
  signal: AbortSignal
  progress?: Progress | undefined
  fs?: FileSystem
}

/** An index names plain files, so what lies in folders below is left out, and told. */
export async function lookAtRelease(folder: string, options: ReleaseLookOptions): Promise<ReleaseLook> {
  const root = await rootOf(folder)
  const reasonAgainst = (file: string): string | undefined => {
    if (dirname(file) !== root) return 'it lies in a folder below, and an index has no folders'
    return isOfMirror(file) ? 'a file of the mirror itself' : undefined
  }
  const { files, totalBytes, leftOut } = await lookAt(root, { ...options, withSha512: true, reasonAgainst })
  return {
    files: files.map(({ name, sha256, sha512 }) => ({ name, sha256, ...(sha512 === undefined ? {} : { sha512 }) })),
    totalBytes,
    leftOut,
  }
}

/** `path`: of the release below the project's root, such as "releases/download/v1.0". */
export function releaseEdit(path: string, files: readonly ReleasedFile[], options: IndexOptions): Edit {
  const name = `${path.replace(/\/$/, '')}/${indexName}`
  checkReleasePath(name)
  return { subject: releaseSubject(name), document: indexDocument(files, options) }
}

async function rootOf(folder: string): Promise<string> {
  try {
    const root = await realpath(resolve(folder))
    if ((await stat(root)).isDirectory()) return root
  } catch (thrown) {
    throw translateErrno(thrown, 'read', folder)
  }
  throw new AppError({
    code: 'source/rejected',
    message: `${folder} is no folder`,
    hint: 'name the folder that holds the files of the release',
  })
}

/** The index itself, signatures, signers: by the names that they have beside a release. */
function isOfMirror(file: string): boolean {
  const name = file.slice(dirname(file).length + 1)
  return name.startsWith('asfaload.') || /\.(?:signatures|signers|revocation)\.json(?:\.pending|\.revoked)?$/.test(name)
}
