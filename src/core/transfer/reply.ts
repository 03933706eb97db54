// The answer to a request: signatures, small enough for one QR code. It carries nothing of the change but its digest.

import { parseBase64, parseHex, toBase64, toHex } from '../bytes.ts'
import { jcsBytes } from '../jcs.ts'
import type { JsonObject, JsonValue } from '../json.ts'
import type { SystemId } from '../proposal.ts'
import { type CarriedForms, formFor } from './carried-form.ts'
import { checkFormat } from './request.ts'
import {
  checkFields,
  listOf,
  malformed,
  matching,
  objectOf,
  parseStrictDocument,
  sha256Digits,
  textOf,
} from './strict-document.ts'

export const replyFormat = 'countersign reply 1'

export interface ReplySignature {
  /** As the trust system names the key; the first id where a key has several. */
  key: string
  signature: Uint8Array
  /** Of the token that holds the key, as far as the signer’s machine knows. */
  serial?: string
  /** What the token says of the key: certificates, DER; the key’s own first. */
  attestation?: readonly Uint8Array[]
}

/** Which words of the other screen were asked for, and whether they were right; or that nobody compared. */
export type SecondScreen = 'compared' | 'skipped'

export interface TransferReply {
  system: SystemId
  subject: string
  digest: string
  /** sha256 of the request that was answered. */
  request: string
  secondScreen: SecondScreen
  signatures: readonly ReplySignature[]
}

const limits = { bytes: 256 * 1024, signatures: 64, certificates: 4 }

export function replyBytes(reply: TransferReply, forms: CarriedForms): Uint8Array<ArrayBuffer> {
  const { signatures, ...plain } = reply
  const bytes = jcsBytes({ format: replyFormat, ...plain, signatures: signatures.map(signatureValue) })
  parseReply(bytes, 'the reply', forms)
  return bytes
}

function signatureValue({ key, signature, serial, attestation }: ReplySignature): JsonObject {
  return {
    key,
    signature: toHex(signature),
    ...(serial === undefined ? {} : { serial }),
    ...(attestation === undefined ? {} : { attestation: attestation.map(toBase64) }),
  }
}

export function parseReply(bytes: Uint8Array, what: string, forms: CarriedForms): TransferReply {
  const value = parseStrictDocument(bytes, what, limits.bytes)
  checkFormat(value, replyFormat, what)
  checkFields(value, ['format', 'system', 'subject', 'digest', 'request', 'secondScreen', 'signatures'], what)
  const { system } = formFor(value.system, what, forms)
  const { secondScreen } = value
  if (secondScreen !== 'compared' && secondScreen !== 'skipped')
    throw malformed(what, 'it does not say whether a second screen was compared')
  const signatures = listOf(value.signatures, 'signatures', what, limits.signatures)
  if (signatures.length === 0) throw malformed(what, 'it holds no signature')
  return {
    system: system.id,
    subject: textOf(value.subject, 'subject', what, 1024),
    digest: matching(value.digest, sha256Digits, 'digest', what),
    request: matching(value.request, sha256Digits, 'request', what),
    secondScreen,
    signatures: signatures.map((entry) => parseSignature(entry, what)),
  }
}

function parseSignature(entry: JsonValue, what: string): ReplySignature {
  const value = objectOf(entry, 'a signature', what)
  checkFields(value, ['key', 'signature', 'serial?', 'attestation?'], `a signature in ${what}`)
  const certificates =
    value.attestation === undefined
      ? undefined
      : listOf(value.attestation, 'attestation', what, limits.certificates).map((one) =>
          parseBase64(textOf(one, 'a certificate', what, 8192), 'a certificate'),
        )
  const signature = matching(value.signature, /^([0-9a-f]{2}){1,1024}$/, 'signature', what)
  return {
    key: textOf(value.key, 'key', what, 256),
    signature: parseHex(signature, 'a signature'),
    ...(value.serial === undefined ? {} : { serial: matching(value.serial, /^[\w:.-]{1,64}$/, 'serial', what) }),
    ...(certificates === undefined ? {} : { attestation: certificates }),
  }
}
