// Text from a repository as one string; as elements it is made by components/foreign.
import { splitForeign } from '../core/visible.ts'

/** The same text as one string, for attributes and titles, where no element can stand. */
export function plainForeign(text: string): string {
  return splitForeign(text)
    .map((part) => part.text)
    .join('')
}
