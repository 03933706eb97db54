// A log, record by record, in one pass: what is kept is what it says in the end, never the records. Signatures are verified
// while the next records are read, and still come first: of a record with a bad signature nothing else is said.
import { parseBase64 } from '../../../bytes.ts'
import { verifyOnce } from '../../../crypto.ts'
import { toAppError } from '../../../error.ts'
import type { PublicKey } from '../../../signer.ts'
import { type Sha256, sha256Digits } from '../encoding/digest.ts'
import type { Envelope } from '../encoding/envelope.ts'
import { type LogKind, signedRecord } from '../encoding/ids.ts'
import { type Base64, parseSignatureText, type WargKey } from '../encoding/key.ts'
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

/** What a log needs done for each record, where a machine does it in less than WebCrypto and JavaScript take. */
export interface Machine {
  /** Whether this key made the signature, ASN.1 DER, over the message: at once, or after a way to another thread. */
  verify: (key: PublicKey, message: Uint8Array, signature: Uint8Array) => boolean | Promise<boolean>
  sha256: Sha256
  /** Bytes of base64 in its one form; throws where it is another. */
  base64: Base64
}

export interface LogReading extends Partial<Machine> {
  /** What was verified before, which stays as it is; an empty log where nothing was. */
  from?: LogState
  /** Told of each record in its turn, once it is verified. */
  see?: (record: VerifiedRecord) => void
}

export async function verifyLog(
  kind: LogKind,
  envelopes: Iterable<Envelope> | AsyncIterable<Envelope>,
  {
    from = new LogState(kind),
    see = () => undefined,
    verify = verifyOnce,
    sha256 = sha256Digits,
    base64 = parseBase64,
  }: LogReading = {},
): Promise<LogState> {
  const state = from.copy()
  const tell = (result: VerifiedRecord | Error): void => {
    if (result instanceof Error) throw result
    see(result)
  }
  const waiting: (Result | Promise<Result>)[] = []
  const settle = async (most: number): Promise<void> => {
    for (const next of waiting.splice(0, waiting.length - most)) tell(await next)
  }
  for await (const envelope of envelopes) {
    const number = state.length + 1
    try {
      const record = parseRecord(kind, envelope.contents, `record ${number}`, sha256)
      const signer = state.signerOf(record, envelope.keyId)
      const result = judged(kind, envelope, { number, record, keyId: signer.id }, signer, { verify, base64 })
      // What is known at once waits for nothing: with a promise for each record a long log costs noticeably more.
      if (waiting.length === 0 && !(result instanceof Promise)) tell(result)
      else waiting.push(result)
      // By the one text of the key's id that the log keeps: with one for each record its state would grow.
      state.add(record, signer.id)
    } catch (error) {
      // What is wrong with an earlier signature, or with this one, is said before what is wrong with this record.
      await settle(0)
      throw error
    }
    if (waiting.length > window) await settle(window)
  }
  await settle(0)
  return state
}

type Result = VerifiedRecord | Error

/** Whether it is signed, as soon as that is known; never throws. */
function judged(
  kind: LogKind,
  { contents, signature }: Envelope,
  record: VerifiedRecord,
  { key, id: keyId }: WargKey,
  { verify, base64 }: Pick<Machine, 'verify' | 'base64'>,
): Result | Promise<Result> {
  const judge = (isSigned: boolean): Result => {
    if (isSigned) return record
    const place = { number: record.number, id: record.record.id }
    return refused('record-signature', place, `is not signed by ${keyId}, as it says`, 'trust/bad-signature')
  }
  try {
    const der = parseSignatureText(signature, `the signature of record ${record.number}`, base64)
    const answer = verify(key, signedRecord(kind, contents), der)
    return typeof answer === 'boolean' ? judge(answer) : answer.then(judge, toAppError)
  } catch (error) {
    return toAppError(error)
  }
}
