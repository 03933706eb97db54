// What can be wrong with blocks and their histories, each by its own name: the code says who must act, the fault what happened.
import { AppError, type ErrorCode } from '../../error.ts'

type LinkFault = 'cid-text' | 'cid-version' | 'cid-hash' | 'cid-codec'

type BlockFault =
  | 'block-missing'
  | 'block-too-large'
  | 'block-hash'
  | 'not-canonical'
  | 'too-deep'
  | 'bad-number'
  | 'bytes-value'
  | 'slash-key'

type DocumentFault =
  | 'bad-field'
  | 'wrong-type'
  | 'spec-version'
  | 'bad-date'
  | 'bad-height'
  | 'bad-skip'
  | 'key-id'
  | 'bad-threshold'
  | 'bad-role'
  | 'bad-signature-text'

type ValidityFault =
  | 'root-threshold'
  | 'root-old-threshold'
  | 'timestamp-threshold'
  | 'snapshot-threshold'
  | 'targets-threshold'
  | 'role-threshold'
  | 'role-missing'
  | 'role-unreachable'
  | 'retired-and-listed'
  | 'too-many-roles'

type HistoryFault = 'rolled-back' | 'forked' | 'height-lies' | 'skip-lies' | 'role-dropped' | 'root-too-far' | 'expired'

type ArchiveFault = 'car-malformed' | 'car-roots' | 'car-root-missing' | 'car-too-large'

export type Fault = LinkFault | BlockFault | DocumentFault | ValidityFault | HistoryFault | ArchiveFault

export interface FaultDetails {
  hint?: string
  cause?: unknown
  /** Whose history or signatures it is about: root, targets, a delegated role. */
  role?: string
  /** What proves it, for whoever has these blocks. */
  blocks?: readonly string[]
}

/** What to do where a history is not the one that was trusted. */
export const compareHint =
  'nothing here was changed; compare with what another machine trusts, and ask whoever keeps the repository'

export const olderHint =
  'nothing here was changed; try again later, for a mirror may lag behind, or ask whoever keeps the repository'

export function fault(name: Fault, code: ErrorCode, message: string, details: FaultDetails = {}): AppError {
  const { hint, cause, role, blocks } = details
  return new AppError({
    code,
    message,
    ...(hint === undefined ? {} : { hint }),
    ...(cause === undefined ? {} : { cause }),
    data: {
      fault: name,
      ...(role === undefined ? {} : { role }),
      ...(blocks === undefined ? {} : { blocks: blocks.join(' ') }),
    },
  })
}

/** The blocks that an error names as its proof. */
export function blocksOf(error: AppError): string[] {
  const blocks = error.data?.blocks
  return typeof blocks === 'string' && blocks !== '' ? blocks.split(' ') : []
}
