// Whatever came by a file, a drop, a paste or a camera: what it is, and its bytes as they were before they were packed.
import { parseUtf8 } from '../bytes.ts'
import { AppError } from '../error.ts'
import { unpack } from './deflate.ts'
import { frameSink } from './frame-sink.ts'
import { type TransferKind, transferKind } from './kind.ts'
import { maxRequestBytes } from './request.ts'
import { maxTextLength } from './ur.ts'

export interface Received {
  kind: TransferKind
  /** As they were signed for: exactly the file that was written. */
  bytes: Uint8Array
}

/** A frame is a line; more lines than this is no paste of a person. */
const maxLines = 4096
const maxFramesBytes = maxLines * maxTextLength

/** By content alone: a request or a reply, such a one packed, or the text of frames that make one. */
export async function received(bytes: Uint8Array, what: string): Promise<Received> {
  const plain = await unpacked(isFrames(bytes) ? contentOfFrames(bytes, what) : bytes)
  const kind = transferKind(plain)
  if (kind !== undefined) return { kind, bytes: plain }
  throw new AppError({
    code: 'format/unsupported',
    message: `${what} is no whole request or reply`,
    hint: 'carry the file that "countersign export" or "countersign sign" wrote',
  })
}

async function unpacked(bytes: Uint8Array): Promise<Uint8Array> {
  // The first byte of zlib (RFC 1950, deflate with a window of 32 kB), which is the one that we write.
  return bytes[0] === 0x78 ? unpack(bytes, maxRequestBytes) : bytes
}

function isFrames(bytes: Uint8Array): boolean {
  return /^\s*ur:bytes\//i.test(new TextDecoder().decode(bytes.subarray(0, 64)))
}

function contentOfFrames(bytes: Uint8Array, what: string): Uint8Array {
  const lines = bytes.length > maxFramesBytes ? [] : parseUtf8(bytes, what).trim().split(/\s+/)
  if (lines.length === 0 || lines.length > maxLines) {
    throw new AppError({ code: 'source/too-large', message: `${what} has more frames than are read, ${maxLines}` })
  }
  const sink = frameSink()
  for (const [at, line] of lines.entries()) {
    const outcome = sink.take(line)
    if (outcome.kind === 'accepted' || outcome.kind === 'duplicate') continue
    const reason = 'reason' in outcome ? outcome.reason : 'it does not belong to those before it'
    throw new AppError({ code: 'format/malformed', message: `frame ${at + 1} of ${what} cannot be used: ${reason}` })
  }
  const { bytes: content, blocks, of } = sink.progress()
  if (content !== undefined) return content
  throw new AppError({
    code: 'format/malformed',
    message: `${what} is not whole: ${blocks} of ${of} blocks are there`,
    hint: 'bring more of its frames, or the file',
  })
}
