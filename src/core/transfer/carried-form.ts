// The port of what trust systems do not share on their way over an air gap: the names of their files, what everything is verified
// from and how people call it, and which of the files lead from one such document to the next.
import { AppError } from '../error.ts'
import type { Proposal } from '../proposal.ts'
import type { Anchor, Carried, Context, TrustSystem } from '../system.ts'
import type { Files } from '../transport.ts'

/** One of the documents that lead from the one that a request starts with to the one in force. */
export interface ChainLink {
  version: number
  digest: string
  /** sha256 of the whole file, which other tools show. */
  fileDigest: string
}

export interface Brought {
  subject: string
  files: ReadonlyMap<string, Uint8Array>
}

export interface CarriedForm {
  /** Over files that were carried; its id names the form. */
  system: TrustSystem
  /** What people call the document that all else is verified from: "root". */
  anchorWord: string
  /** All files are carried below it: "metadata/". What lies beside it where they arrive is ours. */
  folder: string
  /** Whether a file of this name can be part of a request; one spelling for each. */
  isName(name: string): boolean
  /** Whether a file is of what waits for a subject: the document itself, or what belongs to it. */
  isOf(name: string, subject: string): boolean
  /** Of the names that lie there already, those that what was brought does not stand beside. */
  overtaken(there: readonly string[], brought: Brought): string[]
  /** A change as it came, with the signatures that came along. */
  asItCame(proposal: Proposal, files: ReadonlyMap<string, Uint8Array>): Proposal
  /** What a place for its requests begins with, where a repository is trusted already. `successor`: the anchor in force. */
  trustIn(trust: { anchor: Uint8Array; successor?: Uint8Array; memory: Files }): { anchor: Uint8Array; memory: Files }
  /** Of a file that waits, and is not in force. */
  isPending(name: string): boolean
  /** Of one of the documents that lead to the anchor in force. */
  isAnchor(name: string): boolean
  /** What is done with a change before which there is nothing: an imperative. */
  firstHint: string
  /** Why this is no change before which there is nothing; undefined where it is one. */
  firstFault(subject: string, files: ReadonlyMap<string, Uint8Array>): string | undefined
  /** Throws unless the chain of anchors among the files leads on from the one that is trusted. */
  checkLeadsFrom(files: ReadonlyMap<string, Uint8Array>, context: Context): Promise<void>
  /** The anchors from the one that the request starts with to the version in force, the oldest first; never one that waits. */
  chain(carried: Carried, version: number): Promise<readonly ChainLink[]>
  /** Refused unless those that it names vouch for it, where that can be told from it alone. */
  readAnchor(bytes: Uint8Array, what: string): Promise<Anchor>
}

export type CarriedForms = readonly CarriedForm[]

export function formFor(system: unknown, what: string, forms: CarriedForms): CarriedForm {
  const form = forms.find((one) => one.system.id === system)
  if (form !== undefined) return form
  throw new AppError({
    code: 'format/unsupported',
    message: `${what} is of a trust system that is not known here`,
    hint: 'update Countersign',
  })
}
