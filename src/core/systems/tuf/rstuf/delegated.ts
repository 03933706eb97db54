// The delegated roles in the settings of a ceremony: whose keys they are, what they decide about, and what is wrong with them.
import { AppError } from '../../../error.ts'
import { isObject, type JsonObject, type JsonValue } from '../../../json.ts'
import { inQuotes, visible } from '../../../visible.ts'
import { type Holder, holdersOf } from '../diff/holder.ts'
import { fingerprintText, idText, listText, numberText } from '../diff/shown.ts'
import { parseTufKey, type TufKey } from '../key.ts'

const onlineField = 'x-rstuf-online-key-uri'

export interface SettingsRole {
  raw: JsonObject
  ids: readonly string[]
  /** One for each distinct key. */
  holders: readonly Holder[]
  /** Of the bins below it. */
  binsKey: Holder | undefined
}

export function settingsRoles(delegations: JsonValue | undefined): SettingsRole[] {
  if (!isObject(delegations)) return []
  const keys = readKeys(delegations.keys)
  return listed(delegations.roles)
    .filter(isObject)
    .map((raw) => {
      const ids = listed(raw.keyids).filter((id) => typeof id === 'string')
      const held = (of: readonly string[]): Holder[] => [...holdersOf(keys, { keyids: of, threshold: 1, raw }).values()]
      const online = raw[binsKeyField]
      return { raw, ids, holders: held(ids), binsKey: typeof online === 'string' ? held([online])[0] : undefined }
    })
}

/** "Role “dev” decides about “dev/*”: 1 of 2 keys must sign, the key of “Ana” (7247 …) and …; it lasts 365 days" */
export function roleSentence({ raw, holders, binsKey }: SettingsRole): string {
  const who =
    holders.length === 0
      ? 'no key is named, so the service signs it by itself'
      : `${shown(raw.threshold)} of ${numberText(holders.length)} ${holders.length === 1 ? 'key' : 'keys'} must sign, of ${listText(holders.map(holderWords))}`
  const rest = raw.terminating === true ? '; no other role is asked after it' : ''
  return `Role ${shown(raw.name)} decides about ${scopeWords(raw)}: ${who}; it lasts ${daysText(raw['x-rstuf-expire-policy'])}${binsWords(raw[binsField], binsKey)}${rest}`
}

/** Why its keys are not what their number says. */
export function keyProblems({ raw, ids, holders }: SettingsRole): string[] {
  const name = `role ${shown(raw.name)}`
  const usable = holders.filter(({ key }) => key?.key !== undefined).length
  const { threshold } = raw
  return [
    ...(holders.length < ids.length
      ? [`${name} lists ${ids.length} key ids, and they are ${numberText(holders.length)} different keys`]
      : []),
    ...(usable < holders.length ? [`${name} names keys that are missing or cannot be used here`] : []),
    ...(typeof threshold === 'number' && Number.isInteger(threshold) && threshold >= 1
      ? []
      : [`${name} does not say how many must sign`]),
    ...(holders.length > 0 && typeof threshold === 'number' && threshold > usable
      ? [`${name} asks for ${threshold} signatures of ${usable} keys, so it can never be signed`]
      : []),
  ]
}

/** Members that no sentence tells of, as paths with their values. */
export function unexplainedIn(settings: JsonObject, roles: JsonObject): string[] {
  const { delegations } = roles
  const of = isObject(delegations) ? delegations : {}
  return [
    ...others(settings, ['roles'], ''),
    ...others(roles, ['root', 'targets', 'snapshot', 'timestamp', 'bins', 'delegations'], 'roles/'),
    ...['root', 'targets', 'snapshot', 'timestamp'].flatMap((name) =>
      others(roles[name], ['expiration'], `roles/${name}/`),
    ),
    ...others(roles.bins, ['expiration', 'number_of_delegated_bins'], 'roles/bins/'),
    ...others(of, ['keys', 'roles'], 'delegations/'),
    ...Object.entries(isObject(of.keys) ? of.keys : {}).flatMap(([id, key]) => [
      ...others(key, toldOfKey, `delegations/keys/${idText(id)}/`),
      ...others(isObject(key) ? key.keyval : undefined, ['public'], `delegations/keys/${idText(id)}/keyval/`),
    ]),
    ...listed(of.roles).flatMap((role, at) =>
      isObject(role)
        ? others(role, toldOfRole, `delegations/roles/${at + 1}/`)
        : [`delegations/roles/${at + 1} = ${cut(role)}`],
    ),
  ]
}

