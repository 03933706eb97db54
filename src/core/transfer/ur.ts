// The text of a frame: a uniform resource of type bytes (BCR-2020-005), whole or a part of several.
import { AppError } from '../error.ts'
import { parseBytewords, toBytewords } from './bytewords.ts'
import { encodePart, type Part, parsePart } from './fountain.ts'

/** More does not fit in any QR code in its alphanumeric mode. */
export const maxTextLength = 4296

export type Ur = { kind: 'whole'; cbor: Uint8Array } | { kind: 'part'; part: Part }

export function wholeUr(cbor: Uint8Array): string {
  return `ur:bytes/${toBytewords(cbor, 'minimal')}`
}

export function partUr(part: Part): string {
  return `ur:bytes/${part.number}-${part.blocks}/${toBytewords(encodePart(part), 'minimal')}`
}

const isOurs = /^ur:bytes\//i
const shape = /^ur:bytes\/(?:([0-9]+)-([0-9]+)\/)?([a-z]+)$/i

/** Undefined: something else, such as the code on a poster. A frame of ours that was damaged throws. */
export function parseUr(text: string): Ur | undefined {
  if (!isOurs.test(text)) return undefined
  const [, number, blocks, words = ''] = text.length > maxTextLength ? [] : (shape.exec(text) ?? [])
  if (words === '')
    throw new AppError({ code: 'format/malformed', message: 'this frame is not in the form of a frame' })
  const cbor = parseBytewords(words, 'minimal', 'this frame')
  if (number === undefined) return { kind: 'whole', cbor }
  const part = parsePart(cbor)
  if (`${part.number}-${part.blocks}` !== `${number}-${blocks}`) {
    const [outside, inside] = [`${number}-${blocks}`, `${part.number}-${part.blocks}`]
    throw new AppError({ code: 'format/malformed', message: `this frame says ${outside} outside and ${inside} inside` })
  }
  return { kind: 'part', part }
}
