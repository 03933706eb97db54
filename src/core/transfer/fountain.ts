// The fountain code of BCR-2020-005: a message is cut into blocks of one length; the first parts are these blocks, every later part
// is several of them combined with exclusive or. Which ones follows from the part's number: whatever is lost, later parts make good.
import { concatBytes } from '../bytes.ts'
import { AppError } from '../error.ts'
import { CborReader, cborArray, cborBytes, cborUint } from './cbor.ts'
import { bytesOfUint32 } from './crc32.ts'
import { sampler } from './sampler.ts'
import { random } from './xoshiro.ts'

/** More is a matter for a file: at ten codes a second this would be an hour. */
export const maxMessageBytes = 4 * 1024 * 1024
export const maxBlocks = 8192

export interface Part {
  /** From 1; the first `blocks` ones are the blocks themselves. */
  number: number
  blocks: number
  messageBytes: number
  /** CRC-32 of the whole message. */
  checksum: number
  data: Uint8Array
}

/** The shortest blocks of which no more are needed than of the longest ones allowed. */
export function blockBytesFor(messageBytes: number, maxBytes: number): number {
  return Math.ceil(messageBytes / Math.ceil(messageBytes / maxBytes))
}

/** The last one is filled up with zeros. */
export function blocksOf(message: Uint8Array, blockBytes: number): Uint8Array<ArrayBuffer>[] {
  return Array.from({ length: Math.ceil(message.length / blockBytes) }, (_, index) => {
    const block = new Uint8Array(blockBytes)
    block.set(message.subarray(index * blockBytes, (index + 1) * blockBytes))
    return block
  })
}

/** How many blocks are combined: one with weight 1, two with weight 1/2, three with weight 1/3. */
export function degreeSampler(blocks: number): ReturnType<typeof sampler> {
  return sampler(Array.from({ length: blocks }, (_, index) => 1 / (index + 1)))
}

/** Tells of the number of a part which blocks are in it. */
export function blockChooser(blocks: number, checksum: number): (number: number) => readonly number[] {
  const degrees = degreeSampler(blocks)
  const all = Array.from({ length: blocks }, (_, index) => index)
  return (number) => {
    if (number <= blocks) return [number - 1]
    const draws = random(concatBytes(bytesOfUint32(number), bytesOfUint32(checksum)))
    const degree = degrees(draws) + 1
    // The beginning of a shuffle of all blocks, as long as it is needed.
    const rest = all.slice()
    return Array.from({ length: degree }, () => rest.splice(draws.below(rest.length), 1)[0] ?? 0)
  }
}

export function xorInto(target: Uint8Array, source: Uint8Array): void {
  for (let at = 0; at < target.length; at++) target[at] = (target[at] ?? 0) ^ (source[at] ?? 0)
}

export function mixedBlock(blocks: readonly Uint8Array[], indexes: readonly number[]): Uint8Array<ArrayBuffer> {
  const mixed = new Uint8Array(blocks[0]?.length ?? 0)
  for (const index of indexes) xorInto(mixed, blocks[index] ?? new Uint8Array())
  return mixed
}

export function encodePart({ number, blocks, messageBytes, checksum, data }: Part): Uint8Array<ArrayBuffer> {
  return cborArray(cborUint(number), cborUint(blocks), cborUint(messageBytes), cborUint(checksum), cborBytes(data))
}

/** Every number is checked here, before anything of their size is made. */
export function parsePart(bytes: Uint8Array): Part {
  const reader = new CborReader(bytes, 'this part')
  reader.array(5)
  const [number, blocks, messageBytes, checksum] = [reader.uint(), reader.uint(), reader.uint(), reader.uint()]
  const data = reader.bytes()
  reader.end()
  if (messageBytes > maxMessageBytes || blocks > maxBlocks) {
    throw new AppError({
      code: 'source/too-large',
      message: `a message of ${messageBytes} bytes in ${blocks} blocks is more than ${maxMessageBytes} in ${maxBlocks}`,
    })
  }
  if (number === 0 || data.length === 0 || messageBytes === 0 || Math.ceil(messageBytes / data.length) !== blocks) {
    const sizes = `${messageBytes} bytes in ${blocks} blocks of ${data.length}`
    throw new AppError({ code: 'format/malformed', message: `part ${number} contradicts itself: ${sizes}` })
  }
  return { number, blocks, messageBytes, checksum, data }
}
