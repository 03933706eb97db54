// Lists whose members have names, by name with their order beside them: what moves in such a list is then still the same.
// The parser refuses two members of one name, so nothing is lost.
import type { JsonObject, JsonValue } from '../../../json.ts'
import { isObject } from '../../../json.ts'
import { draftName, isDraftForm } from '../agreement.ts'
import type { Path } from './difference.ts'

export const listAt: Path = ['delegations', 'roles']
/** TAP 3, the accepted form. */
export const agreementsAt: Path = ['delegations', 'delegations']
/** The draft has a list where other documents have an object: a place in a list is a number, so no member's name is this. */
export const draftAt: Path = ['delegations', 0]

export function alignedTargets(raw: JsonObject): JsonObject {
  const { delegations } = raw
  if (isDraftForm(raw) && isList(delegations)) {
    const taken = new Set<string>()
    return { ...raw, delegations: [aligned(delegations, (entry) => draftName(texts(entry.roles), taken))] }
  }
  if (!isObject(delegations)) return raw
  if (isList(delegations.roles))
    return { ...raw, delegations: { ...delegations, roles: byMember(delegations.roles, 'name') } }
  if (!isList(delegations.delegations)) return raw
  const entries = delegations.delegations.map((entry) =>
    isObject(entry) && isList(entry.roleinfo) ? { ...entry, roleinfo: byMember(entry.roleinfo, 'rolename') } : entry,
  )
  return { ...raw, delegations: { ...delegations, delegations: byMember(entries, 'name') } }
}

function isList(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value)
}

function texts(value: JsonValue | undefined): string[] {
  return isList(value) ? value.map(String) : []
}

function byMember(list: readonly JsonValue[], member: string): JsonObject {
  return aligned(list, (entry) => String(entry[member] ?? ''))
}

function aligned(list: readonly JsonValue[], nameOf: (entry: JsonObject) => string): JsonObject {
  const names = list.map((entry) => (isObject(entry) ? nameOf(entry) : ''))
  return {
    order: names,
    byName: Object.fromEntries(names.map((name, i): [string, JsonValue] => [name, list[i] ?? null])),
  }
}

/** The aligned path as a person finds it: by names. */
export function unaligned(path: Path): Path {
  for (const at of [listAt, agreementsAt, draftAt]) {
    if (!at.every((segment, i) => path[i] === segment)) continue
    const place = at === draftAt ? ['delegations'] : at
    const [kind, name, roleinfo, ...rest] = path.slice(at.length)
    if (kind === 'order') return place
    if (kind !== 'byName') return path
    if (name === undefined) return place
    if (roleinfo === undefined) return [...place, name]
    if (at !== agreementsAt || roleinfo !== 'roleinfo') return [...place, name, roleinfo, ...rest]
    return [...place, name, roleinfo, ...(rest[0] === 'byName' ? rest.slice(1) : [])]
  }
  return path
}

const spelled: readonly [RegExp, string][] = [
  [/^delegations\/roles\/(byName|order)(\/|$)/, 'delegations/roles/'],
  [/^delegations\/delegations\/(byName|order)(\/|$)/, 'delegations/delegations/'],
  [/^delegations\/0\/(byName|order)(\/|$)/, 'delegations/'],
  [/^(delegations\/delegations\/[^/]*\/roleinfo)\/(byName|order)(\/|$)/, '$1/'],
]

/** The same for a path that is written already, by a fact about delegations. */
export function plainPath(path: string): string {
  return spelled.reduce((text, [pattern, plain]) => text.replace(pattern, plain), path).replace(/\/$/, '')
}
