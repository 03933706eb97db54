// The digest of a file, as records name content.
import { createHash } from 'node:crypto'
import { digestText } from '../../core/systems/warg/encoding/digest.ts'
import type { Progress } from '../artifacts/progress.ts'
import { readPieces } from '../named-file.ts'

export async function fileHash(
  file: string,
  { signal, progress }: { signal: AbortSignal; progress?: Progress | undefined },
): Promise<{ digest: string; size: number }> {
  const hash = createHash('sha256')
  const size = await readPieces(file, () => (piece) => void hash.update(piece), { signal, progress })
  return { digest: digestText(hash.digest()), size }
}
