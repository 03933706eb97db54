// Text from a repository may hold characters that are invisible or that reorder what follows (a name that reads
// backwards). Splits such a text into plain parts and marks, so that a person sees every character that is there.
import { isHidden, markOf } from '../core/visible.ts'

export interface ForeignPart {
  text: string
  /** This part stands for a character that would otherwise not be seen; `text` is its name. */
  mark: boolean
}

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

/** The same text as one string, for attributes and titles, where no element can stand. */
export function plainForeign(text: string): string {
  return splitForeign(text)
    .map((part) => part.text)
    .join('')
}
