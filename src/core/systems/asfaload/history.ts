// Signers files that were in force before, the oldest first. Exact bytes are kept in base64; one early program kept them as
// rewritten objects, whose signatures nobody can verify any more: those are read, and marked.
import { parseBase64, toBase64, utf8 } from '../../bytes.ts'
import { AppError } from '../../error.ts'
import { isObject, type JsonObject, type JsonValue } from '../../json.ts'
import { editedJson } from '../../json-edit.ts'
import { listIn, objectOf, parseObject, textOf } from './document.ts'
import { isToCome, type Moment, parseMoment } from './moment.ts'
import { maxBytes } from './names.ts'
import { parseAggregate, type SignatureEntry } from './signatures.ts'

/** `rewritten`: what was left of a file, as text that nobody signed. */
export type HistoryEntry = { obsoletedAt: Moment } & (
  | { rewritten: Uint8Array }
  | {
      signers: Uint8Array
      signatures: readonly SignatureEntry[]
      metadata?: Uint8Array
      metadataSignatures?: readonly SignatureEntry[]
    }
)

export function parseHistory(bytes: Uint8Array, what: string): HistoryEntry[] {
  const { value } = parseObject(bytes, what, maxBytes.history)
  const entries = listIn(value.entries, `${what}: entries`).map((one, at) => {
    const place = `${what}: entry ${at + 1}`
    return entryOf(objectOf(one, place), place)
  })
  for (const [at, entry] of entries.entries()) {
    const before = entries[at - 1]
    if (before === undefined || entry.obsoletedAt.nanoseconds > before.obsoletedAt.nanoseconds) continue
    throw new AppError({
      code: 'trust/rollback',
      message: `${what}: entry ${at + 1} went out of force at ${entry.obsoletedAt.text}, not after the one before it`,
      hint: 'ask the people who keep the mirror; entries must follow each other in time',
    })
  }
  return entries
}

function entryOf(entry: JsonObject, what: string): HistoryEntry {
  const { signers_file: signers, signatures, metadata, metadata_signatures: signed } = entry
  const obsoletedAt = parseMoment(textOf(entry.obsoleted_at, `${what}: obsoleted_at`), `${what}: obsoleted_at`)
  if (isObject(signers)) return { obsoletedAt, rewritten: utf8(JSON.stringify(signers)) }
  return {
    obsoletedAt,
    signers: exactBytes(signers, `${what}: signers_file`),
    signatures: signaturesIn(signatures, `${what}: signatures`),
    ...(typeof metadata === 'string' ? { metadata: exactBytes(metadata, `${what}: metadata`) } : {}),
    ...(signed === undefined ? {} : { metadataSignatures: signaturesIn(signed, `${what}: metadata_signatures`) }),
  }
}

function exactBytes(value: JsonValue | undefined, what: string): Uint8Array {
  return parseBase64(textOf(value, what), what)
}

function signaturesIn(value: JsonValue | undefined, what: string): SignatureEntry[] {
  return parseAggregate(utf8(JSON.stringify(objectOf(value, what))), what)
}

export interface Obsolete {
  signers: Uint8Array
  signatures: Uint8Array
  metadata?: Uint8Array
  metadataSignatures?: Uint8Array
}

/** With one more at its end, which goes out of force now; every entry before it keeps what was signed. */
export function withEntry(bytes: Uint8Array | undefined, one: Obsolete, what: string, now: Date): Uint8Array {
  const { document, value } = parseObject(bytes ?? utf8('{\n  "entries": []\n}\n'), what, maxBytes.history)
  const aggregate = (of: Uint8Array): JsonValue => parseObject(of, 'signatures', maxBytes.signatures).value
  const { entries, time } = inOrder(listIn(value.entries, what), parseHistory(document.bytes, what), now)
  const entry: JsonObject = {
    obsoleted_at: time,
    signers_file: toBase64(one.signers),
    signatures: aggregate(one.signatures),
    ...(one.metadata === undefined ? {} : { metadata: toBase64(one.metadata) }),
    ...(one.metadataSignatures === undefined ? {} : { metadata_signatures: aggregate(one.metadataSignatures) }),
  }
  const result = editedJson(document, [{ path: ['entries'], value: [...entries, entry] }])
  parseHistory(result, what)
  return result
}

/**
 * Entries follow each other, also two of one moment or by two clocks. A time to come, which a wrong clock or a mirror wrote, would
 * keep every honest one from following it: nobody signs it, so it gives way.
 */
function inOrder(
  entries: readonly JsonValue[],
  read: readonly HistoryEntry[],
  now: Date,
): { entries: JsonValue[]; time: string } {
  let last = Number.NEGATIVE_INFINITY
  const next = (): string => {
    last = Math.max(now.getTime(), last + 1)
    return new Date(last).toISOString()
  }
  const kept = entries.map((entry, at) => {
    const time = read[at]?.obsoletedAt
    if (time === undefined || !isToCome(time, now)) {
      last = time?.at.getTime() ?? last
      return entry
    }
    return { ...objectOf(entry, 'an entry'), obsoleted_at: next() }
  })
  return { entries: kept, time: next() }
}
