// What somebody handed over, as the file that it stands for: the bytes of one, or the texts that a reader of QR codes wrote, a line each.
import { parseUtf8 } from '../bytes.ts'
import { AppError } from '../error.ts'
import { unpack } from './deflate.ts'
import { type FrameProgress, type FrameSink, frameSink } from './frame-sink.ts'
import { maxTextLength } from './ur.ts'

/** Some readers write the kind of code before what it says. Of a line without white space around it, and never of a long one. */
const frameLine = /^(?:QR-Code:\s*)?(ur:bytes\/\S+)$/i
const frameStart = /^\s*(?:QR-Code:)?\s*ur:bytes\//i

export async function arrivedContent(
  bytes: Uint8Array,
  what: string,
  maxBytes: number,
  signal: AbortSignal = new AbortController().signal,
): Promise<Uint8Array> {
  if (!frameStart.test(new TextDecoder().decode(bytes.subarray(0, 64)))) return bytes
  const sinks = [frameSink()]
  let count = 0
  for (const line of linesOf(parseUtf8(bytes, what))) {
    const [, text] = frameLine.exec(line) ?? []
    if (text === undefined) continue
    take(text, sinks)
    // Frames can be made that take long to solve, a million of them in one file: whoever waits can end it.
    if (++count % framesAtOnce === 0) await others()
    signal.throwIfAborted()
  }
  const all = sinks.map((sink) => sink.progress())
  const [whole, another] = all.flatMap(({ bytes: content }) => content ?? [])
  if (another !== undefined) throw several(what)
  if (whole !== undefined) return unpack(whole, maxBytes)
  throw incomplete(all, what)
}

/** Of another message than those before it: it may be the one that was meant, and the first a stray one. */
function take(text: string, sinks: FrameSink[]): void {
  for (const sink of sinks) if (sink.take(text).kind !== 'other-message') return
  if (sinks.length === mostMessages) return
  const sink = frameSink()
  sink.take(text)
  sinks.push(sink)
}

const mostMessages = 8

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

function incomplete(all: readonly FrameProgress[], what: string): AppError {
  const [most, ...others] = [...all].sort((a, b) => b.useful - a.useful)
  const { blocks = 0, of = 0, frames = 0 } = most ?? {}
  const mixed = others.reduce((sum, one) => sum + one.frames, 0)
  const beside = mixed === 0 ? '' : `; ${mixed} more ${mixed === 1 ? 'frame is' : 'frames are'} of another message`
  return new AppError({
    code: 'format/malformed',
    message: `${what} holds ${blocks} of ${of} blocks, in ${frames} ${frames === 1 ? 'frame' : 'frames'}${beside}`,
    hint: 'read more frames, until all blocks are there; or carry the file',
    data: { blocks, of },
  })
}

function several(what: string): AppError {
  return new AppError({
    code: 'format/malformed',
    message: `${what} holds the codes of several messages, and more than one of them whole`,
    hint: 'read the codes of one at a time',
  })
}
