// Content that did not come along with its change, because its repository was down, full or out of reach then: files are matched
// with what waits by their digests, and sent.
import { type AppError, toAppError } from '../core/error.ts'
import type { Proposal } from '../core/proposal.ts'
import { namedContent } from '../core/systems/tuf/named-content.ts'
import type { LookedFile } from './artifacts/look.ts'
import type { Progress } from './prepared.ts'
import type { Served } from './transports/served.ts'

/** A file of this machine whose content a change that waits names. */
export interface LateFile extends LookedFile {
  /** The artifacts that it is the content of. */
  paths: readonly string[]
  /** Ids of the proposals that name it. */
  ids: readonly string[]
}

/** Each content once, however many files hold it; what no change names is told apart. */
export function matchFiles(
  files: readonly LookedFile[],
  proposals: readonly Proposal[],
): { late: LateFile[]; unnamed: LookedFile[] } {
  const wanted = new Map<string, { paths: Set<string>; ids: Set<string> }>()
  for (const proposal of proposals) {
    for (const { path, file } of namedContent(proposal)) {
      const sha256 = file.hashes.get('sha256')
      if (sha256 === undefined) continue
      const found = wanted.get(sha256) ?? { paths: new Set(), ids: new Set() }
      wanted.set(sha256, { paths: found.paths.add(path), ids: found.ids.add(proposal.id) })
    }
  }
  const late = new Map<string, LateFile>()
  const unnamed: LookedFile[] = []
  for (const file of files) {
    const found = wanted.get(file.sha256)
    if (found === undefined) unnamed.push(file)
    else late.set(file.sha256, { ...file, paths: [...found.paths], ids: [...found.ids] })
  }
  return { late: [...late.values()], unnamed }
}

export interface Sent {
  sent: readonly LateFile[]
  /** One that is refused holds up no other. */
  failed: readonly { file: LateFile; error: AppError }[]
}

export async function sendLate(
  files: readonly LateFile[],
  served: Pick<Served, 'upload'>,
  signal: AbortSignal,
  progress: Progress,
): Promise<Sent> {
  const total = files.reduce((sum, { length }) => sum + length, 0)
  const sent: LateFile[] = []
  const failed: { file: LateFile; error: AppError }[] = []
  let before = 0
  for (const file of files) {
    try {
      await served.upload(file, (bytes) => progress(before + bytes, total), signal)
      sent.push(file)
    } catch (thrown) {
      const error = toAppError(thrown)
      // Who stopped it means all of it; a fault of ours is not told as a refusal.
      if (/^(user|internal)\//.test(error.code)) throw thrown
      failed.push({ file, error })
    }
    before += file.length
  }
  return { sent, failed }
}
