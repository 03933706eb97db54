// Frames as a camera reads them, in any order, with others between them, back to bytes. Nothing here is a judgement of the content:
// a checksum finds accidents; whoever wants to deceive is found by whoever verifies what was received.
import { AppError } from '../error.ts'
import { CborReader } from './cbor.ts'
import { crc32 } from './crc32.ts'
import { type MessageName, messageName } from './frames.ts'
import { Gathering } from './gathering.ts'
import { parseUr, type Ur } from './ur.ts'

/** What became of a text. */
export type FrameOutcome =
  /** A frame of the message that was not there before. */
  | { kind: 'accepted' }
  /** The sender chose another size of codes for the same message: gathering began anew with this frame. */
  | { kind: 'resized' }
  | { kind: 'duplicate' }
  | { kind: 'other-message'; message: MessageName }
  /** No frame at all: another QR code. */
  | { kind: 'not-ours' }
  | { kind: 'damaged'; reason: string }
  | { kind: 'too-large'; reason: string }
  /** All blocks were there, and the message is not what its frames promised: gathering begins anew. */
  | { kind: 'failed'; reason: string }

export type FrameCounts = Readonly<Record<FrameOutcome['kind'], number>>

export interface FrameProgress {
  /** The message that is being received: the first one of which a frame came. */
  message?: MessageName
  /** Distinct frames of it. */
  frames: number
  /** Blocks that are known by now. */
  blocks: number
  /** Frames that told something new: with as many as there are blocks, the message is whole. It never goes back. */
  useful: number
  of: number
  /** What was given to `frameSource`, when it is whole. */
  bytes?: Uint8Array
  counts: FrameCounts
  /** Messages of which frames were ignored; at most eight are told apart. */
  others: readonly { message: MessageName; frames: number }[]
}

export interface FrameSink {
  take(text: string): FrameOutcome
  progress(): FrameProgress
  /** Forgets all; with a name, no other message is accepted than this one. */
  startOver(message?: MessageName): void
}

const maxOthers = 8

const noCounts: FrameCounts = {
  accepted: 0,
  resized: 0,
  duplicate: 0,
  'other-message': 0,
  'not-ours': 0,
  damaged: 0,
  'too-large': 0,
  failed: 0,
}

export function frameSink(): FrameSink {
  let wanted: MessageName | undefined
  let gathering: Gathering | undefined
  let bytes: Uint8Array | undefined
  let counts = { ...noCounts }
  let others: { message: MessageName; frames: number }[] = []

  const judge = (text: string): FrameOutcome => {
    let ur: Ur | undefined
    try {
      ur = parseUr(text)
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      return { kind: error.code === 'source/too-large' ? 'too-large' : 'damaged', reason: error.message }
    }
    if (ur === undefined) return { kind: 'not-ours' }
    const part = ur.kind === 'part' ? ur.part : partOfWhole(ur.cbor)
    const message = messageName(part.checksum, part.messageBytes)
    if (wanted !== undefined && !isSame(message, wanted)) return ignored(message)
    wanted = message
    if (bytes !== undefined) return { kind: 'duplicate' }
    const isResized = gathering !== undefined && !gathering.isCutLike(part)
    if (gathering === undefined || isResized) gathering = new Gathering(part)
    else if (gathering.has(part)) return { kind: 'duplicate' }
    if (!gathering.take(part)) return { kind: 'damaged', reason: 'this frame contradicts those before it' }
    try {
      bytes = contentOf(gathering.message(), part.checksum)
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      gathering = undefined
      return { kind: 'failed', reason: error.message }
    }
    return { kind: isResized ? 'resized' : 'accepted' }
  }

  const ignored = (message: MessageName): FrameOutcome => {
    const other = others.find((one) => isSame(one.message, message))
    if (other !== undefined) other.frames++
    else if (others.length < maxOthers) others.push({ message, frames: 1 })
    return { kind: 'other-message', message }
  }

  return {
    take: (text) => {
      const outcome = judge(text)
      counts[outcome.kind]++
      return outcome
    },
    progress: () => ({
      ...(wanted === undefined ? {} : { message: wanted }),
      frames: gathering?.frames ?? 0,
      blocks: gathering?.known ?? 0,
      useful: gathering?.useful ?? 0,
      of: gathering?.blocks ?? 0,
      ...(bytes === undefined ? {} : { bytes }),
      counts: { ...counts },
      others: others.map((other) => ({ ...other })),
    }),
    startOver: (message) => {
      wanted = message
      gathering = undefined
      bytes = undefined
      counts = { ...noCounts }
      others = []
    },
  }
}

/** A message in one code is a message of one block. */
function partOfWhole(cbor: Uint8Array) {
  return { number: 1, blocks: 1, messageBytes: cbor.length, checksum: crc32(cbor), data: cbor }
}

function isSame(one: MessageName, other: MessageName): boolean {
  return one.checksum === other.checksum && one.bytes === other.bytes
}

function contentOf(message: Uint8Array | undefined, checksum: number): Uint8Array | undefined {
  if (message === undefined) return undefined
  const found = crc32(message)
  if (found !== checksum) {
    const [is, should] = [messageName(found, message.length), messageName(checksum, message.length)]
    throw new AppError({
      code: 'format/malformed',
      message: `the checksum of the message is ${is.checksum}, and its frames promised ${should.checksum}`,
    })
  }
  const reader = new CborReader(message, 'the message')
  const content = reader.bytes()
  reader.end()
  return content
}
