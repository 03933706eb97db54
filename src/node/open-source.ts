// A pinned repository, open: what every trust system's has, and what only one system's has, reached in one way.
import { AppError, type ErrorData } from '../core/error.ts'
import type { Place, TufPlace } from './place.ts'
import type { Access } from './web/send.ts'
import type { PinnedSource, Trust } from './workspace.ts'

interface Opened {
  pinned: PinnedSource
  trust: Trust
  /** How it is reached, where that is more than its address. */
  access?: Access
  /** What the holders of keys are called here, where the documents of a trust system do not say it. */
  names?: ReadonlyMap<string, string>
  /** The signing event that is looked at, where a repository keeps its changes in several. */
  event?: string
}

export type OpenSource = Opened & Place
export type TufSource = Opened & TufPlace

/** For what is done in TUF repositories alone: drafts, roles, artifacts, signing events, new dates. */
export function tufSource(source: OpenSource): TufSource {
  if (source.layout !== undefined) return source
  throw new AppError(notTuf(source.pinned.name))
}

export function notTuf(name: string): ErrorData {
  return {
    code: 'usage/invalid',
    message: `${name} is no TUF repository, and this is done in those alone`,
    hint: 'changes of an asfaload project are made with: countersign signers, countersign release --at, countersign revoke',
  }
}
