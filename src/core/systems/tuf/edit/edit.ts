// What a person may do to a document, as data: a form, a command and a test say the same thing with it. Types.
import type { JsonObject, JsonValue } from '../../../json.ts'
import type { PublicKey } from '../../../signer.ts'

/** A key as it will stand in metadata: named, and marked when it is for rehearsal. */
export interface KeyEntry {
  key: PublicKey
  owner?: string
  /** The field that names the owner, where it is another tool's. */
  ownerField?: string
  rehearsal?: boolean
}

/** Any document. */
export type CommonEdit =
  /** The date of expiry; without this edit the next version lasts as long as its period says. */
  | { kind: 'expires'; date: string }
  /** Days that a version lasts, and days before its end in which it is to be signed anew. `role`: an online role, in root. */
  | { kind: 'period'; role?: string; expiryDays?: number; signingDays?: number }
  /** Any member of the signed part, by its place; without a value it is removed. */
  | { kind: 'field'; path: readonly string[]; value?: JsonValue }
  /**
   * The whole signed part, as a person wrote it. `keepTargets`: the text has no `targets`, and those of the document
   * stay, because they are too many to be shown as text.
   */
  | { kind: 'document'; text: string; keepTargets: boolean }

/** Keys of a role: in root of a top-level role, in a targets document of a role that it delegates to. */
export type KeyEdit =
  | { kind: 'threshold'; role: string; threshold: number }
  | { kind: 'key-add'; role: string; entry: KeyEntry }
  /** By any of its ids; every id of the same key in this role goes. */
  | { kind: 'key-remove'; role: string; keyId: string }
  | { kind: 'key-replace'; role: string; keyId: string; entry: KeyEntry }

export type RootEdit = { kind: 'consistent-snapshot'; on: boolean }

export interface RoleEntry {
  name: string
  keys: readonly KeyEntry[]
  threshold: number
}

export type TargetsEdit =
  /** `replace`: there may be another content under this path, and it goes. */
  | {
      kind: 'target-set'
      path: string
      length: number
      hashes: Readonly<Record<string, string>>
      custom?: JsonObject
      replace: boolean
    }
  | { kind: 'target-remove'; path: string }
  /** `before`: the name of the delegation in front of which it goes; at the end when left out. */
  | ({ kind: 'delegation-add'; paths: readonly string[]; terminating: boolean; before?: string } & RoleEntry)
  | { kind: 'delegation-change'; name: string; paths?: readonly string[]; terminating?: boolean; before?: string }
  | { kind: 'delegation-remove'; name: string }
  /**
   * Clients that ask for one of these paths find nothing: the first, terminating delegation goes to a role that lists
   * nothing. A role of this name that is there gains the paths.
   */
  | ({ kind: 'block'; paths: readonly string[] } & RoleEntry)
  /** The way back: without paths all that this role blocks. */
  | { kind: 'unblock'; name: string; paths?: readonly string[] }
  /** Artifacts spread over bins by the hash of their path: TAP 15, or delegations by prefix. */
  | ({ kind: 'bins'; form: 'succinct' | 'prefixes'; bitLength: number } & RoleEntry)
  /** TAP 3: paths that several roles must agree on. */
  | {
      kind: 'agreement-add'
      form: 'accepted' | 'draft'
      name: string
      paths: readonly string[]
      terminating: boolean
      minRolesInAgreement: number
      roles: readonly RoleEntry[]
    }
  | { kind: 'agreement-remove'; name: string }

export type TufEdit = CommonEdit | KeyEdit | RootEdit | TargetsEdit

/** Subject "keys:NAME": who holds a project from now on; `keepIds` are keys that it has already. */
export interface ProjectKeysEdit {
  kind: 'project-keys'
  /** Reserves the name: refused when somebody has it. */
  first?: boolean
  keys: readonly KeyEntry[]
  keepIds: readonly string[]
  threshold: number
}

/** Subject "configuration": members by their place, "retention/versions"; null puts the default back. */
export interface ConfigureEdit {
  kind: 'configure'
  values: Readonly<Record<string, JsonValue>>
}

export type SubjectEdit = TufEdit | ProjectKeysEdit | ConfigureEdit
