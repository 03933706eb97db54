// Checkpoints: what an operator signs about the whole registry at one moment, and whether it may follow what was trusted before.
// A valid signature is not enough: an old checkpoint has one too, and so has one of a key that may no longer sign any.
import { verifySignature } from '../../../crypto.ts'
import type { ErrorCode } from '../../../error.ts'
import { countIn, objectIn, parseAnswer, textIn } from '../encoding/answer.ts'
import { checkDigest } from '../encoding/digest.ts'
import { type CheckpointContents, signedCheckpoint } from '../encoding/ids.ts'
import { checkKeyId, parseSignatureText } from '../encoding/key.ts'
import { isToCome, timeText } from '../encoding/time.ts'
import { type Fault, fault } from '../fault.ts'
import type { LogState } from '../log/log-state.ts'
import type { LogPoint } from './log-proof.ts'

export interface Checkpoint extends CheckpointContents {
  keyId: string
  /** "ecdsa-p256:…" */
  signature: string
}

const what = 'the checkpoint of the registry'
const maxLength = 0xffffffff

export function parseCheckpoint(bytes: Uint8Array): Checkpoint {
  const signed = objectIn(parseAnswer(bytes, what), ['contents', 'keyId', 'signature'], what)
  const contents = objectIn(signed.contents, ['logRoot', 'logLength', 'mapRoot', 'timestamp'], what)
  return {
    logLength: countIn(contents.logLength, `the length in ${what}`, maxLength),
    logRoot: checkDigest(textIn(contents.logRoot, `the root in ${what}`), `the root in ${what}`),
    mapRoot: checkDigest(textIn(contents.mapRoot, `the root in ${what}`), `the root in ${what}`),
    timestamp: countIn(contents.timestamp, `the time in ${what}`, 253_402_300_799),
    keyId: checkKeyId(textIn(signed.keyId, `the key of ${what}`), `the key of ${what}`),
    signature: textIn(signed.signature, `the signature of ${what}`),
  }
}

export interface CheckpointQuestion {
  /** The operator’s log as it stands with this checkpoint, verified from its pinned beginning. */
  operator: LogState
  /** The record that begins the operator’s log, as a person pinned it. */
  pinned: string
  /** The one that was trusted last. */
  trusted?: CheckpointContents
  now: Date
  maxAgeSeconds: number
}

/** Throws, or tells the point from which a proof of consistency must lead here; none where nothing was trusted, or nothing is new. */
export async function verifyCheckpoint(
  checkpoint: Checkpoint,
  { operator, pinned, trusted, now, maxAgeSeconds }: CheckpointQuestion,
): Promise<LogPoint | undefined> {
  checkPinned(operator, pinned)
  await checkSignature(checkpoint, operator)
  checkMayCommit(checkpoint, operator)
  if (trusted !== undefined) checkFollows(checkpoint, trusted)
  checkAge(checkpoint, now, maxAgeSeconds)
  // Every log begins as one without records did.
  const isNothingNew = trusted === undefined || trusted.logLength === 0 || trusted.logLength === checkpoint.logLength
  return isNothingNew ? undefined : trusted
}

function checkPinned({ initId }: LogState, pinned: string): void {
  if (initId === pinned) return
  throw refused(
    'operator-not-pinned',
    'trust/changed',
    `the operator’s log begins with ${initId ?? 'nothing'}, where ${pinned} is pinned`,
  )
}

async function checkSignature(checkpoint: Checkpoint, operator: LogState): Promise<void> {
  const { keyId, signature } = checkpoint
  const signer = operator.keys.get(keyId)
  if (signer === undefined) {
    throw refused(
      'checkpoint-key-unknown',
      'trust/bad-signature',
      `${what} is signed by ${keyId}, which the operator never named`,
    )
  }
  const der = parseSignatureText(signature, `the signature of ${what}`)
  if (await verifySignature(signer.key, signedCheckpoint(checkpoint), der)) return
  throw refused('checkpoint-signature', 'trust/bad-signature', `${what} is not signed by ${keyId}, as it says`)
}

/** The reference takes every key that the operator ever named. */
function checkMayCommit({ keyId }: Checkpoint, { permissions }: LogState): void {
  if (permissions.holds(keyId, 'commit')) return
  const last = permissions.holdings.findLast((one) => one.keyId === keyId && one.permission === 'commit')
  const why = last?.until === undefined ? 'never held commit' : `lost commit with record ${last.until} of the operator`
  throw refused('checkpoint-key-without-commit', 'trust/bad-signature', `${what} is signed by ${keyId}, which ${why}`)
}

function checkFollows(checkpoint: Checkpoint, trusted: CheckpointContents): void {
  const { logLength, logRoot, mapRoot, timestamp } = checkpoint
  if (logLength < trusted.logLength) {
    const lengths = `${logLength} records where ${trusted.logLength} were trusted before`
    throw refused('checkpoint-rolled-back', 'trust/rollback', `${what} is of ${lengths}`)
  }
  if (logLength === trusted.logLength && (logRoot !== trusted.logRoot || mapRoot !== trusted.mapRoot)) {
    const roots = `other roots of ${logLength} records than those that were trusted before`
    throw refused('checkpoint-forked', 'trust/changed', `${what} has ${roots}: the registry has two logs`)
  }
  if (timestamp >= trusted.timestamp) return
  const times = `${textOf(timestamp)}, before the one that was trusted last, of ${textOf(trusted.timestamp)}`
  throw refused('checkpoint-older', 'trust/rollback', `${what} is of ${times}`)
}

function checkAge({ timestamp }: Checkpoint, now: Date, maxAgeSeconds: number): void {
  const seconds = Math.floor(now.getTime() / 1000)
  if (isToCome({ seconds: timestamp, nanos: 0 }, now)) {
    throw fault(
      'checkpoint-from-the-future',
      'trust/changed',
      `${what} is of ${textOf(timestamp)}, and it is ${textOf(seconds)} here`,
      { hint: 'set the clock of this computer; if it is right, ask the operator of the registry' },
    )
  }
  if (timestamp >= seconds - maxAgeSeconds) return
  throw fault(
    'checkpoint-stale',
    'trust/expired',
    `${what} is of ${textOf(timestamp)}, older than the ${maxAgeSeconds} s that are allowed`,
    { hint: 'try again later, or over another network: somebody may keep newer ones from you' },
  )
}

function textOf(seconds: number): string {
  return timeText({ seconds, nanos: 0 })
}

function refused(name: Fault, code: ErrorCode, message: string): Error {
  return fault(name, code, message, {
    hint: 'do not use this registry until its operator has explained it by another way',
  })
}
