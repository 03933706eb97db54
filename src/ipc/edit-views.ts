// What the window says and hears of changes that are being made: edits as plain data, and the draft that follows from them. Types.
import type { ErrorData } from '../core/error.ts'
import type { JsonValue } from '../core/json.ts'
import type { Change, Finding, Risk } from '../core/proposal.ts'
import type { GroupName } from '../core/systems/asfaload/signers-file.ts'
import type { Effects } from '../core/systems/tuf/effect.ts'
import type { RegistryPermission } from './registry-views.ts'
import type { ByItself, MoreChanges, QuorumView, SignerView } from './views.ts'

/** A key by where it is: one that this machine knows, or the text of a public key (PEM; of a registry also as its records spell it). */
export type KeyChoice = { from: 'signer'; signerId: string } | { from: 'pem'; pem: string; owner: string }

export interface RoleChoice {
  name: string
  keys: readonly KeyChoice[]
  threshold: number
}

/** Of the signers of a project; `of`: which group of a list, from 1. Keys that stand there are named by their text. */
export type SignersEditData =
  | { kind: 'key-add'; group: GroupName; of: number; key: KeyChoice }
  | { kind: 'key-remove'; group: GroupName; of: number; key: string }
  | { kind: 'threshold'; group: GroupName; of: number; threshold: number }
  | { kind: 'group-add'; group: GroupName; keys: readonly KeyChoice[]; threshold: number }
  | { kind: 'group-remove'; group: GroupName; of: number }

/** What changes in a project of an Asfaload mirror, one a change: subjects "signers", "release/PATH", "revocation/PATH". */
export type ProjectEditData =
  | { kind: 'signers'; edits: readonly SignersEditData[] }
  /** All files of a look, or, with `names`, those; `source`: the address of the folder that they are fetched from. */
  | { kind: 'index'; lookId: string; names?: readonly string[]; source: string }
  /** `by`: the text of the key of whoever begins it. */
  | { kind: 'revocation'; by: string }

/** One thing that a record of a registry's log says; permissions by their names there. */
export type RecordEntryData =
  /** Claims the name of the package for ever, for this key. */
  | { kind: 'init'; key: KeyChoice }
  | { kind: 'grant'; key: KeyChoice; permissions: readonly RegistryPermission[] }
  | { kind: 'revoke'; keyId: string; permissions: readonly RegistryPermission[] }
  /** A file of a look. */
  | { kind: 'release'; version: string; lookId: string; name: string }
  | { kind: 'yank'; version: string }
  | { kind: 'define'; namespace: string }

/** What one record of a registry says; the subject is the name of a package, or "operator". */
export interface RecordEditData {
  kind: 'record'
  entries: readonly RecordEntryData[]
}

export type EditData = TufEditData | ProjectEditData | RecordEditData

/** TufEdit as it crosses: keys are chosen, files that were looked at are named by the id of that look. */
export type TufEditData =
  | { kind: 'expires'; date: string }
  | { kind: 'period'; role?: string; expiryDays?: number; signingDays?: number }
  | { kind: 'field'; path: readonly string[]; value?: JsonValue }
  | { kind: 'document'; text: string; keepTargets: boolean }
  /** The same in a file on this machine, which may be too large for the window. */
  | { kind: 'document-file'; path: string }
  | { kind: 'threshold'; role: string; threshold: number }
  | { kind: 'key-add'; role: string; key: KeyChoice }
  | { kind: 'key-remove'; role: string; keyId: string }
  | { kind: 'key-replace'; role: string; keyId: string; key: KeyChoice }
  | { kind: 'consistent-snapshot'; on: boolean }
  /** All files of a look, or, with `names`, those; under `folder`, a path that ends with a slash or is empty. */
  | { kind: 'files'; lookId: string; names?: readonly string[]; folder: string; custom?: JsonValue; replace: boolean }
  | { kind: 'target-remove'; path: string }
  | ({ kind: 'delegation-add'; paths: readonly string[]; terminating: boolean; before?: string } & RoleChoice)
  | { kind: 'delegation-change'; name: string; paths?: readonly string[]; terminating?: boolean; before?: string }
  | { kind: 'delegation-remove'; name: string }
  | ({ kind: 'block'; paths: readonly string[] } & RoleChoice)
  | { kind: 'unblock'; name: string; paths?: readonly string[] }
  | ({ kind: 'bins'; form: 'succinct' | 'prefixes'; bitLength: number } & RoleChoice)
  | {
      kind: 'agreement-add'
      form: 'accepted' | 'draft'
      name: string
      paths: readonly string[]
      terminating: boolean
      minRolesInAgreement: number
      roles: readonly RoleChoice[]
    }
  | { kind: 'agreement-remove'; name: string }
  /** Subject "keys:NAME": the keys of a project, whole; the first ones reserve the name. */
  | { kind: 'project-keys'; first?: boolean; keys: readonly KeyChoice[]; keepIds: readonly string[]; threshold: number }
  /** Subject "configuration": members by their place, "retention/versions". */
  | { kind: 'configure'; values: Readonly<Record<string, JsonValue>> }

/** A change that is being made, not written yet. */
/** What became of a change that was proposed. */
export interface Proposed {
  proposalIds: readonly string[]
  /** Where it was signed at once: who has signed, and who must still. */
  quorums?: readonly QuorumView[]
  /** Of a repository that publishes by itself. */
  byItself?: ByItself
}

export interface DraftView {
  /** What is proposed is named by it. */
  digest: string
  title: string
  headline: string
  risk: Risk
  /** Worst first; of very many only the first ones, the others are asked for. */
  changes: readonly Change[]
  moreChanges?: MoreChanges
  unchanged: number
  findings: readonly Finding[]
  quorums: readonly QuorumView[]
  /** Absent where a change is no list of artifacts, and all that it does is in the change itself. */
  effects?: Effects
  /** What must be typed before this may be proposed, because it would lock everybody out. */
  sentence?: string
  /** That sentence is typed because nothing takes this back, although nobody is locked out. */
  forEver?: true
  /** A candidate waits already: who signed it, and that this one takes its place. */
  replaces?: { title: string; digest: string; headline: string; signedBy: readonly string[] }
  /** Nobody could sign or publish it. */
  blocked?: ErrorData
  /** The signed part as text; absent when it is too long to be shown. */
  text?: string
  /** Candidates that come along, such as the first version of a role that blocks: their subjects. */
  along: readonly string[]
  /** The repository takes signed changes only: the signers here that may sign this one, and the words of its fingerprint. */
  signing?: { signers: readonly SignerView[]; words: readonly string[] }
}

/** The signed part as a person may edit it. */
export interface EditableText {
  text: string
  /** Its targets are too many for a text, and are left out of it: how many. */
  withoutTargets?: number
  /** The version that it is the next one of; absent for a first one. */
  basedOn?: { title: string; pending: boolean }
}

/** Files on this machine, read and hashed. */
export interface FileLook {
  lookId: string
  /** SHA-512 where they are for a project, whose index has that. */
  files: readonly { name: string; length: number; sha256: string; sha512?: string }[]
  totalBytes: number
  /** What lies there too and is not among the files, such as hidden files and links: with the reason in words. */
  leftOut: readonly { name: string; reason: string }[]
}

/** A configuration value as a form shows it. */
export interface ConfigurationField {
  path: string
  label: string
  help: string
  unit?: string
  value: JsonValue
  isDefault: boolean
}

export interface ConfigurationView {
  fields: readonly ConfigurationField[]
  /** The version that counts for nothing, because those who hold targets now have not signed it: all is at its default. */
  unsigned?: number
}
