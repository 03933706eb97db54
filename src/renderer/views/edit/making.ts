// What every form of a change gets, and what it makes: edits, or the sentence that says what is still missing. Types.
import type { EditData, RepositoryView, RoleNode } from '../../../ipc/contract.ts'

export type Made = { ready: true; subject: string; edits: readonly EditData[] } | { ready: false; missing: string }

/** What every form has, of whichever trust system. */
export interface FramedForm {
  repository: Pick<RepositoryView, 'sourceId' | 'name' | 'rehearsal'>
  /** Names this form of this subject: what is filled in is kept under it. */
  place: string
  /** Forgets what is filled in and begins anew. */
  restart: () => void
}

export interface FormProps extends FramedForm {
  repository: RepositoryView
  subject: string
  /** The role that is the subject; absent when it has no verified document. */
  role: RoleNode | undefined
}

export function missing(sentence: string): Made {
  return { ready: false, missing: sentence }
}

export function made(subject: string, edits: readonly EditData[]): Made {
  return { ready: true, subject, edits }
}
