// Whatever came by a file, a drop, a paste or a camera: what it is, and its bytes as they were before they were packed.
import { AppError } from '../error.ts'
import { arrivedContent } from './arrived.ts'
import { unpack } from './deflate.ts'
import { type TransferKind, transferKind } from './kind.ts'
import { maxRequestBytes } from './request.ts'

export interface Received {
  kind: TransferKind
  /** Exactly the file that was written, whatever it came as. */
  bytes: Uint8Array
}

/** By content alone: a request or a reply, such a one packed, or the text of frames that make one. */
export async function received(bytes: Uint8Array, what: string, signal?: AbortSignal): Promise<Received> {
  const content = await arrivedContent(bytes, what, maxRequestBytes, signal)
  // The first byte of zlib (RFC 1950): deflate with a window of 32 kB, which is what we write.
  const plain = content[0] === 0x78 ? await unpack(content, maxRequestBytes) : content
  const kind = transferKind(plain)
  if (kind !== undefined) return { kind, bytes: plain }
  throw new AppError({
    code: 'format/unsupported',
    message: `${what} is no whole request or reply`,
    hint: 'carry the file that was made where the change waits, or that a signer made of it',
  })
}
