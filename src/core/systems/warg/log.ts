// A log, record by record, in one pass: what is kept is what it says in the end, never the records. Signatures are verified
// while the next records are read, and still come first: of a record with a bad signature nothing else is said.
import { verifyOnce } from '../../crypto.ts'
import { toAppError } from '../../error.ts'
import type { PublicKey } from '../../signer.ts'
import type { Envelope } from './envelope.ts'
import { type LogKind, signedRecord } from './ids.ts'
import { parseSignatureText, type WargKey } from './key.ts'
import { LogState, refused } from './log-state.ts'
import { type LogRecord, parseRecord } from './record.ts'

export interface VerifiedRecord {
  /** From 1. */
  number: number
  record: LogRecord
  keyId: string
}

/** Signatures that may be on their way at once. */
const window = 64

/** Whether this key made the signature, ASN.1 DER, over the message. */
export type Verify = (key: PublicKey, message: Uint8Array, signature: Uint8Array) => boolean | Promise<boolean>

export interface LogReading {
  /** What was verified before, which stays as it is; an empty log where nothing was. */
  from?: LogState
  /** Told of each record in its turn, once it is verified. */
  see?: (record: VerifiedRecord) => void
  /** WebCrypto, unless the machine has something that takes less than a message to another thread for each. */
  verify?: Verify
}

export async function verifyLog(
  kind: LogKind,
  envelopes: Iterable<Envelope> | AsyncIterable<Envelope>,
  { from = new LogState(kind), see = () => undefined, verify = verifyOnce }: LogReading = {},
): Promise<LogState> {
  const state = from.copy()
  const waiting: Promise<VerifiedRecord | Error>[] = []
  const settle = async (most: number): Promise<void> => {
    while (waiting.length > most) {
      const result = await waiting.shift()
      if (result instanceof Error) throw result
      if (result !== undefined) see(result)
    }
  }
  for await (const envelope of envelopes) {
    const number = state.length + 1
    try {
      const record = parseRecord(kind, envelope.contents, `record ${number}`)
      const key = state.signerOf(record, envelope.keyId)
      const verified: VerifiedRecord = { number, record, keyId: envelope.keyId }
      waiting.push(checkSignature(kind, envelope, verified, key, verify).then(() => verified, toAppError))
      state.add(record, envelope.keyId)
    } catch (error) {
      // What is wrong with an earlier signature, or with this one, is said before what is wrong with this record.
      await settle(0)
      throw error
    }
    await settle(window)
  }
  await settle(0)
  return state
}

async function checkSignature(
  kind: LogKind,
  { contents, signature }: Envelope,
  { number, record: { id } }: VerifiedRecord,
  { key, id: keyId }: WargKey,
  verify: Verify,
): Promise<void> {
  const der = parseSignatureText(signature, `the signature of record ${number}`)
  if (await verify(key, signedRecord(kind, contents), der)) return
  throw refused('record-signature', { number, id }, `is not signed by ${keyId}, as it says`, 'trust/bad-signature')
}
