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

type LabelFault =
  | 'bad-hash'
  | 'bad-key'
  | 'bad-key-id'
  | 'bad-signature-text'
  | 'bad-version'
  | 'bad-name'
  | 'look-alike-name'

export type Fault = EncodingFault | LabelFault

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
