// What a template is filled with: who, with which keys, and which root is changed into which. Nothing here is looked up.
import type { CeremonyScript, Person, ScriptRules } from '../script.ts'

export const ceremonyKinds = ['renewal', 'rotation', 'first-root', 'lost-token', 'rehearsal'] as const
export type CeremonyKind = (typeof ceremonyKinds)[number]

/** One public key that may sign a root. */
export interface RootKey {
  /** sha256 of the key: two keys are one when this is. */
  id: string
  holder: string
}

export interface RootFacts {
  /** "Root 3" */
  title: string
  threshold: number
  keys: readonly RootKey[]
}

export interface ScriptFacts {
  /** What the template says where nothing is given. */
  title?: string
  purpose?: string
  repository: string
  anchor: CeremonyScript['anchor']
  previous: string
  preparedAt: string
  people: readonly Person[]
  rules: ScriptRules
  /** The root in force, and the one that waits, where they are known. */
  before?: RootFacts
  after?: RootFacts
  /** Whose token is lost or no longer only theirs, and the keys on it. */
  lost?: { holder: string; keys: readonly RootKey[] }
}

/** Keys of `some` that are not in `others`. */
export function keysBeyond(some: readonly RootKey[], others: readonly RootKey[]): RootKey[] {
  return some.filter(({ id }) => others.every((other) => other.id !== id))
}

/** With whom the old threshold must be reached once a token is lost. */
export function keysLeft({ before, lost }: Pick<ScriptFacts, 'before' | 'lost'>): RootKey[] {
  return keysBeyond(before?.keys ?? [], lost?.keys ?? [])
}
