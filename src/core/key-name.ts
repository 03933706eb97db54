// What a key in a file may be called, and where its file lies: one rule for every folder of keys.
import { AppError } from './error.ts'

/** Letters of one alphabet only, so that two names that look the same are the same. */
export function isKeyName(name: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/.test(name)
}

export function keyFileName(name: string): string {
  if (isKeyName(name)) return `${name.toLowerCase()}.json`
  throw new AppError({
    code: 'usage/invalid',
    message: 'this cannot be the name of a key',
    hint: 'use 1 to 64 letters (a to z), digits, - and _, beginning with a letter or digit',
  })
}
