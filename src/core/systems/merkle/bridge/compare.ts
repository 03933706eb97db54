// Whether two repositories say the same, of blocks or of plain TUF: who may sign what, by public keys and not by their ids, which
// role decides first, and what each path is. Versions and dates are not compared, for each repository has its own.
import { sha256 } from '@noble/hashes/sha2.js'
import { toHex } from '../../../bytes.ts'
import { canonicalJson } from '../../../canonical.ts'
import { isObject } from '../../../json.ts'
import type { TufKey } from '../../tuf/key.ts'
import { type Metadata, type RoleKeys, type Root, type Targets, topRoles } from '../../tuf/metadata.ts'
import { rolesIn } from './bins.ts'
import type { Documents } from './documents.ts'

export interface Difference {
  role: string
  /** What of it: "targets/PATH", "delegations/NAME/keys" and the like. */
  at: string
  /** Absent: it says nothing of it. */
  first?: string
  second?: string
}

type Facts = ReadonlyMap<string, string>

/** None: they say the same. */
export function compareDocuments(first: Documents, second: Documents): Difference[] {
  const differences = differing('root', rootFacts(first.root), rootFacts(second.root))
  differences.push(
    ...differing('targets', targetsFacts(first.targets, 'targets'), targetsFacts(second.targets, 'targets')),
  )
  for (const role of new Set([...first.delegated.keys(), ...second.delegated.keys()])) {
    differences.push(...differing(role, factsOf(first, role), factsOf(second, role)))
  }
  return differences
}

/** A role without a document lists nothing, like one that begins with an empty document. */
function factsOf({ delegated }: Documents, role: string): Facts {
  const document = delegated.get(role)
  return document === undefined ? new Map() : targetsFacts(document, role)
}

export function isSameRoot(first: Metadata<Root>, second: Metadata<Root>): boolean {
  return differing('root', rootFacts(first), rootFacts(second)).length === 0
}

export function isSameTargets(first: Metadata<Targets> | undefined, second: Metadata<Targets>, role: string): boolean {
  const before = first === undefined ? undefined : targetsFacts(first, role)
  return before !== undefined && differing(role, before, targetsFacts(second, role)).length === 0
}

function rootFacts({ signed }: Metadata<Root>): Facts {
  const facts = new Map<string, string>()
  for (const name of topRoles) {
    const role = signed.roles.get(name)
    if (role !== undefined) addRole(facts, `roles/${name}`, role, signed.keys)
  }
  return facts
}

function targetsFacts({ signed }: Metadata<Targets>, what: string): Facts {
  const facts = new Map<string, string>()
  for (const path of signed.targetPaths()) facts.set(`targets/${path}`, targetText(signed, path))
  const { delegations } = signed
  if (delegations === undefined) return facts
  const roles = rolesIn(delegations, what)
  if (roles.length > 0) facts.set('delegations', JSON.stringify(roles.map(({ name }) => name)))
  for (const role of roles) {
    const at = `delegations/${role.name}`
    addRole(facts, at, role, delegations.keys)
    facts.set(`${at}/terminating`, String(role.terminating))
    if (role.paths !== undefined) facts.set(`${at}/paths`, JSON.stringify(role.paths))
    if (role.pathHashPrefixes !== undefined) facts.set(`${at}/path_hash_prefixes`, prefixText(role.pathHashPrefixes))
  }
  return facts
}

function prefixText(prefixes: readonly string[]): string {
  return JSON.stringify(prefixes.map((one) => one.toLowerCase()).sort())
}

/** Other hashes than sha256 are not compared: blocks have none. */
function targetText(signed: Targets, path: string): string {
  const file = signed.target(path)
  if (file === undefined) return 'nothing'
  const { custom, content } = file.raw
  const digest = file.hashes.get('sha256')?.toLowerCase()
  const hash =
    content === undefined ? (digest === undefined ? 'no sha256' : `sha256 ${digest}`) : `the block ${content}`
  const more = isObject(custom) ? `, custom ${new TextDecoder().decode(canonicalJson(custom))}` : ''
  return `${file.length} bytes, ${hash}${more}`
}

function addRole(facts: Map<string, string>, at: string, role: RoleKeys, keys: ReadonlyMap<string, TufKey>): void {
  facts.set(`${at}/threshold`, String(role.threshold))
  const held = role.keyids.map((id) => {
    const key = keys.get(id)
    return key === undefined ? `an unknown key ${id}` : identity(key)
  })
  facts.set(`${at}/keys`, [...new Set(held)].sort().join(', '))
}

/** By the key itself: the id is only a name of it, and each form makes its own. */
function identity({ key, keytype, scheme, raw }: TufKey): string {
  if (key !== undefined) return `${key.scheme} ${toHex(sha256(key.spki))}`
  return `${keytype} ${scheme} ${toHex(sha256(canonicalJson(isObject(raw.keyval) ? raw.keyval : {})))}`
}

function differing(role: string, first: Facts, second: Facts): Difference[] {
  const differences: Difference[] = []
  for (const at of new Set([...first.keys(), ...second.keys()])) {
    const [before, after] = [first.get(at), second.get(at)]
    if (before === after) continue
    differences.push({
      ...{ role, at },
      ...(before === undefined ? {} : { first: before }),
      ...(after === undefined ? {} : { second: after }),
    })
  }
  return differences
}
