// What somebody handed over, as the file that it stands for: the bytes of one, or the texts that a reader of QR codes wrote, a line each.
import { parseUtf8 } from '../bytes.ts'
import { AppError } from '../error.ts'
import { unpack } from './deflate.ts'
import { type FrameProgress, frameSink } from './frame-sink.ts'

/** Some readers write the kind of code before what it says. */
const frameLine = /^\s*(?:QR-Code:)?\s*(ur:bytes\/\S+)\s*$/i
const frameStart = /^\s*(?:QR-Code:)?\s*ur:bytes\//i

export async function arrivedContent(bytes: Uint8Array, what: string, maxBytes: number): Promise<Uint8Array> {
  if (!frameStart.test(new TextDecoder().decode(bytes.subarray(0, 64)))) return bytes
  const sink = frameSink()
  for (const line of parseUtf8(bytes, what).split('\n')) {
    const [, text] = frameLine.exec(line) ?? []
    if (text !== undefined) sink.take(text)
  }
  const progress = sink.progress()
  if (progress.bytes === undefined) throw incomplete(progress, what)
  return unpack(progress.bytes, maxBytes)
}

function incomplete({ blocks, of, frames, others }: FrameProgress, what: string): AppError {
  const mixed = others.reduce((sum, one) => sum + one.frames, 0)
  const beside = mixed === 0 ? '' : `; ${mixed} more ${mixed === 1 ? 'frame is' : 'frames are'} of another message`
  return new AppError({
    code: 'format/malformed',
    message: `${what} holds ${blocks} of ${of} blocks, in ${frames} ${frames === 1 ? 'frame' : 'frames'}${beside}`,
    hint: 'read more frames, until all blocks are there; or carry the file',
    data: { blocks, of },
  })
}
