// Long texts cut to what a person reads, with what differs in sight.
import { visible } from '../../../visible.ts'

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
