// A signed wish that a candidate be taken away. Its type of its own, so that it can never pass for metadata; the nonce is
// of the one time that the candidate was placed, so that it takes away nothing that is proposed again later.
import { toHex } from '../../bytes.ts'
import type { Signer } from '../../signer.ts'
import { encodeMetadata } from './encode.ts'
import { type Envelope, parseEnvelope, Reader } from './envelope.ts'

export interface Withdrawal {
  subject: string
  /** sha256 of the candidate's payload. */
  digest: string
  /** Given by the repository for this placing of the candidate. */
  nonce: string
}

const withdrawalType = 'x-countersign-withdrawal'

export function parseWithdrawal(bytes: Uint8Array): Envelope & Withdrawal {
  const what = 'the withdrawal'
  const { raw, ...envelope } = parseEnvelope(bytes, what)
  const read = new Reader(what)
  if (raw._type !== withdrawalType) return read.refuse('it is not a withdrawal')
  return {
    ...envelope,
    subject: read.text(raw.subject, 'subject'),
    digest: read.text(raw.digest, 'digest'),
    nonce: read.text(raw.nonce, 'nonce'),
  }
}

/** `ids`: under which the key stands in the role. */
export async function signWithdrawal(
  { subject, digest, nonce }: Withdrawal,
  signer: Signer,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<Uint8Array> {
  const fields = { _type: withdrawalType, subject, digest, nonce }
  const { payload } = parseWithdrawal(encodeMetadata(fields))
  const sig = toHex(await signer.sign(payload, signal))
  return encodeMetadata(
    fields,
    ids.map((keyid) => ({ keyid, sig })),
  )
}
