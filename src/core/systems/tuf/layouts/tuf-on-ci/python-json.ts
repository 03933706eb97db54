// A document as tuf-on-ci writes it, byte for byte: python's json.dumps(indent=1, separators=(",", ": "), sort_keys=True).
import { utf8 } from '../../../../bytes.ts'
import { AppError } from '../../../../error.ts'
import type { JsonValue } from '../../../../json.ts'
import { isObject } from '../../../../json.ts'
import { byCodePoint } from '../../../../transport.ts'

/** ASCII throughout, names sorted by code point, one space of indentation, nothing after the last bracket. */
export function pythonJson(value: JsonValue): Uint8Array {
  return utf8(written(value, '\n'))
}

/** By hand: an engine's own writer puts names that look like numbers first. */
function written(value: JsonValue, line: string): string {
  const inner = `${line} `
  if (Array.isArray(value)) {
    if (value.length === 0) return '[]'
    return `[${inner}${value.map((one) => written(one, inner)).join(`,${inner}`)}${line}]`
  }
  if (isObject(value)) {
    const names = Object.keys(value).sort(byCodePoint)
    if (names.length === 0) return '{}'
    const members = names.map((name) => `${quoted(name)}: ${written(value[name] ?? null, inner)}`)
    return `{${inner}${members.join(`,${inner}`)}${line}}`
  }
  if (typeof value === 'string') return quoted(value)
  if (typeof value === 'number' && !Number.isSafeInteger(value)) {
    throw new AppError({
      code: 'format/unsupported',
      message: `${value} cannot be written as this repository writes numbers`,
      hint: 'use whole numbers',
    })
  }
  return String(value)
}

/** JSON.stringify agrees with python on everything below U+007F. */
function quoted(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
