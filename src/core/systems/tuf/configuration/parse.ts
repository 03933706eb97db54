// The configuration as it is read: strictly, and with what this program does not know kept in it.
import type { JsonObject, JsonValue } from '../../../json.ts'
import { type Envelope, parseEnvelope, Reader } from '../envelope.ts'
import { type Field, fieldAt, fields } from './field.ts'

export interface Configuration extends Envelope {
  version: number
  /** The signed part, with members that this program does not know. */
  raw: JsonObject
  /** What was chosen, by path; what is not here has its default. */
  chosen: ReadonlyMap<string, number>
}

export const configurationType = 'x-countersign-configuration'

export function parseConfiguration(bytes: Uint8Array, what: string): Configuration {
  const { raw, ...envelope } = parseEnvelope(bytes, what)
  const read = new Reader(what)
  if (raw._type !== configurationType) return read.refuse('it is not a configuration')
  const version = read.integer(raw.version, 'version', 1)
  const chosen = chosenIn(raw, read)
  const why = contradiction(chosen)
  if (why !== undefined) return read.refuse(why)
  return { ...envelope, version, raw, chosen }
}

/** The sections of a known field must be objects: what stands in their place would be a choice that nobody sees. */
function valueAt(raw: JsonObject, path: string, read: Reader): JsonValue | undefined {
  let value: JsonValue | undefined = raw
  const passed: string[] = []
  for (const name of path.split('/')) {
    if (value === undefined) return undefined
    value = read.object(value, passed.join('/'))[name]
    passed.push(name)
  }
  return value
}

export function refusedValue({ path, unit, min, max }: Field, value: JsonValue): string | undefined {
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) return `${path} is not a whole number`
  return value >= min && value <= max ? undefined : `${path} is ${value} ${unit}, ${min} to ${max} are allowed`
}

/** Values that are each in range and cannot both be meant. */
export function contradiction(chosen: ReadonlyMap<string, number>): string | undefined {
  const at = (path: string): number | undefined => chosen.get(path) ?? fieldAt(path)?.standard
  const [every, lasts] = [at('timestamp/every'), at('timestamp/expiryDays')]
  if (every !== undefined && lasts !== undefined && every >= lasts * 1440)
    return `timestamp/every is ${every} minutes, and a timestamp expires after ${lasts * 1440}`
  for (const kind of ['root', 'targets', 'delegated']) {
    const [expiry, signing] = [at(`periods/${kind}/expiryDays`), at(`periods/${kind}/signingDays`)]
    if (expiry !== undefined && signing !== undefined && signing >= expiry)
      return `periods/${kind}/signingDays is ${signing}, and a version lasts ${expiry} days`
  }
  return undefined
}

export function chosenIn(raw: JsonObject, read: Reader): Map<string, number> {
  const chosen = new Map<string, number>()
  for (const field of fields) {
    const value = valueAt(raw, field.path, read)
    if (value === undefined) continue
    const why = refusedValue(field, value)
    if (why !== undefined || typeof value !== 'number') return read.refuse(why ?? field.path)
    chosen.set(field.path, value)
  }
  return chosen
}
