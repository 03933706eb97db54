// Names that people take for each other. Small and honest: letters of three alphabets that share a shape, the digits 0 and 1,
// capitals, and what stands between words; not pairs such as rn and m, which are in too many honest names.
import { isHidden } from '../../../visible.ts'

/** Small letters and digits by the Latin letter whose shape they have; capitals are made small before, where that keeps the shape. */
const shapes: ReadonlyMap<string, string> = new Map(
  Object.entries({
    a: 'аαɑ',
    b: 'ьƅ',
    c: 'сϲ',
    d: 'ԁɗ',
    e: 'еҽ',
    g: 'ɡց',
    h: 'һ',
    j: 'јϳ',
    k: 'кκ',
    l: 'i1|ıіιӏǀļłɩ',
    m: 'м',
    n: 'пηո',
    o: '0оοσօө',
    p: 'рρ',
    q: 'ԛ',
    r: 'гᴦ',
    s: 'ѕꜱ',
    t: 'тτ',
    u: 'υս',
    v: 'ѵν',
    w: 'ѡԝω',
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

/** Every character that joins words. */
const joint = /[-_.\s\p{Pd}\p{Pc}]+/gu

/** Equal for names that look alike. */
export function skeletonOf(name: string): string {
  let skeleton = ''
  for (const char of name.normalize('NFKD')) {
    if (isHidden(char)) continue
    const small = capitals.get(char) ?? char.toLowerCase()
    for (const one of small) skeleton += shapes.get(one) ?? one
  }
  return skeleton.replace(joint, '-').normalize('NFKD')
}

/** The first existing name that this one is taken for, or is. */
export function lookAlike(name: string, existing: Iterable<string>): string | undefined {
  const skeleton = skeletonOf(name)
  for (const other of existing) if (other === name || skeletonOf(other) === skeleton) return other
  return undefined
}
