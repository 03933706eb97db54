// Bins told in one line (TAP 15) as the delegations that they stand for, one a bin: every path falls into the same bin.
import { AppError } from '../../../error.ts'
import type { JsonObject } from '../../../json.ts'
import { isObject } from '../../../json.ts'
import { binName } from '../../tuf/delegation.ts'
import type { DelegatedRole, Delegations, SuccinctRoles } from '../../tuf/metadata.ts'

/** Rules of blocks follow no more edges than there would be beyond it. */
const maxBits = 13

/** In order, whatever form they are written in. */
export function rolesIn({ roles = [], succinct, agreements }: Delegations, what: string): readonly DelegatedRole[] {
  if (agreements !== undefined) {
    throw new AppError({
      code: 'format/unsupported',
      message: `${what} asks several roles to agree (TAP 3), which has no place in content-addressed metadata`,
      hint: 'delegate to one role with a threshold instead, or keep this repository as plain TUF',
    })
  }
  return succinct === undefined ? roles : binsOf(succinct, what)
}

const members = ['keyids', 'threshold', 'bit_length', 'name_prefix']

function binsOf(succinct: SuccinctRoles, what: string): DelegatedRole[] {
  const { bitLength } = succinct
  const strange = Object.keys(succinct.raw).find((name) => !members.includes(name))
  if (strange !== undefined) {
    throw new AppError({
      code: 'format/unsupported',
      message: `${what}: delegations/succinct_roles/${strange} has no place in content-addressed metadata`,
      hint: 'leave it out, or keep this repository as plain TUF',
    })
  }
  if (bitLength > maxBits) {
    throw new AppError({
      code: 'format/unsupported',
      message: `${what} has 2^${bitLength} bins, and a document of blocks holds 2^${maxBits} at most`,
      hint: 'use fewer bins, or keep this repository as plain TUF',
    })
  }
  const digits = Math.ceil(bitLength / 4)
  const each = 2 ** (digits * 4 - bitLength)
  return Array.from({ length: 2 ** bitLength }, (_, bin) => ({
    ...{ keyids: succinct.keyids, threshold: succinct.threshold, raw: succinct.raw },
    name: binName(succinct, bin),
    // The one bin that a path falls into is the last word on it.
    terminating: true,
    pathHashPrefixes: Array.from({ length: each }, (_, i) => (bin * each + i).toString(16).padStart(digits, '0')),
  }))
}

/** What is signed, with a delegation for each bin; as it is where there are none in one line. */
export function withNamedBins(raw: JsonObject, delegations: Delegations | undefined, what: string): JsonObject {
  if (delegations?.succinct === undefined || !isObject(raw.delegations)) return raw
  const { succinct_roles: _succinct, ...rest } = raw.delegations
  const roles = binsOf(delegations.succinct, what).map(({ name, keyids, threshold, pathHashPrefixes = [] }) => ({
    ...{ name, keyids: [...keyids], threshold, terminating: true },
    path_hash_prefixes: [...pathHashPrefixes],
  }))
  return { ...raw, delegations: { ...rest, roles } }
}
