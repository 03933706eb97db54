// HTML that is put together from texts: every text is escaped, and every character in it that could not be seen is named.
import { visible } from './visible.ts'

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

export class Markup {
  readonly html: string

  constructor(html: string) {
    this.html = html
  }
}

type Part = string | number | Markup | readonly Markup[]

/** The only way from text to HTML: what stands in the template is ours, what is put into it is not. */
export function markup(parts: TemplateStringsArray, ...values: readonly Part[]): Markup {
  return new Markup(parts.map((part, at) => (at === 0 ? '' : htmlOf(values[at - 1] ?? '')) + part).join(''))
}

function htmlOf(value: Part): string {
  if (value instanceof Markup) return value.html
  if (typeof value === 'number') return String(value)
  if (typeof value !== 'string') return value.map(({ html }) => html).join('')
  return visible(value).replace(/[&<>"']/g, (char) => escapes[char] ?? '')
}

export const nothing = new Markup('')
