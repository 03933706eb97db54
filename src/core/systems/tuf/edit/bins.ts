// Artifacts spread over bins by the hash of their path: one entry for all of them (TAP 15), or a delegation for each.
import type { JsonObject } from '../../../json.ts'
import { binName } from '../delegation.ts'
import { hasNoDelegations } from './delegations.ts'
import type { TargetsEdit } from './edit.ts'
import { withRoleKeys } from './keys.ts'
import { checkRoleName } from './names.ts'
import { refuseEdit } from './refuse.ts'
import { withValue } from './value.ts'

/** A document with a delegation for each bin grows with their number. */
const longest = { succinct: 32, prefixes: 14 } as const

export type BinsEdit = Extract<TargetsEdit, { kind: 'bins' }>

export function editBins(raw: JsonObject, edit: BinsEdit, subject: string): JsonObject {
  const { form, bitLength, name, threshold } = edit
  if (!Number.isSafeInteger(bitLength) || bitLength < 1 || bitLength > longest[form])
    refuseEdit(`${bitLength} bits make no bins`, `choose 1 to ${longest[form]} bits`)
  if (!hasNoDelegations(raw))
    refuseEdit('this role has delegations already', 'remove them first, or make the bins below another role')
  checkRoleName(name, [subject])
  const keyed = withRoleKeys(withValue(raw, ['delegations'], { keys: {} }), ['delegations', 'keys'], edit)
  const quorum = { keyids: keyed.keyids, threshold }
  if (form === 'succinct')
    return withValue(keyed.raw, ['delegations', 'succinct_roles'], {
      ...quorum,
      bit_length: bitLength,
      name_prefix: name,
    })
  const bins = { bitLength, namePrefix: name, ...quorum, raw: {} }
  const roles = Array.from({ length: 2 ** bitLength }, (_, bin) => ({
    ...quorum,
    name: binName(bins, bin),
    terminating: true,
    path_hash_prefixes: prefixesOf(bin, bitLength),
  }))
  return withValue(keyed.raw, ['delegations', 'roles'], roles)
}

/** Prefixes are hexadecimal: where the bits end inside a digit, a bin has several of them. */
export function prefixesOf(bin: number, bitLength: number): string[] {
  const digits = Math.ceil(bitLength / 4)
  const each = 2 ** (4 * digits - bitLength)
  return Array.from({ length: each }, (_, i) => (bin * each + i).toString(16).padStart(digits, '0'))
}
