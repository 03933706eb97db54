// Parsers for what the window sends: exact shapes, bounded sizes, nothing extra.
import { AppError } from '../core/error.ts'

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

/** Exactly these fields: a missing or an extra one is refused. */
export function shape<T>(fields: { [K in keyof T]: ArgumentParser<T[K]> }): ArgumentParser<T> {
  return (value) => {
    const given = new Map(plainEntries(value))
    const parsed: Partial<T> = {}
    for (const key of Object.keys(fields) as (keyof T & string)[]) {
      if (!given.has(key)) return refuse(`no ${key}`)
      parsed[key] = fields[key](given.get(key))
      given.delete(key)
    }
    if (given.size > 0) return refuse(`${[...given.keys()].join(', ')}, which the call does not take`)
    return parsed as T
  }
}
