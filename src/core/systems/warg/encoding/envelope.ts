// A signed record on its way: its bytes as they were signed, who says to have signed them, and the signature.
import { checkKeyId } from './key.ts'
import { ProtoFields } from './protobuf.ts'

export interface Envelope {
  /** Never written anew from what was read in them. */
  contents: Uint8Array
  keyId: string
  /** "ecdsa-p256:…" */
  signature: string
}

export function parseEnvelope(bytes: Uint8Array, what: string): Envelope {
  const fields = new ProtoFields(bytes, { 1: 'bytes', 2: 'bytes', 3: 'bytes' }, what)
  return {
    contents: fields.bytes(1) ?? new Uint8Array(0),
    keyId: checkKeyId(fields.text(2), `the key of ${what}`),
    signature: fields.text(3),
  }
}
