// The files of a release, hashed as streams, as the index that lists them and the change that proposes it.
import { realpath } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import type { Edit } from '../../core/system.ts'
import { type IndexOptions, indexDocument, type ReleasedFile } from '../../core/systems/asfaload/edit/documents.ts'
import { checkReleasePath, indexName } from '../../core/systems/asfaload/names.ts'
import { releaseSubject } from '../../core/systems/asfaload/subject.ts'
import { byCodePoint } from '../../core/transport.ts'
import { type Look, type LookOptions, lookAt } from '../artifacts/look.ts'
import { translateErrno } from '../errno.ts'

/** An index names plain files, so what lies in folders below is left out, and told. */
export async function lookAtRelease(path: string, options: LookOptions): Promise<Look> {
  const { reasonAgainst = () => undefined } = options
  const chosen = await realPath(path)
  const against = (file: string): string | undefined =>
    dirname(file) === chosen ? reasonAgainst(file) : 'it lies in a folder below, and an index has no folders'
  const look = await lookAt(path, { ...options, withSha512: true, reasonAgainst: against })
  const own = look.files.filter(({ name }) => isOfMirror(name))
  const leftOut = [...look.leftOut, ...own.map(({ name }) => ({ name, reason: 'a file of the mirror itself' }))]
  return {
    files: look.files.filter((one) => !own.includes(one)),
    totalBytes: look.totalBytes - own.reduce((sum, { length }) => sum + length, 0),
    leftOut: leftOut.sort((a, b) => byCodePoint(a.name, b.name)),
  }
}

/** Of a path that a person gave: the index in it stands for its folder. */
export function releaseFolder(path: string): string {
  return path.replace(/\/+$/, '').replace(/\/asfaload\.index\.json$/, '')
}

/** `path`: of the release below the project's root, such as "releases/download/v1.0". */
export function releaseEdit(path: string, files: readonly ReleasedFile[], options: IndexOptions): Edit {
  const name = `${path.replace(/\/$/, '')}/${indexName}`
  checkReleasePath(name)
  return { subject: releaseSubject(name), document: indexDocument(files, options) }
}

async function realPath(path: string): Promise<string> {
  try {
    return await realpath(resolve(path))
  } catch (thrown) {
    throw translateErrno(thrown, 'read', path)
  }
}

/** The index itself, signatures, signers: by the names that they have beside a release. */
function isOfMirror(name: string): boolean {
  return name.startsWith('asfaload.') || /\.(?:signatures|signers|revocation)\.json(?:\.pending|\.revoked)?$/.test(name)
}
