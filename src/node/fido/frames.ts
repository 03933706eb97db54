// CTAPHID frames (CTAP 2.1, section 11.2.4): a message cut into reports of 64 bytes, and put together again.
import { AppError } from '../../core/error.ts'
import { reportBytes } from '../hid.ts'

export const command = {
  ping: 0x01,
  init: 0x06,
  cbor: 0x10,
  cancel: 0x11,
  keepalive: 0x3b,
  error: 0x3f,
} as const

/** The channel on which a channel is asked for. */
export const broadcast = 0xffffffff

const firstBytes = reportBytes - 7
const nextBytes = reportBytes - 5
/** 7609: what one first frame and 128 further ones carry. */
export const maxMessageBytes = firstBytes + 128 * nextBytes

export function toFrames(channel: number, code: number, message: Uint8Array): Uint8Array[] {
  if (message.length > maxMessageBytes) {
    throw new AppError({
      code: 'internal/bug',
      message: `a message of ${message.length} bytes does not fit into the ${maxMessageBytes} that a token takes`,
    })
  }
  const first = new Uint8Array(reportBytes)
  const view = new DataView(first.buffer)
  view.setUint32(0, channel)
  view.setUint8(4, 0x80 | code)
  view.setUint16(5, message.length)
  first.set(message.subarray(0, firstBytes), 7)
  const frames = [first]
  for (let at = firstBytes; at < message.length; at += nextBytes) {
    const frame = new Uint8Array(reportBytes)
    new DataView(frame.buffer).setUint32(0, channel)
    frame[4] = frames.length - 1
    frame.set(message.subarray(at, at + nextBytes), 5)
    frames.push(frame)
  }
  return frames
}

export function channelOf(report: Uint8Array): number {
  return new DataView(report.buffer, report.byteOffset, report.byteLength).getUint32(0)
}

export interface Message {
  code: number
  data: Uint8Array
}

/** The reports of one channel, in order; a message comes out with its last report. */
export interface Assembler {
  /** Throws signer/failed for what cannot belong to one message. */
  take(report: Uint8Array): Message | undefined
}

export function assembler(): Assembler {
  let open: { code: number; data: Uint8Array; filled: number; next: number } | undefined
  return {
    take: (report) => {
      const kind = report[4] ?? 0
      if (kind >= 0x80) {
        if (open !== undefined) throw garbled('a new message begins within another')
        const code = kind & 0x7f
        const length = ((report[5] ?? 0) << 8) | (report[6] ?? 0)
        if (length > maxMessageBytes) throw garbled(`it announces ${length} bytes of at most ${maxMessageBytes}`)
        open = { code, data: new Uint8Array(length), filled: 0, next: 0 }
        append(open, report.subarray(7))
      } else {
        // The rest of a message whose beginning was for somebody else, or was given up.
        if (open === undefined) return undefined
        if (kind !== open.next) throw garbled(`frame ${kind} came where frame ${open.next} was expected`)
        open.next += 1
        append(open, report.subarray(5))
      }
      if (open.filled < open.data.length) return undefined
      const { code, data } = open
      open = undefined
      return { code, data }
    },
  }
}

function append(open: { data: Uint8Array; filled: number }, payload: Uint8Array): void {
  const part = payload.subarray(0, open.data.length - open.filled)
  open.data.set(part, open.filled)
  open.filled += part.length
}

/** `why` is for whoever mends a driver or a token; a person can only try again. */
export function garbled(why: string): AppError {
  return new AppError({
    code: 'signer/failed',
    message: 'the token does not speak as it should',
    hint: 'unplug it, plug it in again, then repeat',
    data: { why },
  })
}
