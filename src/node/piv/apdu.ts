// Command and response APDUs (ISO 7816-4) in their short form, which needs no large buffer in any reader: long commands go
// as a chain, long answers come in parts.
import { AppError } from '../../core/error.ts'
import { concatSecret } from '../../core/secret.ts'
import type { Card } from '../card.ts'

export interface Command {
  ins: number
  p1: number
  p2: number
  data?: Uint8Array
  /** A secret is in the data, or in the answer: our own copies of it are zeroed. */
  secret?: boolean
}

export interface Response {
  data: Uint8Array
  /** Status word: 0x9000 is success. */
  sw: number
}

const maxChunkBytes = 255
const chainBit = 0x10
const getResponse = { ins: 0xc0, p1: 0, p2: 0 } as const
/** Of up to 256 bytes: more than any PIV object. A card that goes on beyond this is not answering our question. */
const maxParts = 64

/** The frames of one command: all but the last only carry data. */
export function toFrames(command: Command): Uint8Array<ArrayBuffer>[] {
  const data = command.data ?? new Uint8Array(0)
  // A command without data ends with Le: "as much as you have".
  if (data.length === 0) return [header(command, 0, 0)]
  const frames: Uint8Array<ArrayBuffer>[] = []
  for (let at = 0; at < data.length; at += maxChunkBytes) {
    const chunk = data.subarray(at, at + maxChunkBytes)
    const isLast = at + chunk.length === data.length
    frames.push(concatSecret(header(command, isLast ? 0 : chainBit, chunk.length), chunk))
  }
  return frames
}

/** One command, and everything the card answers to it. Only the last frame of a chain may take up to `limitMs`. */
export async function exchange(card: Card, command: Command, limitMs?: number): Promise<Response> {
  const frames = toFrames(command)
  try {
    for (const frame of frames.slice(0, -1)) {
      const { data, sw } = await transmit(card, frame)
      if (sw !== 0x9000) return { data, sw }
    }
    let last = await transmit(card, frames.at(-1) ?? new Uint8Array(0), limitMs)
    // 6Cxx: "ask again for xx bytes". A command with data is never sent twice: it may carry a PIN, and cost a try.
    if (last.sw >> 8 === 0x6c && command.data === undefined) {
      last = await transmit(card, header(command, 0, last.sw & 0xff), limitMs)
    }
    return await collect(card, last, command.secret === true)
  } finally {
    if (command.secret === true) for (const frame of frames) frame.fill(0)
  }
}

/** 61xx: xx more bytes wait. */
async function collect(card: Card, first: Response, isSecret: boolean): Promise<Response> {
  if (first.sw >> 8 !== 0x61) return first
  const parts = [first.data]
  let sw = first.sw
  try {
    while (sw >> 8 === 0x61) {
      const next = await transmit(card, header(getResponse, 0, sw & 0xff))
      sw = next.sw
      parts.push(next.data)
      const isStuck = next.data.length === 0 && sw >> 8 === 0x61
      if (isStuck || parts.length > maxParts)
        throw garbled(`the token's answer does not end after ${parts.length} parts`)
    }
    return { data: concatSecret(...parts), sw }
  } finally {
    if (isSecret) for (const part of parts) part.fill(0)
  }
}

async function transmit(card: Card, frame: Uint8Array, limitMs?: number): Promise<Response> {
  const response = limitMs === undefined ? await card.transmit(frame) : await card.transmit(frame, limitMs)
  const [high, low] = response.subarray(-2)
  // PC/SC reports a card that was pulled as a success of no bytes at all.
  if (high === undefined || low === undefined) {
    throw new AppError({
      code: 'signer/absent',
      message: 'the token was removed before it answered',
      hint: 'insert the token again, then repeat; nothing was signed',
    })
  }
  return { data: response.subarray(0, -2), sw: (high << 8) | low }
}

function header(command: Command, flags: number, length: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.of(flags, command.ins, command.p1, command.p2, length)
}

/** For every answer that is not what the specification says. */
export function garbled(message: string, cause?: unknown): AppError {
  return new AppError({
    code: 'signer/failed',
    message,
    hint: 'take the token out, insert it again, then repeat; nothing was signed',
    ...(cause === undefined ? {} : { cause }),
  })
}
