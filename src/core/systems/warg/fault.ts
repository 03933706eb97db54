// What can be wrong with what a registry sends, each by its own name: the code says who must act, the fault what happened.
import { AppError, type ErrorCode } from '../../error.ts'

type EncodingFault =
  | 'truncated'
  | 'trailing-bytes'
  | 'unknown-field'
  | 'field-twice'
  | 'wrong-wire-type'
  | 'overlong-varint'
  | 'number-too-large'
  | 'bad-text'
  | 'too-many'

type LabelFault =
  | 'bad-hash'
  | 'bad-key'
  | 'bad-key-id'
  | 'bad-signature-text'
  | 'bad-version'
  | 'bad-name'
  | 'look-alike-name'

type RecordFault =
  | 'unknown-record-version'
  | 'time-missing'
  | 'bad-time'
  | 'entry-without-content'
  | 'entry-with-two'
  | 'unknown-permission'
  | 'hash-algorithm'

type LogFault =
  | 'unknown-key'
  | 'record-signature'
  | 'prev-on-first'
  | 'prev-missing'
  | 'prev-differs'
  | 'time-backwards'
  | 'not-init-first'
  | 'init-again'
  | 'init-by-another-key'
  | 'not-permitted'
  | 'revoke-not-held'
  | 'released-twice'
  | 'yank-unreleased'
  | 'yanked-twice'
  | 'namespace-twice'

type ProofFault =
  | 'proof-other-length'
  | 'proof-count'
  | 'proof-other-leaf'
  | 'proof-leaf-too-new'
  | 'proof-hash-missing'
  | 'proof-hash-twice'
  | 'proof-hash-length'
  | 'proof-too-long'
  | 'proof-wrong-root'
  | 'proof-wrong-old-root'

type CheckpointFault =
  | 'bad-answer'
  | 'operator-not-pinned'
  | 'checkpoint-key-unknown'
  | 'checkpoint-key-without-commit'
  | 'checkpoint-signature'
  | 'checkpoint-rolled-back'
  | 'checkpoint-older'
  | 'checkpoint-forked'
  | 'checkpoint-stale'
  | 'checkpoint-from-the-future'

type RegistryFault =
  | 'no-checkpoint'
  | 'no-operator-log'
  | 'log-gone'
  | 'log-rolled-back'
  | 'page-gap'
  | 'place-backwards'
  | 'record-beyond-checkpoint'
  | 'proof-missing'

type CandidateFault =
  | 'bad-approvers'
  | 'approvers-differ'
  | 'log-went-on'
  | 'in-the-log'
  | 'other-registry'
  | 'nobody-may-sign'
  | 'not-canonical'
  | 'approvals-missing'

export type Fault =
  | RegistryFault
  | CandidateFault
  | EncodingFault
  | LabelFault
  | RecordFault
  | LogFault
  | ProofFault
  | CheckpointFault

export function fault(
  name: Fault,
  code: ErrorCode,
  message: string,
  more: { hint?: string; cause?: unknown; data?: Readonly<Record<string, string | number>> } = {},
): AppError {
  const { hint, cause, data } = more
  return new AppError({
    code,
    message,
    ...(hint === undefined ? {} : { hint }),
    ...(cause === undefined ? {} : { cause }),
    data: { fault: name, ...data },
  })
}
