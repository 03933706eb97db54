// A change that is ready to be written: what a preview has shown, byte for byte, and what must still lie there for it.
import type { Files } from '../core/transport.ts'

/** A file on this machine that becomes an artifact. */
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
  /** A document that is trusted as soon as it is written, as nobody was before it. */
  pins?: Uint8Array
}

export type Progress = (doneBytes: number, totalBytes: number) => void
