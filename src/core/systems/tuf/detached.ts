// go-tuf's detached form: the signed part alone in its canonical form, and the signatures in a file of their own.
import { isEqualBytes, utf8 } from '../../bytes.ts'
import { AppError } from '../../error.ts'
import { parseJson } from '../../json.ts'
import { checkSize } from '../../transport.ts'
import { parseEnvelope, Reader, readSignatures, type TufSignature } from './envelope.ts'

/** It is passed by hand and held several times while it is read: the largest of people’s roles, and no more. */
const maxPayloadBytes = 8 * 1024 * 1024

/** Whether bytes are a signed part alone: its members are sorted, so that its type comes first. */
export function isPayload(bytes: Uint8Array): boolean {
  const start = utf8('{"_type":"')
  return isEqualBytes(bytes.subarray(0, start.length), start)
}

/** The document that others would make of payload and signatures; refused unless it is signed over exactly these bytes. */
export function attach(payload: Uint8Array, signatures: readonly TufSignature[], what: string): Uint8Array {
  checkSize(what, payload.length, maxPayloadBytes)
  const entries = signatures.map(({ keyid, sig }) => ({ keyid, sig }))
  const parts = [utf8(`{"signatures":${JSON.stringify(entries)},"signed":`), escapeControls(payload), utf8('}')]
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  if (isEqualBytes(parseEnvelope(bytes, what).payload, payload)) return bytes
  throw new AppError({
    code: 'format/malformed',
    message: `${what} is not in canonical form, so nobody can say what a signature over it would mean`,
    hint: 'make it again, with: tuf payload',
  })
}

/** A file of signatures: `[{"keyid": ..., "sig": ...}]`. */
export function parseSignatures(bytes: Uint8Array, what: string): readonly TufSignature[] {
  return readSignatures(new Reader(what), parseJson(bytes, what).value())
}

export function encodeSignatures(signatures: readonly TufSignature[]): Uint8Array {
  return utf8(`${JSON.stringify(signatures.map(({ keyid, sig }) => ({ keyid, sig })))}\n`)
}

const quote = 0x22
const backslash = 0x5c
const firstPrintable = 0x20

/** The canonical form writes line breaks inside strings as they are, which JSON does not allow. */
function escapeControls(payload: Uint8Array): Uint8Array {
  // Counted first: a list of numbers that grows takes many times the payload.
  let count = 0
  eachControl(payload, () => void count++)
  if (count === 0) return payload
  const out = new Uint8Array(payload.length + count * (escapeOf(0).length - 1))
  let from = 0
  let to = 0
  const upTo = (at: number): void => {
    out.set(payload.subarray(from, at), to)
    to += at - from
  }
  eachControl(payload, (at, byte) => {
    upTo(at)
    out.set(escapeOf(byte), to)
    to += escapeOf(byte).length
    from = at + 1
  })
  upTo(payload.length)
  return out
}

const escapes = Array.from({ length: firstPrintable }, (_, byte) => utf8(`\\u${byte.toString(16).padStart(4, '0')}`))
const nothing = new Uint8Array()

function escapeOf(byte: number): Uint8Array {
  return escapes[byte] ?? nothing
}

/** Those inside strings; what follows a backslash is left to the parser. */
function eachControl(payload: Uint8Array, visit: (at: number, byte: number) => void): void {
  let inside = false
  for (let at = 0; at < payload.length; at++) {
    const byte = payload[at] ?? 0
    if (inside && byte < firstPrintable) visit(at, byte)
    else if (byte === quote) inside = !inside
    else if (inside && byte === backslash) at++
  }
}
