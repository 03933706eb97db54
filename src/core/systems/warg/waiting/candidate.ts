// A record that waits: its bytes, the signature that makes it one, and what a team agreed on before: who of them must approve it,
// and who has. Registries know none of the latter; it travels with the record until that is sent.
import { parseBase64, toBase64 } from '../../../bytes.ts'
import { jcsBytes } from '../../../jcs.ts'
import { isObject, type JsonValue } from '../../../json.ts'
import { hasHidden } from '../../../visible.ts'
import { countIn, listIn, objectIn, parseAnswer, textIn } from '../encoding/answer.ts'
import { checkDigest } from '../encoding/digest.ts'
import type { Envelope } from '../encoding/envelope.ts'
import { checkKeyId, parseWargKey, signatureText, type WargKey } from '../encoding/key.ts'
import { fault } from '../fault.ts'
import { parseSubject } from '../files.ts'

/** Those who must agree before the key that publishes may sign. */
export interface Approvers {
  threshold: number
  keys: readonly { name: string; key: WargKey }[]
}

/** A signature under the id of its key. */
export interface Marked {
  keyId: string
  /** "ecdsa-p256:…" */
  signature: string
}

export interface Candidate {
  /** The record that begins the operator’s log, by its id: approvals are of this registry alone. */
  registry: string
  /** The name of the package, or "operator". */
  subject: string
  contents: Uint8Array
  approvers?: Approvers
  approvals: readonly Marked[]
  /** Of the record itself. */
  signed?: Marked
}

export const candidateFormat = 'countersign warg candidate 1'
const maxApprovers = 100

export function parseCandidate(bytes: Uint8Array, what: string): Candidate {
  const value = objectIn(
    parseAnswer(bytes, what),
    ['format', 'registry', 'log', 'contents', 'approvers?', 'approvals', 'signed?'],
    what,
  )
  if (value.format !== candidateFormat) {
    throw fault('bad-answer', 'format/unsupported', `${what} is no “${candidateFormat}”`, {
      hint: 'update Countersign',
    })
  }
  const subject = textIn(value.log, `the log of ${what}`)
  parseSubject(subject)
  const approvals = listIn(value.approvals, `the approvals of ${what}`).map((one) => markedIn(one, what))
  if (new Set(approvals.map(({ keyId }) => keyId)).size < approvals.length) {
    throw fault('bad-answer', 'format/malformed', `${what} has two approvals of one key`)
  }
  return {
    registry: checkDigest(textIn(value.registry, `the registry of ${what}`), `the registry of ${what}`),
    subject,
    contents: parseBase64(textIn(value.contents, `the record of ${what}`), what),
    ...(value.approvers === undefined ? {} : { approvers: parseApprovers(value.approvers, what) }),
    approvals,
    ...(value.signed === undefined ? {} : { signed: markedIn(value.signed, what) }),
  }
}

export function candidateBytes({
  registry,
  subject,
  contents,
  approvers,
  approvals,
  signed,
}: Candidate): Uint8Array<ArrayBuffer> {
  return jcsBytes({
    format: candidateFormat,
    registry,
    log: subject,
    contents: toBase64(contents),
    ...(approvers === undefined ? {} : { approvers: approversJson(approvers) }),
    approvals: approvals.map(markedJson),
    ...(signed === undefined ? {} : { signed: markedJson(signed) }),
  })
}

/** Whose keys it names as those that have approved or signed it; nobody has verified that. */
export function claimedKeys({ approvals, signed }: Candidate): string[] {
  return [...approvals, ...(signed === undefined ? [] : [signed])].map(({ keyId }) => keyId)
}

/** The record as registries take it. */
export function candidateEnvelope({ contents, signed, subject }: Candidate): Envelope {
  if (signed !== undefined) return { contents, ...signed }
  throw fault('bad-answer', 'trust/threshold', `the record for ${subject} is not signed`)
}

/** Also what this machine keeps of what a team agreed on. */
export function parseApprovers(value: JsonValue, what: string): Approvers {
  const { threshold, keys } = objectIn(value, ['threshold', 'keys'], `the approvers of ${what}`)
  const list = listIn(keys, `the approvers of ${what}`).map((one) => {
    const { name, key } = objectIn(one, ['name', 'key'], `an approver of ${what}`)
    const called = textIn(name, `an approver of ${what}`)
    if (called === '' || called.length > 200 || hasHidden(called))
      throw badApprovers(what, 'calls somebody by nothing, by more than 200 letters, or by some that cannot be seen')
    return { name: called, key: parseWargKey(textIn(key, `the key of an approver of ${what}`), what) }
  })
  return checkApprovers({ threshold: countIn(threshold, `the approvers of ${what}`), keys: list }, what)
}

export function checkApprovers(approvers: Approvers, what: string): Approvers {
  const { threshold, keys } = approvers
  if (keys.length === 0 || keys.length > maxApprovers)
    throw badApprovers(what, `names ${keys.length}, not 1 to ${maxApprovers}`)
  if (new Set(keys.map(({ key }) => key.id)).size < keys.length) throw badApprovers(what, 'names a key twice')
  if (new Set(keys.map(({ name }) => name)).size < keys.length) throw badApprovers(what, 'calls two by one name')
  if (threshold >= 1 && threshold <= keys.length) return approvers
  throw badApprovers(what, `asks for ${threshold} of ${keys.length}`)
}

export function approversJson({ threshold, keys }: Approvers) {
  return { threshold, keys: keys.map(({ name, key }) => ({ name, key: key.text })) }
}

/** The same keys and the same number, in whatever order; what people are called is each machine’s own affair. */
export function isSameApprovers(a: Approvers | undefined, b: Approvers | undefined): boolean {
  if (a === undefined || b === undefined) return a === b
  const ids = ({ keys }: Approvers): string => JSON.stringify(keys.map(({ key }) => key.id).toSorted())
  return a.threshold === b.threshold && ids(a) === ids(b)
}

export function marked(keyId: string, der: Uint8Array): Marked {
  return { keyId, signature: signatureText(der) }
}

function markedIn(value: JsonValue, what: string): Marked {
  if (!isObject(value)) throw fault('bad-answer', 'format/malformed', `a signature in ${what} is no object`)
  const { keyId, signature } = objectIn(value, ['keyId', 'signature'], `a signature in ${what}`)
  return {
    keyId: checkKeyId(textIn(keyId, what), `the key of a signature in ${what}`),
    signature: textIn(signature, what),
  }
}

function markedJson({ keyId, signature }: Marked) {
  return { keyId, signature }
}

function badApprovers(what: string, why: string): Error {
  return fault('bad-approvers', 'format/malformed', `the list of approvers of ${what} ${why}`)
}
