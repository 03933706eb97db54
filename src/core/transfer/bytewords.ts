// Bytes as English words of four letters, or as the first and the last letter of each (BCR-2020-012), with their CRC-32 at the end.
import { concatBytes } from '../bytes.ts'
import { AppError } from '../error.ts'
import { bytesOfUint32, crc32 } from './crc32.ts'

const words: readonly string[] = `
  able acid also apex aqua arch atom aunt away axis back bald barn belt beta bias
  blue body brag brew bulb buzz calm cash cats chef city claw code cola cook cost
  crux curl cusp cyan dark data days deli dice diet door down draw drop drum dull
  duty each easy echo edge epic even exam exit eyes fact fair fern figs film fish
  fizz flap flew flux foxy free frog fuel fund gala game gear gems gift girl glow
  good gray grim guru gush gyro half hang hard hawk heat help high hill holy hope
  horn huts iced idea idle inch inky into iris iron item jade jazz join jolt jowl
  judo jugs jump junk jury keep keno kept keys kick kiln king kite kiwi knob lamb
  lava lazy leaf legs liar limp lion list logo loud love luau luck lung main many
  math maze memo menu meow mild mint miss monk nail navy need news next noon note
  numb obey oboe omit onyx open oval owls paid part peck play plus poem pool pose
  puff puma purr quad quiz race ramp real redo rich road rock roof ruby ruin runs
  rust safe saga scar sets silk skew slot soap solo song stub surf swan taco task
  taxi tent tied time tiny toil tomb toys trip tuna twin ugly undo unit urge user
  vast very veto vial vibe view visa void vows wall wand warm wasp wave waxy webs
  what when whiz wolf work yank yawn yell yoga yurt zaps zero zest zinc zone zoom
`
  .trim()
  .split(/\s+/)

const pairs: readonly string[] = words.map((word) => word.charAt(0) + word.charAt(3))

/** No two words share both their first and their last letter. */
const byteOfPair: ReadonlyMap<string, number> = new Map(pairs.map((pair, byte) => [pair, byte]))

const checksumBytes = 4

/** `standard`: whole words with a space between them. `minimal`: two letters a byte and nothing between. */
export type BytewordStyle = 'standard' | 'minimal'

export function toBytewords(bytes: Uint8Array, style: BytewordStyle): string {
  const [names, between] = style === 'minimal' ? [pairs, ''] : [words, ' ']
  return Array.from(concatBytes(bytes, bytesOfUint32(crc32(bytes))), (byte) => names[byte] ?? '').join(between)
}

/** Small and capital letters are the same; everything else must be exactly what {@link toBytewords} writes. */
export function parseBytewords(text: string, style: BytewordStyle, what: string): Uint8Array<ArrayBuffer> {
  // Only ASCII: there are capital letters elsewhere whose small letter is one of ours.
  if (!/^[A-Za-z ]*$/.test(text)) throw notBytewords(what)
  const small = text.toLowerCase()
  const step = style === 'minimal' ? 2 : 5
  const count = Math.floor((small.length + step - (style === 'minimal' ? 2 : 4)) / step)
  const bytes = new Uint8Array(count)
  for (let index = 0; index < count; index++) {
    const at = index * step
    const last = style === 'minimal' ? 1 : 3
    bytes[index] = byteOfPair.get(small.charAt(at) + small.charAt(at + last)) ?? 0
  }
  // What was read must be written in the same way: that refuses every wrong letter, space and length at once.
  const [names, between] = style === 'minimal' ? [pairs, ''] : [words, ' ']
  if (Array.from(bytes, (byte) => names[byte] ?? '').join(between) !== small) throw notBytewords(what)
  if (count < checksumBytes) {
    throw new AppError({ code: 'format/malformed', message: `${what} is too short for its checksum` })
  }
  const content = bytes.slice(0, count - checksumBytes)
  const sum = crc32(content)
  if (!bytesOfUint32(sum).every((byte, index) => byte === bytes[content.length + index])) {
    throw new AppError({ code: 'format/malformed', message: `the checksum of ${what} does not fit` })
  }
  return content
}

function notBytewords(what: string): AppError {
  return new AppError({ code: 'format/malformed', message: `${what} is not made of bytewords` })
}
