// What changes between two JSON documents, leaf by leaf: total, and plain.
import type { JsonValue } from '../../json.ts'
import { isObject } from '../../json.ts'
import type { Change, Risk } from '../../proposal.ts'
import { inQuotes } from '../../visible.ts'

export interface Difference {
  changes: Change[]
  unchanged: number
}

/** Every leaf of either document is a change, or is counted as unchanged. */
export function diffLeaves(before: JsonValue | undefined, after: JsonValue, prefix: string, risk: Risk): Difference {
  const [old, fresh] = [leavesOf(before, prefix), leavesOf(after, prefix)]
  const changes: Change[] = []
  let unchanged = 0
  for (const path of new Set([...old.keys(), ...fresh.keys()])) {
    const [was, is] = [old.get(path), fresh.get(path)]
    if (was === is) unchanged++
    else changes.push({ path, ...textsOf(was, is), risk, sentence: sentenceOf(path, was, is) })
  }
  return { changes, unchanged }
}

function textsOf(before: string | undefined, after: string | undefined): Pick<Change, 'before' | 'after'> {
  return { ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) }
}

function sentenceOf(path: string, before: string | undefined, after: string | undefined): string {
  const name = inQuotes(path)
  if (before === undefined) return `“${name}” is new`
  return after === undefined ? `“${name}” is removed` : `“${name}” changes`
}

function leavesOf(value: JsonValue | undefined, path: string): Map<string, string> {
  if (value === undefined) return new Map()
  const entries = Array.isArray(value) ? [...value.entries()] : isObject(value) ? Object.entries(value) : undefined
  // An empty list or object is a leaf, so that it does not vanish; a slash in a name is written so that paths differ.
  if (entries === undefined || entries.length === 0) return new Map([[path, JSON.stringify(value)]])
  const step = (name: string | number): string => String(name).replaceAll('~', '~0').replaceAll('/', '~1')
  return new Map(entries.flatMap(([name, member]) => [...leavesOf(member, `${path}/${step(name)}`)]))
}
