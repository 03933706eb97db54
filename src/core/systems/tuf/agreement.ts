// TAP 3: artifacts for which several roles must say the same. Two forms are read, the accepted one and the first draft's;
// a document has one of them or the delegations of the specification, never a mixture.
import type { JsonObject, JsonValue } from '../../json.ts'
import type { Reader } from './envelope.ts'
import { keyIdOf, parseTufKey, type TufKey } from './key.ts'
import { type NamedRole, readKeys, readRoleKeys, shown } from './role-keys.ts'

export interface Agreement {
  /** In the draft, whose entries have no name, made of the names of its roles. */
  name: string
  paths: readonly string[]
  terminating: boolean
  /** So many of the roles must name the same length and hashes. */
  minRoles: number
  roles: readonly NamedRole[]
  raw: JsonObject
}

export interface Agreements {
  form: 'tap3' | 'tap3-draft'
  keys: ReadonlyMap<string, TufKey>
  agreements: readonly Agreement[]
}

/** As many roles as clients ask for one path: more could never all be asked. */
const maxRolesOfEntry = 32

/** The draft's list of delegations stands where the specification has an object. */
export function isDraftForm(signed: JsonObject): boolean {
  return Array.isArray(signed.delegations)
}

export function isAcceptedForm(delegations: JsonObject): boolean {
  return delegations.delegations !== undefined || delegations.keys_for_delegations !== undefined
}

export function readAccepted(read: Reader, raw: JsonObject, reserved: readonly string[]): Agreements {
  const other = ['keys', 'roles', 'succinct_roles'].find((name) => raw[name] !== undefined)
  if (other !== undefined) return read.refuse(`delegations have either ${other} or the members of TAP 3, never both`)
  const keys = readKeys(read, raw.keys_for_delegations)
  const names = new Set<string>()
  const agreements = read.array(raw.delegations, 'delegations: delegations').map((value) => {
    const entry = read.object(value, 'a delegation')
    const name = read.text(entry.name, 'a delegation’s name')
    const what = `delegation ${shown(name)}`
    if (names.has(name)) return read.refuse(`two delegations are named ${shown(name)}`)
    names.add(name)
    if (typeof entry.terminating !== 'boolean') return read.refuse(`${what}: terminating is not true or false`)
    const roles = read.array(entry.roleinfo, `${what}: roleinfo`, maxRolesOfEntry).map((one) => {
      const role = read.object(one, `${what}: a role`)
      const rolename = read.text(role.rolename, `${what}: a rolename`)
      return { ...knownRoleKeys(read, role, `role ${shown(rolename)}`, keys), name: rolename }
    })
    const minRoles = read.integer(entry.min_roles_in_agreement, `${what}: min_roles_in_agreement`, 1)
    if (minRoles > roles.length)
      return read.refuse(`${what} asks for ${minRoles} roles that agree and names ${roles.length}`)
    checkNames(read, what, roles, reserved)
    return {
      name,
      paths: readPaths(read, entry.paths, what),
      terminating: entry.terminating,
      minRoles,
      roles,
      raw: entry,
    }
  })
  return { form: 'tap3', keys, agreements }
}

/** `signed` itself: in the draft keys, roles and delegations stand directly in it. All roles of an entry must agree. */
export function readDraft(read: Reader, signed: JsonObject, reserved: readonly string[]): Agreements {
  const keys = new Map(
    Object.entries(read.object(signed.keys, 'keys')).map(([id, raw]) => [
      id,
      draftKey(id, read.object(raw, `key ${id}`)),
    ]),
  )
  const roles = new Map(
    Object.entries(read.object(signed.roles, 'roles')).map(([name, raw]): [string, NamedRole] => [
      name,
      { ...knownRoleKeys(read, read.object(raw, `role ${shown(name)}`), `role ${shown(name)}`, keys), name },
    ]),
  )
  const taken = new Set<string>()
  const agreements = read.array(signed.delegations, 'delegations').map((value, i) => {
    const entry = read.object(value, 'a delegation')
    const what = `delegation ${i + 1}`
    const own = read.array(entry.roles, `${what}: roles`, maxRolesOfEntry).map((one) => {
      const name = read.text(one, `${what}: a role’s name`)
      return roles.get(name) ?? read.refuse(`${what} names the role ${shown(name)}, which is not in the list of roles`)
    })
    if (own.length === 0) return read.refuse(`${what} names no role`)
    checkNames(read, what, own, reserved)
    const name = draftName(
      own.map((role) => role.name),
      taken,
    )
    return {
      name,
      paths: readPaths(read, entry.paths, what),
      terminating: false,
      minRoles: own.length,
      roles: own,
      raw: entry,
    }
  })
  return { form: 'tap3-draft', keys, agreements }
}

function knownRoleKeys(
  read: Reader,
  raw: JsonObject,
  what: string,
  keys: ReadonlyMap<string, TufKey>,
): ReturnType<typeof readRoleKeys> {
  const role = readRoleKeys(read, raw, what)
  const unknown = role.keyids.find((id) => !keys.has(id))
  return unknown === undefined
    ? role
    : read.refuse(`${what} names the key ${shown(unknown)}, which is not in the list of keys`)
}

function checkNames(read: Reader, what: string, roles: readonly NamedRole[], reserved: readonly string[]): void {
  const names = new Set(reserved)
  for (const { name } of roles) {
    if (names.has(name)) read.refuse(`${what} names the role ${shown(name)} twice, or a top-level role`)
    names.add(name)
  }
}

function readPaths(read: Reader, value: JsonValue | undefined, what: string): string[] {
  return read.array(value, `${what}: paths`).map((path) => read.text(path, `${what}: one of paths`))
}

/** Entries of the draft have no name; two with the same roles still get different ones. Adds to `taken`. */
export function draftName(roles: readonly string[], taken: Set<string>): string {
  const name = roles.join(' + ')
  let free = name
  for (let n = 2; taken.has(free); n++) free = `${name} (${n})`
  taken.add(free)
  return free
}

/** Keys of the draft's time had no scheme: each type had one way to sign, and signatures named it. */
const usualScheme: ReadonlyMap<JsonValue | undefined, string> = new Map([
  ['ed25519', 'ed25519'],
  ['rsa', 'rsassa-pss-sha256'],
  ['ecdsa', 'ecdsa-sha2-nistp256'],
])

function draftKey(id: string, raw: JsonObject): TufKey {
  const scheme = usualScheme.get(raw.keytype)
  if (raw.scheme !== undefined || scheme === undefined) return parseTufKey(id, raw)
  return { ...parseTufKey(id, { ...raw, scheme }), contentIds: [keyIdOf(raw)], raw }
}
