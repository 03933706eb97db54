// A pinned repository, open: what every trust system's has, and what only one system's has, reached in one way.
import { AppError, type ErrorData } from '../core/error.ts'
import type { Edits } from './edits.ts'
import type { OtherPlace, Place, TufPlace } from './place.ts'
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

/** Whose changes are made of edits, whatever carries its documents. */
export type EditedSource = TufSource | (Opened & OtherPlace & { edits: Edits })

export function editedSource(source: OpenSource): EditedSource {
  if (source.layout !== undefined) return source
  const { edits } = source
  if (edits !== undefined) return { ...source, edits }
  throw new AppError(notTuf(source))
}

/** For what is done in TUF repositories alone: drafts, roles, artifacts, signing events, new dates. */
export function tufSource(source: OpenSource): TufSource {
  if (source.layout !== undefined) return source
  throw new AppError(notTuf(source))
}

/** Of content-addressed blocks, whose versions are linked to each other. */
export function isOfBlocks({ system }: Pick<OpenSource, 'system'>): boolean {
  return system.id === 'merkle'
}

export function notTuf({ pinned, changedBy, edits }: Pick<OpenSource, 'pinned' | 'changedBy' | 'edits'>): ErrorData {
  const what = edits === undefined ? 'is no TUF repository' : 'is no TUF repository of files'
  return {
    code: 'usage/invalid',
    message: `${pinned.name} ${what}, and this is done in those alone`,
    hint: changedBy ?? 'see what waits there: countersign pending SOURCE',
  }
}

/** What enough keys have signed takes effect there without anybody here: what became of it is asked. */
export function publishesByItself({ served, backend }: Pick<OpenSource, 'served' | 'backend'>): boolean {
  return served !== undefined || backend !== undefined
}
