// A request or a reply that somebody names: a file, standard input, or what a reader of QR codes wrote.
import { arrivedContent } from '../../../core/transfer/arrived.ts'
import { maxRequestBytes } from '../../../core/transfer/request.ts'
import type { Io } from '../../command.ts'
import { readInput } from '../../input.ts'

export async function readCarried(file: string, io: Io): Promise<Uint8Array> {
  return arrivedContent(await readInput(file, maxRequestBytes, io.signal), file, maxRequestBytes, io.signal)
}
