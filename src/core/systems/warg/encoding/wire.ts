// Logs, proofs and records as JSON: as registries spell them, and as a folder keeps them.
import { parseBase64, toBase64 } from '../../../bytes.ts'
import { jcsBytes } from '../../../jcs.ts'
import { fault } from '../fault.ts'
import { pageLength } from '../files.ts'
import { countIn, listIn, objectIn, parseAnswer, textIn } from './answer.ts'
import type { Envelope } from './envelope.ts'
import { checkKeyId } from './key.ts'
import { parsePackageName } from './names.ts'

/** A record in the log of its own, and its place in the log of the registry, from 0. */
export interface LoggedRecord extends Envelope {
  registryIndex: number
}

export function parsePage(bytes: Uint8Array, what: string): LoggedRecord[] {
  const { records } = objectIn(parseAnswer(bytes, what), ['records'], what)
  const list = listIn(records, what)
  if (list.length > pageLength) {
    throw fault('bad-answer', 'format/malformed', `${what} has ${list.length} records, of at most ${pageLength}`)
  }
  return list.map((one, at) => {
    const name = `record ${at + 1} of ${what}`
    const { contentBytes, keyId, signature, registryIndex } = objectIn(
      one,
      ['contentBytes', 'keyId', 'signature', 'registryIndex'],
      name,
    )
    return {
      ...signedIn({ contentBytes, keyId, signature }, name),
      registryIndex: countIn(registryIndex, `the place of ${name}`, 0xffffffff),
    }
  })
}

export function pageBytes(records: readonly LoggedRecord[]): Uint8Array<ArrayBuffer> {
  return jcsBytes({
    records: records.map(({ registryIndex, ...signed }) => ({ ...signedJson(signed), registryIndex })),
  })
}

/** A record, who says to have signed it, and the signature: as registries spell it in JSON. */
export function parseSigned(bytes: Uint8Array, what: string): Envelope {
  const { contentBytes, keyId, signature } = objectIn(
    parseAnswer(bytes, what),
    ['contentBytes', 'keyId', 'signature'],
    what,
  )
  return signedIn({ contentBytes, keyId, signature }, what)
}

export function signedBytes(envelope: Envelope): Uint8Array<ArrayBuffer> {
  return jcsBytes(signedJson(envelope))
}

type SignedFields = Readonly<Record<'contentBytes' | 'keyId' | 'signature', Parameters<typeof textIn>[0]>>

function signedIn({ contentBytes, keyId, signature }: SignedFields, what: string): Envelope {
  return {
    contents: parseBase64(textIn(contentBytes, what), what),
    keyId: checkKeyId(textIn(keyId, what), `the key of ${what}`),
    signature: textIn(signature, `the signature of ${what}`),
  }
}

function signedJson({ contents, keyId, signature }: Envelope) {
  return { contentBytes: toBase64(contents), keyId, signature }
}

/** What a registry answers about a leaf: that its log holds it, and its map the record. */
export function parseInclusion(bytes: Uint8Array, what: string): { log: Uint8Array; map: Uint8Array } {
  const { log, map } = objectIn(parseAnswer(bytes, what), ['log', 'map'], what)
  return { log: parseBase64(textIn(log, what), what), map: parseBase64(textIn(map, what), what) }
}

export function parseConsistency(bytes: Uint8Array, what: string): Uint8Array {
  const { proof } = objectIn(parseAnswer(bytes, what), ['proof'], what)
  return parseBase64(textIn(proof, what), what)
}

// ---- what is sent -------------------------------------------------------------------------------------------------------

export interface Sending {
  packageName: string
  envelope: Envelope
}

export function parseSending(bytes: Uint8Array, what: string): Sending {
  const { packageName, record } = objectIn(parseAnswer(bytes, what), ['packageName', 'record'], what)
  const { contentBytes, keyId, signature } = objectIn(record, ['contentBytes', 'keyId', 'signature'], what)
  const name = textIn(packageName, what)
  parsePackageName(name)
  return { packageName: name, envelope: signedIn({ contentBytes, keyId, signature }, what) }
}

/** As a registry takes it. */
export function sendingBytes({ packageName, envelope }: Sending): Uint8Array<ArrayBuffer> {
  return jcsBytes({ packageName, record: signedJson(envelope) })
}
