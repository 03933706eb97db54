// A file that a person handed over, read whole: what is no file, or larger than allowed, is refused by its name.
import { basename, dirname } from 'node:path'
import { AppError } from '../core/error.ts'
import { directoryTransport } from './transports/directory.ts'

export async function readOnce(path: string, maxBytes: number, signal: AbortSignal): Promise<Uint8Array> {
  const bytes = await directoryTransport(dirname(path)).read(basename(path), maxBytes, signal)
  if (bytes !== undefined) return bytes
  throw new AppError({ code: 'source/not-found', message: `there is no file ${path}`, hint: 'check the spelling' })
}
