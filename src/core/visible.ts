// Text from outside, made safe to read: a character that would not be seen, or that reorders what follows (a name that reads
// backwards), is shown by its number. One form in the window, in the terminal and on paper.

/** All of Unicode's controls, unassigned and ignorable characters, every space but the plain one, and the blank braille cell. */
const hidden = /(?! )[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}\u2800]/u
const everyHidden = new RegExp(hidden, 'gu')

export function isHidden(char: string): boolean {
  return hidden.test(char)
}

export function hasHidden(text: string): boolean {
  return hidden.test(text)
}

/** "⟨U+202E⟩" */
export function markOf(char: string): string {
  const point = char.codePointAt(0) ?? 0
  return `⟨U+${point.toString(16).toUpperCase().padStart(4, '0')}⟩`
}

/** "evil⟨U+202E⟩gpj.exe" */
export function visible(text: string): string {
  return text.replace(everyHidden, markOf)
}

/** The same for what stands in our quotes “”: nothing in it can end them and go on in our words. */
export function inQuotes(text: string): string {
  return visible(text).replace(/[“”]/g, markOf)
}

export interface ForeignPart {
  text: string
  /** This part stands for a character that would otherwise not be seen; `text` is its name. */
  mark: boolean
}

/** A text as plain parts and marks, for screens that show a mark in another way. */
export function splitForeign(text: string, keep: ReadonlySet<string> = new Set()): ForeignPart[] {
  const parts: ForeignPart[] = []
  let plain = ''
  for (const char of text) {
    if (!isHidden(char) || keep.has(char)) {
      plain += char
      continue
    }
    if (plain !== '') parts.push({ text: plain, mark: false })
    plain = ''
    parts.push({ text: markOf(char), mark: true })
  }
  if (plain !== '') parts.push({ text: plain, mark: false })
  return parts
}
