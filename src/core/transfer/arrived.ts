// What somebody handed over, as the file that it stands for: the bytes of one, or the texts that a reader of QR codes wrote, a line each.
import { parseUtf8 } from '../bytes.ts'
import { AppError } from '../error.ts'
import { unpack } from './deflate.ts'
import { type FrameProgress, frameSink } from './frame-sink.ts'
import { maxTextLength } from './ur.ts'

/** Some readers write the kind of code before what it says. Of a line without white space around it, and never of a long one. */
const frameLine = /^(?:QR-Code:\s*)?(ur:bytes\/\S+)$/i
const frameStart = /^\s*(?:QR-Code:)?\s*ur:bytes\//i

export async function arrivedContent(
  bytes: Uint8Array,
  what: string,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Uint8Array> {
  if (!frameStart.test(new TextDecoder().decode(bytes.subarray(0, 64)))) return bytes
  const sink = frameSink()
  let count = 0
  for (const line of linesOf(parseUtf8(bytes, what))) {
    const [, text] = frameLine.exec(line) ?? []
    if (text === undefined) continue
    sink.take(text)
    // Frames can be made that take long to solve, a million of them in one file: whoever waits can end it.
    if (++count % framesAtOnce === 0) await others()
    signal.throwIfAborted()
  }
  const progress = sink.progress()
  if (progress.bytes === undefined) throw incomplete(progress, what)
  return unpack(progress.bytes, maxBytes)
}

const framesAtOnce = 32

function linesOf(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => line.length <= 2 * maxTextLength)
    .map((line) => line.trim())
}

/** Whatever else waits in this thread has its turn. */
function others(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 0)
  })
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
