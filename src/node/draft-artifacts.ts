// Artifacts of a place that keeps them in the change itself, as a git repository does: files of the draft like its documents.
import { AppError } from '../core/error.ts'
import type { Layout } from '../core/systems/tuf/layout.ts'
import { maxBytes } from '../core/systems/tuf/names.ts'
import type { Files, Transport } from '../core/transport.ts'
import { readArtifact } from './artifacts/read.ts'
import type { DraftRequest } from './drafting.ts'

/** Content that is a part of the change itself: read now, so that what was shown is what is written. */
export async function artifactFiles(
  { subject, edits, also = [], uploads = [] }: DraftRequest,
  layout: Layout,
  read: Transport,
  signal: AbortSignal,
): Promise<Files> {
  const files = new Map<string, Uint8Array | null>()
  if (layout.artifactFile === undefined) return files
  for (const { file, path, length, sha256 } of uploads) {
    const name = layout.artifactFile(subject, path)
    if (name === undefined) throw noRoom(subject, path)
    files.set(name, await readArtifact(file, { length, sha256 }, signal))
  }
  for (const part of [{ subject, edits }, ...also])
    for (const edit of part.edits) {
      const name = edit.kind === 'target-remove' ? layout.artifactFile(part.subject, edit.path) : undefined
      if (name !== undefined) files.set(name, null)
    }
  // What is overwritten must still be what was looked at.
  for (const name of files.keys()) await read.read(name, maxBytes.targets, signal)
  return files
}

function noRoom(subject: string, path: string): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: `${path} cannot be an artifact of ${subject} here`,
    hint:
      subject === 'targets'
        ? 'those of targets lie in no folder; those of a role lie in the folder of its name'
        : `begin its path with ${subject}/, and at most three folders more`,
  })
}
