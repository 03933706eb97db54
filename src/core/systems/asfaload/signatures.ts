// Signatures of one file, as each generation keeps them. One more goes into the received text; nothing else of it changes.
import { isEqualBytes, parseBase64, toBase64, utf8 } from '../../bytes.ts'
import { AppError } from '../../error.ts'
import { isObject, type JsonValue, parseJson } from '../../json.ts'
import { editedJson } from '../../json-edit.ts'
import { objectOf, parseObject, textOf } from './document.ts'
import { isSameHolder, parseKeyText, parseUnpadded, type SignerKey, toUnpadded } from './keys.ts'
import { keyTextOfFile, maxBytes } from './names.ts'
import type { Generation } from './signers-file.ts'

export interface SignatureEntry {
  /** The key's text as it stands there, or a file's name that is nobody's. */
  id: string
  /** Undefined when the text is no key. */
  key?: SignerKey
  /** A minisign signature's four lines, or 64 bytes; undefined when it cannot be read. */
  signature?: Uint8Array
}

/** From one JSON file, of either shape: {"KEY": ".."}, or {"entries": {"KEY": {"format", "signature"}}}. */
export function parseAggregate(bytes: Uint8Array, what: string): SignatureEntry[] {
  const { value } = parseObject(bytes, what, maxBytes.signatures)
  const isWrapped = isObject(value.entries)
  const entries = isWrapped ? objectOf(value.entries, what) : value
  return Object.entries(entries).map(([id, entry]) => {
    const place = `${what}: the signature of ${id.slice(0, 24)}`
    const text = isWrapped ? textOf(objectOf(entry, place).signature, place) : textOf(entry, place)
    const key = keyOf(id)
    return { id, ...(key === undefined ? {} : { key, ...signatureOf(key, text) }) }
  })
}

/** From the first generation's folder: name of each file below it, and its bytes. */
export function parseSignatureFiles(files: ReadonlyMap<string, Uint8Array>): SignatureEntry[] {
  return [...files].map(([name, signature]) => {
    const id = keyTextOfFile(name) ?? name
    const key = keyOf(id)
    return key === undefined ? { id } : { id, key, signature }
  })
}

/** An aggregate with nobody's signature in it. */
export function emptyAggregate(generation: Generation): Uint8Array {
  return utf8(generation === 2 ? '{\n  "entries": {}\n}\n' : '{}\n')
}

/** With this signature under the key's own text; one that stood there under any spelling of the same key gives way. */
export function withSignature(bytes: Uint8Array, key: SignerKey, signature: Uint8Array, what: string): Uint8Array {
  const document = parseJson(bytes, what)
  const value = objectOf(document.value(), what)
  const isWrapped = isObject(value.entries)
  const before = parseAggregate(bytes, what)
  const there =
    before.find(({ id }) => id === key.text) ??
    before.find((one) => one.key?.form === key.form && isSameHolder(one.key, key) && isSameNumber(one.key, key))
  const id = there?.id ?? key.text
  const entry: JsonValue = isWrapped
    ? { format: key.form, signature: textFor(key, signature) }
    : textFor(key, signature)
  const result = editedJson(document, [{ path: isWrapped ? ['entries', id] : [id], value: entry }])
  checkInserted(before, result, id, what)
  return result
}

/** Under another number of minisign's the signature would stand where no other program looks for it. */
function isSameNumber(a: SignerKey, b: SignerKey): boolean {
  return isEqualBytes(a.keyId ?? new Uint8Array(), b.keyId ?? new Uint8Array())
}

function textFor({ form }: SignerKey, signature: Uint8Array): string {
  return form === 'minisign' ? toBase64(signature) : toUnpadded(signature)
}

function keyOf(text: string): SignerKey | undefined {
  try {
    return parseKeyText(text, 'a key')
  } catch (error) {
    return unreadable(error)
  }
}

function signatureOf({ form }: SignerKey, text: string): { signature?: Uint8Array } {
  try {
    return { signature: form === 'minisign' ? parseBase64(text, 'a signature') : parseUnpadded(text, 'a signature') }
  } catch (error) {
    return unreadable(error) ?? {}
  }
}

/** One bad entry hides nobody else's: it is told of as a signature that does not count. */
function unreadable(error: unknown): undefined {
  if (error instanceof AppError && error.code.startsWith('format/')) return undefined
  throw error
}

/** The edit is text, so its result is read again: everybody else's signature as it was. */
function checkInserted(before: readonly SignatureEntry[], bytes: Uint8Array, id: string, what: string): void {
  const facts = (entries: readonly SignatureEntry[]): string[] =>
    entries.filter((one) => one.id !== id).map((one) => `${one.id} ${toBase64(one.signature ?? utf8(''))}`)
  const after = parseAggregate(bytes, what)
  const isSame = facts(before).sort().join('\n') === facts(after).sort().join('\n')
  if (isSame && after.some((one) => one.id === id && one.signature !== undefined)) return
  throw new AppError({
    code: 'internal/bug',
    message: 'inserting the signature changed something else; nothing was written',
  })
}
