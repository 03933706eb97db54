// Which artifacts a delegation is for, and whether two delegations can be for the same one. A wrong "perhaps" costs a look
// at an artifact that stays as it is; a wrong "no" would hide one, so every doubt is a perhaps.
import { sha256 as sha256Sync } from '@noble/hashes/sha2.js'
import { toHex, utf8 } from '../../bytes.ts'
import { isPathMatch } from './glob.ts'

export interface Scope {
  globs: readonly string[]
  /** Beginnings of the hash of a path. */
  prefixes: readonly string[]
  /** Every artifact there is: bins. */
  all: boolean
}

export const everything: Scope = { globs: [], prefixes: [], all: true }

export function scopeOf(globs: readonly string[] = [], prefixes: readonly string[] = []): Scope {
  return { globs, prefixes: prefixes.map((prefix) => prefix.toLowerCase()), all: false }
}

/** With more patterns than this, comparing each with each takes longer than looking at everything. */
const maxPatterns = 256

export function union(scopes: readonly Scope[]): Scope {
  if (scopes.some((scope) => scope.all)) return everything
  const globs = [...new Set(scopes.flatMap((scope) => scope.globs))]
  const prefixes = [...new Set(scopes.flatMap((scope) => scope.prefixes))]
  return globs.length + prefixes.length > maxPatterns ? everything : { globs, prefixes, all: false }
}

export function isEmpty(scope: Scope): boolean {
  return !scope.all && scope.globs.length === 0 && scope.prefixes.length === 0
}

/** Patterns that are the path of one artifact. */
export function literalsOf(scope: Scope): string[] {
  return scope.globs.filter((glob) => !isWild(glob))
}

export function isInScope(scope: Scope, path: string): boolean {
  if (scope.all || scope.globs.some((glob) => isPathMatch(glob, path))) return true
  if (scope.prefixes.length === 0) return false
  const hex = toHex(sha256Sync(utf8(path)))
  return scope.prefixes.some((prefix) => hex.startsWith(prefix))
}

export function mayOverlap(a: Scope, b: Scope): boolean {
  if (isEmpty(a) || isEmpty(b)) return false
  if (a.all || b.all) return true
  if (a.globs.some((glob) => b.globs.some((other) => mayMatchSame(glob, other)))) return true
  if (a.prefixes.some((one) => b.prefixes.some((other) => one.startsWith(other) || other.startsWith(one)))) return true
  return isHashed(a, b) || isHashed(b, a)
}

/** A pattern has no hash, an artifact has one. */
function isHashed(globs: Scope, prefixes: Scope): boolean {
  if (prefixes.prefixes.length === 0) return false
  return globs.globs.some((glob) => isWild(glob) || isInScope({ ...prefixes, globs: [] }, glob))
}

function mayMatchSame(a: string, b: string): boolean {
  if (!isWild(a)) return a === b || isPathMatch(b, a)
  if (!isWild(b)) return isPathMatch(a, b)
  const [parts, others] = [a.split('/'), b.split('/')]
  return parts.length === others.length && parts.every((part, i) => mayPartsMatch(part, others[i] ?? ''))
}

function mayPartsMatch(a: string, b: string): boolean {
  if (!isWild(a) || !isWild(b)) return isWild(a) ? isPathMatch(a, b) : a === b || isPathMatch(b, a)
  const [start, end] = [fixedStart(a), fixedEnd(a)]
  const [otherStart, otherEnd] = [fixedStart(b), fixedEnd(b)]
  return (
    (start.startsWith(otherStart) || otherStart.startsWith(start)) && (end.endsWith(otherEnd) || otherEnd.endsWith(end))
  )
}

function isWild(glob: string): boolean {
  return /[*?[]/.test(glob)
}

function fixedStart(part: string): string {
  return /^[^*?[]*/.exec(part)?.[0] ?? ''
}

/** A bracket may end a set, so nothing at or before one is certain. */
function fixedEnd(part: string): string {
  return /[^*?[\]]*$/.exec(part)?.[0] ?? ''
}
