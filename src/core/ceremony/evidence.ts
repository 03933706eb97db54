// What a check is given beside the record: files as they were kept, and who can say what a request asks for.
import type { Certificate } from '../certificate.ts'
import type { Judge } from './judge.ts'

/** A file that somebody kept; its name is only for the lines of the result. */
export interface Artifact {
  name: string
  bytes: Uint8Array
}

export interface Evidence {
  script?: Uint8Array
  /** The record of the ceremony before. */
  previous?: Uint8Array
  /** Each is found by its hash in what the record names. */
  artifacts?: readonly Artifact[]
  judge?: Judge
  /** Whose time stamps somebody here trusts. */
  authorities?: readonly Certificate[]
}
