// Names of packages and versions. Both are plain ASCII, so that no letter of another script can stand for one of them.
import { inQuotes, markOf } from '../../../visible.ts'
import { fault } from '../fault.ts'

/** Words of small letters and digits, each beginning with a letter, with single hyphens between them. */
const kebab = /^[a-z][a-z0-9]*(?:-[a-z][a-z0-9]*)*$/
/** Files are called after packages, and no disk takes names of more than 255 letters. */
const maxNameLength = 240

export interface PackageName {
  namespace: string
  name: string
}

/** "wasi:http", parted at its last colon. */
export function parsePackageName(text: string): PackageName {
  const what = `“${inQuotes(text.slice(0, 80))}”`
  checkLetters(text, what)
  const at = text.lastIndexOf(':')
  const [namespace, name] = [text.slice(0, Math.max(at, 0)), text.slice(at + 1)]
  if (at > 0 && kebab.test(namespace) && kebab.test(name) && text.length <= maxNameLength) return { namespace, name }
  throw fault('bad-name', 'format/malformed', `${what} is no name of a package`, {
    hint: 'write it as namespace:name, in small letters with single hyphens between words',
  })
}

export function checkNamespace(text: string, what: string): string {
  checkLetters(text, what)
  if (kebab.test(text) && text.length <= maxNameLength) return text
  throw fault('bad-name', 'format/malformed', `${what} has “${inQuotes(text.slice(0, 80))}”, which is no namespace`)
}

/** The character is named: many that are not ASCII look as if they were. */
function checkLetters(text: string, what: string): void {
  const strange = [...text].find((char) => char > '~' || char < ' ')
  if (strange === undefined) return
  throw fault(
    'look-alike-name',
    'format/malformed',
    `${what} holds the character ${markOf(strange)}, which no name has`,
    {
      hint: 'do not use this name; it may be made to be taken for another one',
    },
  )
}

// Semantic versioning 2.0, with the grammar of its section 2 to 10; numbers have at most 64 bits, as in the reference.
const number = '(?:0|[1-9]\\d*)'
const prerelease = `(?:${number}|\\d*[A-Za-z-][0-9A-Za-z-]*)`
const semantic = new RegExp(
  `^(${number})\\.(${number})\\.(${number})(?:-${prerelease}(?:\\.${prerelease})*)?(?:\\+[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*)?$`,
)
const maxNumber = 2n ** 64n

/** Two versions are one only if their texts are, build and all. */
export function checkVersion(text: string, what: string): string {
  const found = text.length <= maxNameLength ? semantic.exec(text) : null
  if (found?.slice(1, 4).every((digits) => BigInt(digits) < maxNumber)) return text
  throw fault('bad-version', 'format/malformed', `${what} has “${inQuotes(text.slice(0, 80))}”, which is no version`)
}
