// Fields that the service does not know: its models of root leave them out, of what it is sent and of what it shows, and then
// every signature is over something else than what is kept. Read in repository-service-tuf-api, common_models.
import type { JsonObject, JsonValue } from '../../../json.ts'
import { isObject } from '../../../json.ts'
import { visible } from '../../../visible.ts'

const knownOfKey: ReadonlySet<string> = new Set([
  'keytype',
  'scheme',
  'keyval',
  'name',
  'x-rstuf-key-name',
  'x-rstuf-online-key-uri',
])
const knownOfKeyValue: ReadonlySet<string> = new Set(['public'])
const knownOfRole: ReadonlySet<string> = new Set(['keyids', 'threshold'])

/** Where fields stand that the service would leave out of this root, as paths. */
export function unknownFields(signed: JsonObject): string[] {
  return [
    ...named(signed.keys).flatMap(([id, key]) => [
      ...unknownIn(key, knownOfKey, `keys/${short(id)}`),
      ...unknownIn(isObject(key) ? key.keyval : undefined, knownOfKeyValue, `keys/${short(id)}/keyval`),
    ]),
    ...named(signed.roles).flatMap(([name, role]) => unknownIn(role, knownOfRole, `roles/${visible(name)}`)),
  ]
}

/** Of the fields that the root in force has and the service does not know: those that the next one has not any more. */
export function lostFields(before: JsonObject, after: JsonObject): string[] {
  const kept = new Set(unknownFields(after))
  const still = new Set([
    ...named(after.keys).map(([id]) => `keys/${short(id)}`),
    ...named(after.roles).map(([name]) => `roles/${visible(name)}`),
  ])
  // What went away as a whole was taken out by a person.
  return unknownFields(before).filter((path) => !kept.has(path) && still.has(path.split('/').slice(0, 2).join('/')))
}

/** The same root as the service would show it: without the fields that it does not know. */
export function withoutUnknown(signed: JsonObject): JsonObject {
  const keys = named(signed.keys).map(([id, key]) => {
    const plain = only(key, knownOfKey)
    return [id, isObject(plain) ? { ...plain, keyval: only(plain.keyval, knownOfKeyValue) } : plain]
  })
  const roles = named(signed.roles).map(([name, role]) => [name, only(role, knownOfRole)])
  return { ...signed, keys: Object.fromEntries(keys), roles: Object.fromEntries(roles) }
}

function only(value: JsonValue | undefined, known: ReadonlySet<string>): JsonValue {
  return isObject(value)
    ? Object.fromEntries(Object.entries(value).filter(([name]) => known.has(name)))
    : (value ?? null)
}

function named(value: JsonValue | undefined): [string, JsonValue][] {
  return isObject(value) ? Object.entries(value) : []
}

function unknownIn(value: JsonValue | undefined, known: ReadonlySet<string>, where: string): string[] {
  return named(value).flatMap(([name]) => (known.has(name) ? [] : [`${where}/${visible(name)}`]))
}

function short(id: string): string {
  return visible(id).slice(0, 12)
}
