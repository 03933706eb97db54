// What every signed document of a repository is: signatures beside the part that they cover, in the bytes as received.
import { AppError } from '../../error.ts'
import { isObject, type JsonDocument, type JsonObject, type JsonValue, parseJson } from '../../json.ts'

export interface TufSignature {
  keyid: string
  /** As written; empty means a slot that waits for its signature. */
  sig: string
}

export interface Envelope {
  /** As received. */
  bytes: Uint8Array
  document: JsonDocument
  /** Canonical form of `signed`: the bytes that are signed. */
  payload: Uint8Array<ArrayBuffer>
  signatures: readonly TufSignature[]
}

const maxSignatures = 1024

/** The envelope, and what is signed as a plain object: what it means is for its own parser to say. */
export function parseEnvelope(bytes: Uint8Array, what: string): Envelope & { raw: JsonObject } {
  const document = parseJson(bytes, what)
  const read = new Reader(what)
  const envelope = read.object(document.value(), 'the document')
  const raw = read.object(envelope.signed, 'signed')
  const payload = document.members.get('signed')?.canonical
  if (payload === undefined) return read.refuse('signed is missing')
  return { bytes, document, payload, signatures: readSignatures(read, envelope.signatures), raw }
}

export function readSignatures(read: Reader, value: JsonValue | undefined): TufSignature[] {
  const seen = new Set<string>()
  return read.array(value, 'signatures', maxSignatures).map((entry) => {
    const signature = read.object(entry, 'a signature')
    const keyid = read.text(signature.keyid, 'a signature’s keyid')
    const sig = read.text(signature.sig, 'a signature’s sig', 0)
    if (seen.has(keyid)) return read.refuse(`two signatures carry the key id ${keyid}`)
    seen.add(keyid)
    return { keyid, sig }
  })
}

/** Reads one document's values; each refusal names the document and the field. */
export class Reader {
  readonly what: string

  constructor(what: string) {
    this.what = what
  }

  refuse(why: string): never {
    throw new AppError({
      code: 'format/malformed',
      message: `${this.what}: ${why}`,
      hint: 'whoever made this file must mend it; nothing of it was used',
    })
  }

  object(value: JsonValue | undefined, field: string): JsonObject {
    return isObject(value) ? value : this.refuse(`${field} is not an object`)
  }

  array(value: JsonValue | undefined, field: string, maxLength = Number.POSITIVE_INFINITY): readonly JsonValue[] {
    if (!Array.isArray(value)) return this.refuse(`${field} is not a list`)
    return value.length <= maxLength
      ? value
      : this.refuse(`${field} has ${value.length} entries, ${maxLength} are allowed`)
  }

  text(value: JsonValue | undefined, field: string, minLength = 1): string {
    if (typeof value !== 'string') return this.refuse(`${field} is not text`)
    return value.length >= minLength ? value : this.refuse(`${field} is empty`)
  }

  integer(value: JsonValue | undefined, field: string, min: number): number {
    if (typeof value !== 'number') return this.refuse(`${field} is not a number`)
    return value >= min ? value : this.refuse(`${field} is ${value}, at least ${min} is allowed`)
  }
}
