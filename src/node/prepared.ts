// A change that is ready to be written: what a preview has shown, byte for byte, and what must still lie there for it.
import { AppError } from '../core/error.ts'
import type { Files } from '../core/transport.ts'
import { putArtifact } from './artifacts/store.ts'
import type { OpenSource } from './desk.ts'
import { isWebLocation } from './location.ts'

/** A file on this machine that becomes an artifact: its content goes where clients fetch it, before the candidate is written. */
export interface Upload {
  file: string
  path: string
  length: number
  sha256: string
}

/** Plain data: it may be prepared in another thread than the one that writes. */
export interface Prepared {
  files: Files
  /** What the files were when the change was made; when one is something else by now, nothing is written. */
  base: Files
  note: string
  uploads: readonly Upload[]
  /** The proposal that this becomes, and those that come along. */
  ids: readonly string[]
}

export type Progress = (doneBytes: number, totalBytes: number) => void

/** Content first: a candidate never names what clients could not fetch. */
export async function writePrepared(
  source: OpenSource,
  { files, base, note, uploads }: Prepared,
  signal: AbortSignal,
  progress?: Progress,
): Promise<void> {
  // A server takes content only for what waits there, signed; in a folder nothing waits before its content is there.
  if (source.served === undefined) await upload(source, uploads, signal, progress)
  await source.transport.write(files, base, note, signal)
  if (source.served !== undefined) await upload(source, uploads, signal, progress)
}

async function upload(
  source: OpenSource,
  uploads: readonly Upload[],
  signal: AbortSignal,
  progress: Progress | undefined,
): Promise<void> {
  if (uploads.length === 0) return
  const { location } = source.pinned
  const { served } = source
  if (served === undefined && isWebLocation(location)) {
    throw new AppError({
      code: 'usage/invalid',
      message: `${location} is a web address, and the content of artifacts is put into a folder`,
      hint: 'propose where the folder of the repository is',
    })
  }
  const total = uploads.reduce((sum, { length }) => sum + length, 0)
  let done = 0
  for (const { file, path, length, sha256 } of uploads) {
    const before = done
    const told = (bytes: number): void => progress?.(before + bytes, total)
    if (served === undefined) await putArtifact(location, path, file, { length, sha256 }, { signal, progress: told })
    else await served.upload({ file, length, sha256 }, told, signal)
    done = before + length
  }
}
