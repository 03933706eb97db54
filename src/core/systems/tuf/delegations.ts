// What a targets document says of other roles: which of them may decide for which artifacts, signed with whose keys.
import type { JsonObject, JsonValue } from '../../json.ts'
import { type Agreement, type Agreements, isAcceptedForm, isDraftForm, readAccepted, readDraft } from './agreement.ts'
import type { Reader } from './envelope.ts'
import type { TufKey } from './key.ts'
import { type NamedRole, type RoleKeys, readKeys, readRoleKeys, shown } from './role-keys.ts'

export interface DelegatedRole extends NamedRole {
  terminating: boolean
  paths?: readonly string[]
  pathHashPrefixes?: readonly string[]
}

/** TAP 15. */
export interface SuccinctRoles extends RoleKeys {
  bitLength: number
  namePrefix: string
}

export interface Delegations {
  form: 'roles' | 'succinct' | Agreements['form']
  keys: ReadonlyMap<string, TufKey>
  roles?: readonly DelegatedRole[]
  succinct?: SuccinctRoles
  agreements?: readonly Agreement[]
}

/** `reserved`: names that no delegated role may have. */
export function readDelegations(
  read: Reader,
  signed: JsonObject,
  reserved: readonly string[],
): Delegations | undefined {
  if (isDraftForm(signed)) return readDraft(read, signed, reserved)
  if (signed.delegations === undefined) return undefined
  const raw = read.object(signed.delegations, 'delegations')
  if (isAcceptedForm(raw)) return readAccepted(read, raw, reserved)
  const keys = readKeys(read, raw.keys)
  const [roles, succinct] = [raw.roles, raw.succinct_roles]
  if ((roles === undefined) === (succinct === undefined)) {
    return read.refuse('delegations have either roles or succinct_roles, exactly one of them')
  }
  if (succinct !== undefined) return { form: 'succinct', keys, succinct: readSuccinct(read, succinct) }
  const names = new Set<string>(reserved)
  const list = read.array(roles, 'delegations: roles').map((entry) => {
    const role = readDelegatedRole(read, entry)
    if (names.has(role.name))
      return read.refuse(`delegations name the role ${shown(role.name)} twice, or a top-level role`)
    names.add(role.name)
    return role
  })
  return { form: 'roles', keys, roles: list }
}

function readDelegatedRole(read: Reader, value: JsonValue | undefined): DelegatedRole {
  const raw = read.object(value, 'a delegated role')
  const name = read.text(raw.name, 'a delegated role’s name')
  if (typeof raw.terminating !== 'boolean') return read.refuse(`role ${name}: terminating is not true or false`)
  const [paths, prefixes] = [raw.paths, raw.path_hash_prefixes]
  if ((paths === undefined) === (prefixes === undefined)) {
    return read.refuse(`role ${name} has either paths or path_hash_prefixes, exactly one of them`)
  }
  const texts = (list: JsonValue | undefined, what: string): string[] =>
    read.array(list, `role ${name}: ${what}`).map((text) => read.text(text, `role ${name}: one of ${what}`))
  return {
    ...readRoleKeys(read, raw, `role ${name}`),
    name,
    terminating: raw.terminating,
    ...(paths === undefined ? {} : { paths: texts(paths, 'paths') }),
    ...(prefixes === undefined ? {} : { pathHashPrefixes: texts(prefixes, 'path_hash_prefixes') }),
  }
}

function readSuccinct(read: Reader, value: JsonValue | undefined): SuccinctRoles {
  const raw = read.object(value, 'succinct_roles')
  const bitLength = read.integer(raw.bit_length, 'succinct_roles: bit_length', 1)
  if (bitLength > 32) return read.refuse('succinct_roles: bit_length is above 32')
  return {
    ...readRoleKeys(read, raw, 'succinct_roles'),
    bitLength,
    namePrefix: read.text(raw.name_prefix, 'succinct_roles: name_prefix'),
  }
}
