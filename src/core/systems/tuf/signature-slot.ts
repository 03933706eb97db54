// A signature goes into another tool's file as text: nothing else of that file changes, not a space.
import { concatBytes, utf8 } from '../../bytes.ts'
import { AppError } from '../../error.ts'
import { parseJson } from '../../json.ts'
import { parseEnvelope } from './envelope.ts'

interface Span {
  start: number
  end: number
}

/** The file with `sig` in the slot of `keyid`: its slot filled, its old signature replaced, or a new entry at the end. */
export function insertSignature(bytes: Uint8Array, keyid: string, sig: string): Uint8Array {
  const before = parseEnvelope(bytes, 'the document')
  const list = before.document.members.get('signatures')
  if (list === undefined) throw new AppError({ code: 'format/malformed', message: 'the document has no signatures' })
  const entries = entrySpans(bytes, list)
  const at = before.signatures.findIndex((signature) => signature.keyid === keyid)
  const entry = entries[at]
  const result = entry === undefined ? append(bytes, list, entries, keyid, sig) : fill(bytes, entry, sig)
  checkInserted(before.payload, result, keyid, sig)
  return result
}

function splice(bytes: Uint8Array, { start, end }: Span, text: string): Uint8Array {
  return concatBytes(bytes.subarray(0, start), utf8(text), bytes.subarray(end))
}

function fill(bytes: Uint8Array, entry: Span, sig: string): Uint8Array {
  const member = parseJson(bytes.subarray(entry.start, entry.end), 'a signature').members.get('sig')
  if (member === undefined) throw new AppError({ code: 'format/malformed', message: 'a signature has no sig' })
  return splice(bytes, { start: entry.start + member.start, end: entry.start + member.end }, JSON.stringify(sig))
}

/** In the style of the entries before it: their line breaks and indentation, and the spacing of their members. */
function append(bytes: Uint8Array, list: Span, entries: readonly Span[], keyid: string, sig: string): Uint8Array {
  const text = (span: Span): string => new TextDecoder().decode(bytes.subarray(span.start, span.end))
  const last = entries.at(-1)
  const entry = { keyid, sig }
  if (last !== undefined) {
    const lead = short(text({ start: list.start + 1, end: entries[0]?.start ?? last.start }))
    const style = text(last)
    const inner = short(/^\{(\s*)/.exec(style)?.[1] ?? '')
    const body = style.slice(0, -1)
    const close = short(body.slice(body.trimEnd().length))
    const colon = short(/^\{\s*"[^"]*"(\s*:\s*)/.exec(style)?.[1] ?? ': ')
    const comma = inner === '' ? short(/",(\s*)"/.exec(style)?.[1] ?? '') : inner
    const members = Object.entries(entry).map(
      ([name, value]) => `${JSON.stringify(name)}${colon}${JSON.stringify(value)}`,
    )
    return splice(bytes, { start: last.end, end: last.end }, `,${lead}{${inner}${members.join(`,${comma}`)}${close}}`)
  }
  // An empty list: take the indentation from the line it stands on.
  const lineStart = bytes.lastIndexOf(0x0a, list.start) + 1
  const indent = /^[ \t]*/.exec(text({ start: lineStart, end: list.start }))?.[0] ?? ''
  if (lineStart === 0 || indent === '') return splice(bytes, list, `[${JSON.stringify(entry)}]`)
  const unit = indent
  const lines = JSON.stringify([entry], null, unit).split('\n')
  return splice(bytes, list, lines.join(`\n${indent}`))
}

/** White space is copied as a style, not as a quantity: whoever wrote a megabyte of it meant no style. */
function short(space: string): string {
  return space.length <= 64 ? space : ' '
}

/** Spans of the list's entries, by the strict parser's own grammar: each is parsed as a document of its own. */
function entrySpans(bytes: Uint8Array, list: Span): Span[] {
  const spans: Span[] = []
  let depth = 0
  let start = -1
  for (let at = list.start; at < list.end; at++) {
    const byte = bytes[at]
    if (byte === 0x22) {
      for (at++; bytes[at] !== 0x22; at++) if (bytes[at] === 0x5c) at++
    } else if (byte === 0x5b || byte === 0x7b) {
      depth++
      if (depth === 2) start = at
    } else if (byte === 0x5d || byte === 0x7d) {
      depth--
      if (depth === 1) spans.push({ start, end: at + 1 })
    }
  }
  return spans
}

/** The edit is text, so its result is read again: same payload, and the signature where it belongs. */
function checkInserted(payload: Uint8Array, bytes: Uint8Array, keyid: string, sig: string): void {
  const after = parseEnvelope(bytes, 'the signed document')
  const isSame = after.payload.length === payload.length && after.payload.every((byte, i) => byte === payload[i])
  const isThere = after.signatures.some((signature) => signature.keyid === keyid && signature.sig === sig)
  if (!isSame || !isThere) {
    throw new AppError({
      code: 'internal/bug',
      message: 'inserting the signature changed something else; nothing was written',
    })
  }
}
