// A request or a reply that somebody names: a file, standard input, or what a reader of QR codes wrote.
import type { Received } from '../../../core/transfer/received.ts'
import { maxRequestBytes } from '../../../core/transfer/request.ts'
import type { Io } from '../../command.ts'
import { readInput } from '../../input.ts'

export async function readCarried(file: string, io: Io): Promise<Received> {
  // Codes are read here, and every other command starts without.
  const { received } = await import('../../../core/transfer/received.ts')
  return received(await readInput(file, maxRequestBytes, io.signal), file, io.signal)
}
