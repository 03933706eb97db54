// Nothing hides behind something else: beside any change of the catalogue, whichever further leaf differs is told as well.
import { expect, test } from 'vitest'
import { AppError } from '../../../../../src/core/error.ts'
import type { JsonValue } from '../../../../../src/core/json.ts'
import { unaligned } from '../../../../../src/core/systems/tuf/diff/aligned.ts'
import { alignedSigned, diffMetadata } from '../../../../../src/core/systems/tuf/diff/diff.ts'
import { leavesOf, type Path, pathText } from '../../../../../src/core/systems/tuf/diff/difference.ts'
import type { Metadata } from '../../../../../src/core/systems/tuf/metadata.ts'
import { keyId, keyObject, type Loose, metadata, now } from './documents.ts'
import { scenarios } from './scenarios.ts'

/** Unknown fields in every place where a document may hold some, the same on both sides. */
function dressed(document: Loose): Loose {
  const copy = structuredClone(document)
  copy['x-own'] = { n: 1 }
  for (const role of Object.values<Loose>(copy.roles ?? {})) role['x-own'] = 1
  for (const key of Object.values<Loose>(copy.keys ?? {})) key['x-own'] = 1
  for (const key of Object.values<Loose>(copy.delegations?.keys ?? {})) key['x-own'] = 1
  for (const key of Object.values<Loose>(copy.delegations?.keys_for_delegations ?? {})) key['x-own'] = 1
  for (const role of copy.delegations?.roles ?? []) role['x-own'] = 1
  for (const entry of entriesOf(copy)) {
    entry['x-own'] = 1
    for (const role of entry.roleinfo ?? []) role['x-own'] = 1
  }
  if (copy.delegations !== undefined && !Array.isArray(copy.delegations)) copy.delegations['x-own'] = 1
  if (copy.delegations?.succinct_roles !== undefined) copy.delegations.succinct_roles['x-own'] = 1
  for (const file of Object.values<Loose>(copy._type === 'targets' ? copy.targets : {})) file['x-own'] = 1
  for (const file of Object.values<Loose>(copy.meta ?? {})) file['x-own'] = 1
  return copy
}

/** TAP 3, in either form. */
function entriesOf(document: Loose): Loose[] {
  const list = document.delegations
  return Array.isArray(list) ? list : (list?.delegations ?? [])
}

const text = (path: Path): string => path.map((segment) => `${typeof segment} ${segment}`).join('\n')
const leaves = (one: Metadata) => [...leavesOf(alignedSigned(one.signed))]

function alignedEntries(document: Loose): Loose {
  return (alignedSigned(metadata(document).signed) as Loose).delegations[0]?.byName
}

/** The place of an aligned leaf in the document itself; undefined for the order of roles, which is no place of its own. */
function placeOf(path: Path, document: Loose): Path | undefined {
  const isDraft = Array.isArray(document.delegations)
  if (path[0] === 'delegations' && path[1] === (isDraft ? 0 : 'delegations')) {
    if (path[2] !== 'byName') return undefined
    const names = Object.keys(Object(alignedEntries(document)))
    const index = isDraft
      ? names.indexOf(String(path[3]))
      : entriesOf(document).findIndex(({ name }) => name === path[3])
    const place = [...(isDraft ? ['delegations'] : ['delegations', 'delegations']), index]
    if (path[4] !== 'roleinfo') return [...place, ...path.slice(4)]
    if (path[5] !== 'byName') return undefined
    const role = entriesOf(document)[index].roleinfo.findIndex((one: Loose) => one.rolename === path[6])
    return [...place, 'roleinfo', role, ...path.slice(7)]
  }
  if (path[0] !== 'delegations' || path[1] !== 'roles') return path
  if (path[2] !== 'byName') return undefined
  const index = document.delegations.roles.findIndex((role: Loose) => role.name === path[3])
  return ['delegations', 'roles', index, ...path.slice(4)]
}

function other(value: JsonValue): JsonValue {
  if (typeof value === 'number') return value + 1
  if (typeof value === 'boolean') return !value
  if (value === keyId('ana')) return keyId('fay')
  if (value === keyObject('ana').keyval.public) return keyObject('fay').keyval.public
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value) ? 'f'.repeat(64) : `${String(value)}x`
}

function replaced(document: Loose, path: Path, value: JsonValue): Metadata | undefined {
  const copy = structuredClone(document)
  let at = copy
  for (const segment of path.slice(0, -1)) at = at[segment]
  at[path.at(-1) ?? ''] = value
  try {
    return metadata(copy, [], document._type.toLowerCase())
  } catch (error) {
    if (error instanceof AppError && error.code.startsWith('format/')) return undefined
    throw error
  }
}

const pairs = scenarios.flatMap(({ name, before, after }) =>
  before === undefined ? [] : [[name, dressed(before), dressed(after)] as const],
)

test.each(pairs)('beside: %s', (_, before, after) => {
  const [from, to] = [metadata(before), metadata(after)]
  const known = new Set(diffMetadata(from, to, { now }).changes.map((change) => JSON.stringify(change)))
  const same = new Map(leaves(from).map(({ path, value }) => [text(path), JSON.stringify(value)]))
  const hidden: string[] = []
  let looked = 0
  for (const { path, value } of leaves(to)) {
    const place = placeOf(path, after)
    if (
      place === undefined ||
      same.get(text(path)) !== JSON.stringify(value) ||
      /^(role)?name$/.test(String(path.at(-1)))
    )
      continue
    const further = replaced(after, place, other(value))
    if (further === undefined) continue
    looked++
    const more = diffMetadata(from, further, { now }).changes.filter((change) => !known.has(JSON.stringify(change)))
    const leaf = `${pathText(unaligned(path))}/`
    if (!more.some((change) => leaf.startsWith(`${change.path}/`))) hidden.push(leaf)
  }
  expect(hidden).toEqual([])
  expect(looked).toBeGreaterThan(3)
})
