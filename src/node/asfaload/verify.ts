// Whether a downloaded file is what a project on an asfaload mirror released: the file is read as a stream, the rest is judged in core.
import { basename, resolve } from 'node:path'
import type { Context } from '../../core/system.ts'
import type { Forge } from '../../core/systems/asfaload/names.ts'
import { fileVerdict, type Verdict } from '../../core/systems/asfaload/verdict.ts'
import type { Transport } from '../../core/transport.ts'
import type { Progress } from '../artifacts/progress.ts'
import { hashFile } from '../artifacts/verify-file.ts'
import type { FileSystem } from '../file-system.ts'

export interface AsfaloadProject {
  /** Of the project on its mirror, or "" where the transport begins there. */
  folder: string
  /** Where it is on the web, when the folder does not say it. */
  forge?: Forge | undefined
  transport: Transport
  /** The only release that the file may be from, by its path. */
  only?: string
  /** With the pinned signers file, what was trusted last, and the names of key holders. */
  context: Context
}

export interface FoundFile {
  verdict: Verdict
  length: number
  sha256: string
  sha512: string
}

/** The file first: a mistyped name costs no network. */
export async function verifyReleasedFile(
  { folder, transport, context, ...of }: AsfaloadProject,
  file: string,
  options: { progress?: Progress | undefined; fs?: FileSystem } = {},
): Promise<FoundFile> {
  const { length, sha256, sha512 } = await hashFile(file, { ...options, signal: context.signal })
  const asked = { name: basename(resolve(file)), sha256, sha512 }
  return { verdict: await fileVerdict(folder, asked, transport, context, of), length, sha256, sha512 }
}
