// Text from a repository, made safe to read: hidden and reordering characters are shown by name, long texts are shortened and say so.

/** Controls, format characters (bidi, zero width), separators, private use, unassigned, half pairs, and blanks that look like nothing. */
const hidden =
  /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}\p{Cs}\u00a0\u115f\u1160\u180e\u2000-\u200a\u202f\u205f\u2800\u3000\u3164\uffa0]|\u034f|\u17b4|\u17b5|[\u180b-\u180d]|\u180f|[\ufe00-\ufe0f]|[\u{e0100}-\u{e01ef}]/gu

/** "evil⟨U+202E⟩gpj.exe": one form in the window, in the terminal and on paper. */
export function visible(text: string): string {
  return text.replace(hidden, (char) => {
    const point = char.codePointAt(0) ?? 0
    return `⟨U+${point.toString(16).toUpperCase().padStart(4, '0')}⟩`
  })
}

export function hasHidden(text: string): boolean {
  hidden.lastIndex = 0
  return hidden.test(text)
}

/** The start and the end, when the text is longer than a person reads. */
export function shortened(text: string, maxLength: number): string {
  const points = [...text]
  if (points.length <= maxLength) return text
  const tail = Math.floor((maxLength - 1) / 3)
  return `${points.slice(0, maxLength - 1 - tail).join('')}…${points.slice(points.length - tail).join('')}`
}

const excerptLength = 160

/** Two long texts from shortly before the first difference on, so that what differs is what is seen. */
export function excerpts(before: string | undefined, after: string | undefined): { before?: string; after?: string } {
  const start = before === undefined || after === undefined ? 0 : firstDifference(before, after)
  const from = Math.max(before?.length ?? 0, after?.length ?? 0) <= excerptLength ? 0 : Math.max(0, start - 24)
  return {
    ...(before === undefined ? {} : { before: excerpt(before, from) }),
    ...(after === undefined ? {} : { after: excerpt(after, from) }),
  }
}

function excerpt(text: string, from: number): string {
  const part = text.slice(from, from + excerptLength)
  const isWhole = from === 0 && part.length === text.length
  const cut = `${from > 0 ? '…' : ''}${part}${from + part.length < text.length ? '…' : ''}`
  return isWhole ? visible(text) : `${visible(cut)} (${text.length} characters)`
}

function firstDifference(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return i
  return length
}
