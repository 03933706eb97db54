// Bytes as frames for QR codes: one code that stands still, or a fountain of codes of one size that never ends.
import { AppError } from '../error.ts'
import { cborBytes, cborHeadBytes } from './cbor.ts'
import { crc32 } from './crc32.ts'
import { blockBytesFor, blockChooser, blocksOf, maxBlocks, maxMessageBytes, mixedBlock } from './fountain.ts'
import { partUr, wholeUr } from './ur.ts'

/** Characters that fit by version, from 1: alphanumeric mode, error correction L (ISO/IEC 18004 table 7). */
export const qrCapacities: readonly number[] = [
  25, 47, 77, 114, 154, 195, 224, 279, 335, 395, 468, 535, 619, 667, 758, 854, 938, 1046, 1153, 1249,
]

/** Above it the modules are too small for a camera that looks at a screen. */
const largestVersion = qrCapacities.length
/** Below it a frame is hardly more than its own head. */
const smallestVersion = 4
const smallestBlockBytes = 10

export type Density = 'coarse' | 'normal' | 'dense'

/** Versions of QR codes for a person to choose from: coarse ones are read by any camera, dense ones need fewer frames. */
export const versionOfDensity: Readonly<Record<Density, number>> = { coarse: 8, normal: 12, dense: 17 }

/** By what a message is known on both sides before it is whole. */
export interface MessageName {
  /** CRC-32 of the message, eight hexadecimal digits. */
  checksum: string
  /** Of the message as it travels: packed, with its head. */
  bytes: number
}

export function messageName(checksum: number, bytes: number): MessageName {
  return { checksum: checksum.toString(16).padStart(8, '0'), bytes }
}

export interface FrameSource {
  message: MessageName
  /** How many blocks the message was cut into; 1: all frames are the same. */
  blocks: number
  /** The smallest version of QR codes in which every frame fits. */
  version: number
  /** What is shown as number `n`, which begins with 1 and never ends: capital letters, digits, `:`, `/` and `-`. */
  frame(n: number): string
}

/** `message` is what {@link pack} made; one frame if it fits in `maxFragmentBytes`, see {@link fragmentBytesFor}. */
export function frameSource(message: Uint8Array, maxFragmentBytes: number): FrameSource {
  if (!Number.isInteger(maxFragmentBytes) || maxFragmentBytes < smallestBlockBytes) {
    throw new AppError({
      code: 'usage/invalid',
      message: `a fragment of ${maxFragmentBytes} bytes is not possible`,
      hint: `use whole numbers from ${smallestBlockBytes}`,
    })
  }
  const cbor = cborBytes(message)
  const messageBytes = cbor.length
  const checksum = crc32(cbor)
  const blockBytes = blockBytesFor(messageBytes, maxFragmentBytes)
  const count = Math.ceil(messageBytes / blockBytes)
  const name = messageName(checksum, messageBytes)
  if (messageBytes > maxMessageBytes || count > maxBlocks) {
    throw new AppError({
      code: 'source/too-large',
      message: `${messageBytes} bytes in ${count} blocks are more than QR codes may carry`,
      hint: 'send it as a file',
    })
  }
  const version = versionFor(longestFrame(messageBytes, blockBytes))
  if (count === 1) {
    const text = wholeUr(cbor).toUpperCase()
    return { message: name, blocks: 1, version, frame: () => text }
  }
  const blocks = blocksOf(cbor, blockBytes)
  const chosen = blockChooser(count, checksum)
  const numberOf = showOrder(count, chosen)
  return {
    message: name,
    blocks: count,
    version,
    frame: (n) => {
      const number = numberOf(n)
      const data = mixedBlock(blocks, chosen(number))
      return partUr({ number, blocks: count, messageBytes, checksum, data }).toUpperCase()
    },
  }
}

/**
 * Which part is shown as the n-th: all blocks, as many mixtures, all blocks again, the next mixtures. Any order can be read. In this
 * one a reader that begins late, or solves less than ours does, waits less; parts that only repeat one block are left out, which at
 * 30 % loss saves one frame in ten.
 */
function showOrder(blocks: number, chosen: (number: number) => readonly number[]): (n: number) => number {
  const mixtures: number[] = []
  let next = blocks + 1
  const mixture = (index: number): number => {
    for (; mixtures.length <= index && next <= lastNumber(blocks); next++) {
      if (chosen(next).length > 1) mixtures.push(next)
    }
    return mixtures[index % mixtures.length] ?? 1
  }
  return (n) => {
    const [round, at] = [Math.floor((n - 1) / (2 * blocks)), (n - 1) % (2 * blocks)]
    return at < blocks ? at + 1 : mixture(round * blocks + at - blocks)
  }
}

/**
 * What a person is shown: one code that stands still is worth a size more than frames that move. Who asks for coarse codes has a
 * camera that cannot read such a one.
 */
export function shownFrames(packed: Uint8Array, density: Density, mayStand = density !== 'coarse'): FrameSource {
  if (mayStand) {
    const whole = frameSource(packed, fragmentBytesFor(largestVersion, packed.length))
    if (whole.blocks === 1) return whole
  }
  return frameSource(packed, fragmentBytesFor(versionOfDensity[density], packed.length))
}

/** The longest fragments of a packed message of `messageBytes` whose frames fit in this version: all of it, if one code can hold it. */
export function fragmentBytesFor(version: number, messageBytes: number): number {
  const capacity = version < smallestVersion ? undefined : qrCapacities[version - 1]
  if (capacity === undefined) {
    throw new AppError({
      code: 'usage/invalid',
      message: `QR codes of version ${version} are not used`,
      hint: `use a version from ${smallestVersion} to ${largestVersion}`,
    })
  }
  const all = cborHeadBytes(messageBytes) + messageBytes
  let bytes = Math.max(smallestBlockBytes, Math.min(all, capacity >>> 1))
  while (longestFrame(all, bytes) > capacity) bytes--
  return bytes
}

/**
 * No part has a higher number, so that a long show does not need larger codes: numbers of one byte are enough where the blocks are
 * few.
 */
function lastNumber(blocks: number): number {
  return blocks < 24 ? 0xff : 0xffff
}

function longestFrame(messageBytes: number, blockBytes: number): number {
  const checksumBytes = 4
  if (messageBytes <= blockBytes) return 'UR:BYTES/'.length + 2 * (messageBytes + checksumBytes)
  const blocks = Math.ceil(messageBytes / blockBytes)
  const last = lastNumber(blocks)
  const heads = [last, blocks, messageBytes, 0xffffffff, blockBytes].map(cborHeadBytes)
  const part = 1 + heads.reduce((sum, bytes) => sum + bytes) + blockBytes
  return `UR:BYTES/${last}-${blocks}/`.length + 2 * (part + checksumBytes)
}

function versionFor(length: number): number {
  const index = qrCapacities.findIndex((capacity) => length <= capacity)
  if (index >= 0) return index + 1
  throw new AppError({
    code: 'usage/invalid',
    message: `frames of ${length} characters do not fit in QR codes of version ${largestVersion}`,
    hint: 'use smaller fragments',
  })
}
