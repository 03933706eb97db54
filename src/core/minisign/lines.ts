// The text of minisign's files: so many lines, one of them a comment for people. What minisign itself takes was measured
// (docs/formats/minisign.md); what would not be seen, or would not be what was signed, is refused.
import { parseUtf8, utf8 } from '../bytes.ts'
import { AppError } from '../error.ts'

const untrustedPrefix = 'untrusted comment: '
const trustedPrefix = 'trusted comment: '

/** minisign reads a line into 1,024 bytes, a trusted comment into 8,192: with its prefix, its line end and a zero. */
export const maxCommentBytes = 1024 - untrustedPrefix.length - 2
export const maxTrustedCommentBytes = 8192 - trustedPrefix.length - 2

/** Everything but the tab that ends a line, rings a bell or colours a terminal; and halves of characters. */
const unprintable = /(?!\t)[\p{Cc}\p{Cs}]/u

/** Lines end as on any system; the last one may be without its end. */
export function parseLines(bytes: Uint8Array, count: number, maxBytes: number, what: string): readonly string[] {
  if (bytes.length > maxBytes) {
    throw new AppError({
      code: 'source/too-large',
      message: `${what} has ${bytes.length} bytes, where at most ${maxBytes} are taken`,
      hint: 'name the file that minisign made, and not the file that it is about',
    })
  }
  const text = parseUtf8(bytes, what)
  const lines = (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n')
  if (lines.length === count) return lines.map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line))
  throw malformed(`${what} has ${lines.length} ${lines.length === 1 ? 'line' : 'lines'} where ${count} are expected`)
}

export function parseComment(line: string, what: string): string {
  return parsePrefixed(line, untrustedPrefix, maxCommentBytes, what)
}

export function parseTrustedComment(line: string, what: string): string {
  return parsePrefixed(line, trustedPrefix, maxTrustedCommentBytes, what)
}

function parsePrefixed(line: string, prefix: string, maxBytes: number, what: string): string {
  if (!line.startsWith(prefix)) throw malformed(`a line of ${what} does not begin with “${prefix}”`)
  const comment = line.slice(prefix.length)
  const why = whyNot(comment, maxBytes)
  if (why !== undefined) throw malformed(`the ${prefix.slice(0, -2)} of ${what} ${why}`)
  return comment
}

/** Of comments that a person gave. */
export function verifyComments({ comment, trustedComment }: { comment: string; trustedComment: string }): void {
  for (const [name, text, maxBytes] of [
    ['comment', comment, maxCommentBytes],
    ['trusted comment', trustedComment, maxTrustedCommentBytes],
  ] as const) {
    const why = whyNot(text, maxBytes)
    if (why === undefined) continue
    throw new AppError({
      code: 'usage/invalid',
      message: `the ${name} ${why}`,
      hint: 'give one line of text that can be printed; a file whose name cannot be needs a --trusted-comment',
    })
  }
}

function whyNot(text: string, maxBytes: number): string | undefined {
  const found = unprintable.exec(text)?.[0]
  if (found !== undefined) {
    const point = (found.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
    return `holds the control character U+${point}`
  }
  const length = utf8(text).length
  return length > maxBytes ? `has ${length} bytes where at most ${maxBytes} are taken` : undefined
}

export function toCommentLine(comment: string): string {
  return `${untrustedPrefix}${comment}\n`
}

export function toTrustedCommentLine(comment: string): string {
  return `${trustedPrefix}${comment}\n`
}

export function malformed(message: string, hint?: string): AppError {
  return new AppError({ code: 'format/malformed', message, ...(hint === undefined ? {} : { hint }) })
}
