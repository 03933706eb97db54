// What a service says about itself, as it can stand in a sentence of ours.
import { visible } from '../../core/visible.ts'

const mostWords = 300

/** To stand in our quotes: a sentence of a stranger has quotes of its own, and must not end ours with them. */
export function shortWords(words: string): string {
  const text = visible(words.replace(/\s+/g, ' ').replace(/[“”]/g, '"').trim())
  return text.length > mostWords ? `${text.slice(0, mostWords)}…` : text
}
