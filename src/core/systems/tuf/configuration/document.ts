// The next configuration, from a person's choices: what they do not name stays as it is.
import { AppError } from '../../../error.ts'
import type { JsonObject, JsonValue } from '../../../json.ts'
import { isObject } from '../../../json.ts'
import { isSameValue } from '../diff/difference.ts'
import type { ConfigureEdit } from '../edit/edit.ts'
import { encodeMetadata } from '../encode.ts'
import { Reader } from '../envelope.ts'
import { fieldAt, fields } from './field.ts'
import { type Configuration, chosenIn, configurationType, contradiction, refusedValue } from './parse.ts'

interface ConfigurationFacts {
  /** For a candidate that waits and is changed once more. */
  keepVersion?: boolean
}

/** The next configuration, unsigned: what the edit does not name stays, also what this program does not know. */
export function configurationDocument(
  before: Configuration | undefined,
  edit: ConfigureEdit,
  { keepVersion = false }: ConfigurationFacts = {},
): Uint8Array {
  let raw: JsonObject = before?.raw ?? {}
  for (const [path, value] of Object.entries(edit.values)) {
    const field = fieldAt(path)
    if (field === undefined)
      return refuse(path, `there is nothing called ${path} to configure`, `choose one of ${names()}`)
    const why = value === null ? undefined : refusedValue(field, value)
    if (why !== undefined) return refuse(path, why, `choose ${field.min} to ${field.max} ${field.unit}`)
    raw = withValue(raw, path.split('/'), value ?? undefined)
  }
  if (before !== undefined && isSameValue(raw, before.raw))
    return refuse(
      Object.keys(edit.values)[0] ?? '',
      'this changes nothing in the configuration',
      'choose another value',
    )
  const document = encodeMetadata({
    ...raw,
    _type: configurationType,
    version: (before?.version ?? 0) + (keepVersion ? 0 : 1),
  })
  const why = contradiction(chosenIn(raw, new Reader('the configuration')))
  if (why !== undefined) return refuse(why.split(' ')[0] ?? '', why, 'choose values that fit together')
  return document
}

/** A section that nothing is left in goes with its last value. */
function withValue(object: JsonObject, path: readonly string[], value: JsonValue | undefined): JsonObject {
  const [name = '', ...rest] = path
  const { [name]: old, ...others } = object
  const inner = isObject(old) ? old : {}
  const next = rest.length === 0 ? value : withValue(inner, rest, value)
  const isEmpty = next === undefined || (rest.length > 0 && isObject(next) && Object.keys(next).length === 0)
  return isEmpty ? others : { ...others, [name]: next }
}

function names(): string {
  return fields.map(({ path }) => path).join(', ')
}

function refuse(field: string, message: string, hint: string): never {
  throw new AppError({ code: 'usage/invalid', message, hint, data: { field } })
}
