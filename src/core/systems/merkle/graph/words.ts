// Texts of the picture: what came from documents is made visible, and cut where it would run into its neighbours.
import { visible } from '../../../visible.ts'
import type { Lane, Version } from './types.ts'

/** "10,002", wherever this runs. */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',')
}

export function counted(count: number, one: string): string {
  return `${grouped(count)} ${one}${count === 1 ? '' : 's'}`
}

/** In halves of a square: what is written from U+1100 on may be as wide as high. */
function unitsOf(char: string): number {
  return (char.codePointAt(0) ?? 0) >= 0x1100 ? 2 : 1
}

export function unitsIn(text: string): number {
  let units = 0
  for (const char of text) units += unitsOf(char)
  return units
}

/** No longer than so many letters; what is cut off shows. */
export function fitted(text: string, most: number): string {
  const shown = visible(text)
  if (unitsIn(shown) <= most) return shown
  let [cut, units] = ['', 0]
  for (const char of shown) {
    units += unitsOf(char)
    if (units > most - 1) break
    cut += char
  }
  return `${cut}…`
}

/** Between words, and inside a word that is longer than a line. */
export function wrapped(text: string, most: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of visible(text).split(' ')) {
    let rest = word
    if (line !== '' && unitsIn(line) + 1 + unitsIn(rest) > most) {
      lines.push(line)
      line = ''
    }
    while (unitsIn(rest) > most) {
      const part = fitted(rest, most).slice(0, -1)
      lines.push(part)
      rest = rest.slice(part.length)
    }
    line = line === '' ? rest : `${line} ${rest}`
  }
  return line === '' ? lines : [...lines, line]
}

export function nameOf({ name, kind }: Lane): string {
  return kind === 'delegated' || kind === 'retired' || kind === 'dropped'
    ? name
    : `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`
}

export function titleOf(lane: Lane, { version, expires, signatures, named, cid }: Version): string {
  const what = lane.kind === 'timestamp' ? 'Timestamp, the head' : `${fitted(nameOf(lane), 60)} ${grouped(version)}`
  const by =
    named === undefined
      ? []
      : named.first === named.last
        ? [`named by snapshot ${grouped(named.first)}`]
        : [`named by snapshots ${grouped(named.first)} to ${grouped(named.last)}`]
  return [what, `expires ${expires.slice(0, 10)}`, counted(signatures, 'signature'), ...by, cid].join(', ')
}

export function noteOf({ kind, versions, older, problem }: Lane): string {
  if (problem !== undefined) return `history ends: ${problem.data?.fault ?? problem.code}`
  if (kind === 'timestamp') return `until ${versions.at(-1)?.expires.slice(0, 10)}`
  const stepped = versions.filter(({ by }) => by === 'previous')
  const count = counted(older + stepped.length, 'version')
  if (kind === 'retired') return `retired, ${count}`
  return kind === 'dropped' ? `not listed any more` : count
}
