// By what a served repository knows an upload of this person’s: the same again after a restart, so that it goes on, and nobody
// else’s, so that nobody spoils it. Made of a secret that stays on this machine, for one server and one content.
import { createHmac, randomBytes } from 'node:crypto'
import { AppError } from '../core/error.ts'
import { directoryTransport } from './transports/directory.ts'

export type UploadName = (server: URL, sha256: string, signal: AbortSignal) => Promise<string>

const file = 'upload-secret'
const secretBytes = 32

export function uploadNames(dataDir: string): UploadName {
  const files = directoryTransport(dataDir, { create: true, private: true })

  async function secret(signal: AbortSignal): Promise<Uint8Array> {
    for (let tries = 0; ; tries++) {
      const known = await files.read(file, secretBytes, signal)
      if (known?.length === secretBytes) return known
      const fresh = new Uint8Array(randomBytes(secretBytes))
      try {
        await files.write(new Map([[file, fresh]]), new Map([[file, known ?? null]]), 'begin to upload', signal)
        return fresh
      } catch (thrown) {
        // Another window or command was first: then it is theirs.
        if (!(thrown instanceof AppError) || thrown.code !== 'source/conflict' || tries > 0) throw thrown
      }
    }
  }

  return async (server, sha256, signal) =>
    createHmac('sha256', await secret(signal))
      .update(`${server.href}\n${sha256}`)
      .digest('hex')
}
