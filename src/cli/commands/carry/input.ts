// A request or a reply that somebody names: a file, standard input, or what a reader of QR codes wrote.
import { type Received, received } from '../../../core/transfer/received.ts'
import { maxRequestBytes } from '../../../core/transfer/request.ts'
import type { Io } from '../../command.ts'
import { readInput } from '../../input.ts'

export async function readCarried(file: string, io: Io): Promise<Received> {
  return received(await readInput(file, maxRequestBytes, io.signal), file, io.signal)
}
