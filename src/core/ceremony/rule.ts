// What a rule of order looks at, and how it says what it found.
import type { JsonObject } from '../json.ts'
import type { FactKind } from './facts.ts'
import type { FactLine } from './record.ts'
import type { CeremonyScript } from './script.ts'

export interface Look {
  facts: readonly FactLine[]
  rehearsal: boolean
  script: CeremonyScript | undefined
  fail(at: number, sentence: string): void
  /** It cannot be told here. */
  leave(at: number, sentence: string): void
}

export const isKind =
  (...kinds: readonly FactKind[]) =>
  ({ kind }: Pick<FactLine, 'kind'>): boolean =>
    kinds.includes(kind)

export function textIn(fact: JsonObject | undefined, name: string): string | undefined {
  const value = fact?.[name]
  return typeof value === 'string' ? value : undefined
}
