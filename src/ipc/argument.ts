// Parsers for what the window sends: exact shapes, bounded sizes, nothing extra.
import { AppError } from '../core/error.ts'
import type { JsonValue } from '../core/json.ts'

export type ArgumentParser<T> = (value: unknown) => T

function refuse(what: string): never {
  throw new AppError({ code: 'usage/invalid', message: `the window sent ${what}` })
}

export function nothing(): ArgumentParser<void> {
  return (value) => {
    if (value !== undefined && value !== null) refuse('an argument to a call that takes none')
  }
}

export function text(minLength: number, maxLength: number): ArgumentParser<string> {
  return (value) => {
    if (typeof value !== 'string') return refuse('something that is not text')
    if (value.length < minLength || value.length > maxLength) {
      return refuse(`a text of ${value.length} characters where ${minLength} to ${maxLength} are allowed`)
    }
    return value
  }
}

export function choice<const T extends string>(...allowed: readonly T[]): ArgumentParser<T> {
  return (value) => {
    const found = allowed.find((one) => one === value)
    return found ?? refuse(`something that is none of ${allowed.join(', ')}`)
  }
}

function plainEntries(value: unknown): [string, unknown][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return refuse('something that is not an object')
  return Object.entries(value)
}

export function record<T>(parse: ArgumentParser<T>, maxEntries: number): ArgumentParser<Record<string, T>> {
  return (value) => {
    const entries = plainEntries(value)
    if (entries.length > maxEntries) return refuse(`${entries.length} entries where ${maxEntries} are allowed`)
    return Object.fromEntries(entries.map(([key, entry]) => [key, parse(entry)]))
  }
}

/** A member that may be left out has a parser made by `optional`. */
type Fields<T> = {
  [K in keyof T]-?: undefined extends T[K]
    ? ArgumentParser<Exclude<T[K], undefined>> & { isOptional: true }
    : ArgumentParser<T[K]>
}

/** Exactly these fields: a missing or an extra one is refused. */
export function shape<T>(fields: Fields<T>): ArgumentParser<T> {
  return (value) => {
    const given = new Map(plainEntries(value))
    const parsed: Partial<T> = {}
    for (const key of Object.keys(fields) as (keyof T & string)[]) {
      const parse = fields[key] as ArgumentParser<T[typeof key]> & { isOptional?: true }
      if (!given.has(key)) {
        if (parse.isOptional === true) continue
        return refuse(`no ${key}`)
      }
      parsed[key] = parse(given.get(key))
      given.delete(key)
    }
    if (given.size > 0) return refuse(`${[...given.keys()].join(', ')}, which the call does not take`)
    return parsed as T
  }
}

export function whole(min: number, max: number): ArgumentParser<number> {
  return (value) => {
    if (typeof value !== 'number' || !Number.isSafeInteger(value)) return refuse('something that is not a whole number')
    return value >= min && value <= max ? value : refuse(`${value} where ${min} to ${max} are allowed`)
  }
}

export function flag(): ArgumentParser<boolean> {
  return (value) => (typeof value === 'boolean' ? value : refuse('something that is neither true nor false'))
}

export function list<T>(parse: ArgumentParser<T>, maxEntries: number): ArgumentParser<readonly T[]> {
  return (value) => {
    if (!Array.isArray(value)) return refuse('something that is not a list')
    if (value.length > maxEntries) return refuse(`${value.length} entries where ${maxEntries} are allowed`)
    return value.map(parse)
  }
}

/** Left out, or what `parse` takes; only for members of a `shape` that `optional` wraps. */
export function optional<T>(parse: ArgumentParser<T>): ArgumentParser<T> & { isOptional: true } {
  return Object.assign((value: unknown) => parse(value), { isOptional: true as const })
}

/** One of several shapes, told apart by the text in one of their members. */
export function variants<T>(member: string, shapes: Readonly<Record<string, ArgumentParser<T>>>): ArgumentParser<T> {
  const known = new Map(Object.entries(shapes))
  return (value) => {
    const kind = new Map(plainEntries(value)).get(member)
    const parse = typeof kind === 'string' ? known.get(kind) : undefined
    return parse === undefined ? refuse(`no known ${member}`) : parse(value)
  }
}

/** What JSON can carry, to a depth that no form needs. */
export function json(maxDepth = 32): ArgumentParser<JsonValue> {
  return (value) => {
    if (value === null || typeof value === 'boolean' || typeof value === 'string') return value
    if (typeof value === 'number') return Number.isSafeInteger(value) ? value : refuse('a number that is not whole')
    if (maxDepth === 0) return refuse('data that is nested too deep')
    if (Array.isArray(value)) return value.map(json(maxDepth - 1))
    const entries = plainEntries(value).map(([key, entry]) => [key, json(maxDepth - 1)(entry)] as const)
    return Object.fromEntries(entries)
  }
}
