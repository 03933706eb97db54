// Names that people take for each other. Small and honest: letters that share a shape, small capitals, the digits 0 and 1,
// capitals, and what stands between words; not pairs such as rn and m, which are in too many honest names.
import { isHidden } from './visible.ts'

/** Zeros of other scripts, and letters and digits there that are drawn as one. */
const zeros =
  '\u0665\u06f5\u07c0\u0966\u09e6\u0a66\u0ae6\u0b20\u0b66\u0be6\u0c66\u0ce6\u0d20\u0d66\u0e50\u0ed0\u101d\u1040\u17e0\u3007'

/** Small letters and digits by the Latin letter whose shape they have; capitals are made small before, where that keeps the shape. */
const shapes: ReadonlyMap<string, string> = new Map(
  Object.entries({
    a: 'аαɑᴀ',
    b: 'ьƅʙ',
    c: 'сϲᴄ',
    d: 'ԁɗᴅ',
    e: 'еҽᴇꬲ',
    f: 'ꜰƒꞙꬵ',
    g: 'ɡցɢ',
    h: 'һʜ',
    j: 'јϳᴊ',
    k: 'кκᴋ',
    l: 'i1|ıіιӏǀļłɩɪʟ\u0661\u06f1\u07ca',
    m: 'мᴍ',
    n: 'пηոɴ',
    o: `0оοσօөᴏᴑɵⱺ${zeros}`,
    p: 'рρᴘ',
    q: 'ԛꞯ',
    r: 'гᴦʀꭇꭈ',
    s: 'ѕꜱ',
    t: 'тτᴛ',
    u: 'υսᴜꭎꭒʋ',
    v: 'ѵνᴠ',
    w: 'ѡԝωᴡ',
    x: 'хχ',
    y: 'уγүʏ',
    z: 'ᴢ',
  }).flatMap(([latin, others]) => [...others].map((other): [string, string] => [other, latin])),
)

/** Capitals whose shape is another Latin letter than that of their small letter. */
const capitals: ReadonlyMap<string, string> = new Map(
  Object.entries({
    b: 'ВΒ',
    h: 'НΗ',
    n: 'Ν',
    p: 'РΡ',
    x: 'ХΧ',
    y: 'УΥҮ',
    m: 'Μ',
    z: 'Ζ',
    c: 'С',
    e: 'ΕЕ',
    v: 'Ѵ',
  }).flatMap(([latin, others]) => [...others].map((other): [string, string] => [other, latin])),
)

/** What stands between words, and what looks like an apostrophe: easily left out, and easily not noticed. */
const joint = /[-_.\s\p{Pd}\p{Pc}'’‘`´′ꞌ\u02b0-\u02ff]+/gu

/** Equal for names that look alike. */
export function skeletonOf(name: string): string {
  let skeleton = ''
  for (const char of name.normalize('NFKD')) {
    if (isHidden(char)) continue
    const small = capitals.get(char) ?? char.toLowerCase()
    for (const one of small) skeleton += shapes.get(one) ?? one
  }
  return skeleton.replace(joint, '').normalize('NFKD')
}

/** The first existing name that this one is taken for, or is. */
export function lookAlike(name: string, existing: Iterable<string>): string | undefined {
  const skeleton = skeletonOf(name)
  for (const other of existing) if (other === name || skeletonOf(other) === skeleton) return other
  return undefined
}