const toldOfKey = ['keytype', 'scheme', 'keyval', 'name', 'x-rstuf-key-name', onlineField]
const binsField = 'x-rstuf-num-bins'
const binsKeyField = 'x-rstuf-role-online-key'
const toldOfRole = [
  ...['name', 'keyids', 'threshold', 'paths', 'path_hash_prefixes', 'terminating', 'x-rstuf-expire-policy'],
  ...[binsField, binsKeyField],
]

export function shown(value: JsonValue | undefined): string {
  return typeof value === 'string' ? quotedWhole(value) : visible(JSON.stringify(value ?? null))
}

export function daysText(days: JsonValue | undefined): string {
  return days === 1 ? '1 day' : `${shown(days)} days`
}

/** Nothing is cut, and nothing in it can end the quotes: what a role decides about must be read to its end. */
function quotedWhole(text: string): string {
  return `“${inQuotes(text)}”`
}

function cut(value: JsonValue | undefined): string {
  const text = shown(value)
  return text.length > 80 ? `${text.slice(0, 80)}… (${numberText(text.length - 80)} characters more)` : text
}

function holderWords({ key, ids }: Holder): string {
  if (key === undefined) return `a missing key with the id ${idText(ids[0] ?? '')}`
  const whose = key.owner === undefined ? 'a key without a name' : quotedWhole(key.owner)
  const online = key.raw[onlineField]
  const where = online === undefined || online === null ? '' : `, which the service holds at ${shown(online)}`
  return `${whose} (${key.key === undefined ? 'unknown type' : key.label}, ${fingerprintText(key)}${where})`
}

function binsWords(bins: JsonValue | undefined, key: Holder | undefined): string {
  const isNone = (bins === undefined || bins === null) && key === undefined
  return isNone
    ? ''
    : `; below it are ${shown(bins)} bins, which the service signs ${key === undefined ? 'by itself' : `with ${holderWords(key)}`}`
}

function scopeWords({ paths, path_hash_prefixes: prefixes }: JsonObject): string {
  const parts = [
    ...(paths === undefined || paths === null ? [] : [listed(paths).map(shown).join(', ') || 'no path']),
    ...(prefixes === undefined || prefixes === null
      ? []
      : [`all whose hash begins with ${listed(prefixes).map(shown).join(', ') || 'nothing named'}`]),
  ]
  return parts.length === 0 ? 'nothing' : parts.join(', and ')
}

/** A key that cannot be read is one that is missing, and is told as that. */
function readKeys(value: JsonValue | undefined): Map<string, TufKey> {
  const keys = new Map<string, TufKey>()
  for (const [id, raw] of Object.entries(isObject(value) ? value : {})) {
    if (!isObject(raw)) continue
    try {
      keys.set(id, parseTufKey(id, raw))
    } catch (thrown) {
      if (!(thrown instanceof AppError)) throw thrown
    }
  }
  return keys
}

function others(value: JsonValue | undefined, told: readonly string[], where: string): string[] {
  return Object.entries(isObject(value) ? value : {}).flatMap(([name, one]) =>
    told.includes(name) ? [] : [`${where}${visible(name)} = ${cut(one)}`],
  )
}

/** A single value stands for a list of one: the service may take it as one. */
function listed(value: JsonValue | undefined): readonly JsonValue[] {
  if (value === undefined || value === null) return []
  return Array.isArray(value) ? value : [value]
}
