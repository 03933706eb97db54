// --person and --key: who takes part, in which roles, with which keys; and what to type when nobody is named yet.
import { statSync } from 'node:fs'
import { basename } from 'node:path'
import { parseUtf8 } from '../../../core/bytes.ts'
import { type Person, type Role, type RosterKey, roles } from '../../../core/ceremony/script.ts'
import type { RootFacts, RootKey } from '../../../core/ceremony/templates/facts.ts'
import { AppError } from '../../../core/error.ts'
import { isSameKey, parsePublicKeyPem } from '../../../core/key.ts'
import { countOf, listOf } from '../../../core/phrases.ts'
import { visible } from '../../../core/visible.ts'
import type { Desk } from '../../../node/desk.ts'
import { type EnrolledKey, type Holder, isSameName } from '../../../node/enrolled-file.ts'
import { knownKeys } from '../../../node/known-keys.ts'
import type { Io, Parsed } from '../../command.ts'
import { readInput } from '../../input.ts'
import { namedKey } from '../../role-keys.ts'
import { quoted } from '../../text.ts'
import { idOf, type Roots } from './roots.ts'

const maxPemBytes = 64 * 1024

export interface Cast {
  desk: Desk
  holders: readonly Holder[]
  roots: Roots
  /** Keys that are on no token any more that anybody here trusts. */
  lost: readonly RootKey[]
}

export async function readPeople(parsed: Parsed, cast: Cast, io: Io): Promise<Person[]> {
  const said = parsed.texts('person').map(parsePerson)
  if (said.length === 0) throw nobody(cast.roots)
  const given = await givenKeys(parsed, said, cast, io)
  return said.map(({ name, roles: held }) => {
    const keys = distinct(given.get(name) ?? keysOf(name, held, cast)).filter(
      ({ key }) => !cast.lost.some(({ id }) => id === idOf(key)),
    )
    if (held.includes('signer') && keys.length === 0) throw keyless(name)
    return { name, roles: held, keys }
  })
}

/** What stands behind the last "=" is roles; a name may hold one. */
function parsePerson(text: string): { name: string; roles: Role[] } {
  const at = text.lastIndexOf('=')
  const name = text.slice(0, Math.max(at, 0)).trim()
  const words = text.slice(at + 1).split(',')
  const held = words.map((word) => roles.find((role) => role === word.trim().toLowerCase()))
  if (at > 0 && name !== '' && held.every((role) => role !== undefined)) return { name, roles: held }
  throw new AppError({
    code: 'usage/invalid',
    message: `--person takes a name and roles, and not ${text}`,
    hint: `for example --person "Ana=signer,observer"; the roles are ${listOf(roles)}`,
  })
}

async function givenKeys(
  parsed: Parsed,
  people: readonly { name: string }[],
  { desk, roots }: Cast,
  io: Io,
): Promise<Map<string, RosterKey[]>> {
  const given = new Map<string, RosterKey[]>()
  for (const text of parsed.texts('key')) {
    const at = text.indexOf('=')
    const [wanted, file] = [text.slice(0, Math.max(at, 0)).trim(), text.slice(at + 1)]
    const person = people.find(({ name }) => isSameName(name, wanted))
    if (at < 1 || file === '' || person === undefined) {
      throw new AppError({
        code: 'usage/invalid',
        message:
          person === undefined && at > 0
            ? `--key is for ${wanted}, who is no --person`
            : `--key takes NAME=FILE, and not ${text}`,
        hint: 'for example --key "Ana=ana.pem", or the name of a key that is known here',
      })
    }
    const key = await keyFrom(file, desk, roots, io)
    given.set(person.name, [...(given.get(person.name) ?? []), key])
  }
  return given
}

async function keyFrom(file: string, desk: Desk, roots: Roots, io: Io): Promise<RosterKey> {
  if (file.endsWith('.pem') || statSync(file, { throwIfNoEntry: false })?.isFile() === true) {
    const key = parsePublicKeyPem(parseUtf8(await readInput(file, maxPemBytes, io.signal), file))
    return { key, label: labelOf(`from ${basename(file)}`), serial: '', attested: false }
  }
  const known = await knownKeys(desk, [{ name: 'root', keys: roots.keys }], io.signal)
  const { key } = await namedKey(file, known, desk, io)
  return { key, label: labelOf(`key ${file}`), serial: '', attested: false }
}

/** Those that are enrolled; of a signer whose token nobody enrolled here, those that a root gives under this name. */
function keysOf(name: string, held: readonly Role[], { holders, roots }: Cast): RosterKey[] {
  const holder = holders.find((one) => isSameName(one.name, name))
  if (holder !== undefined) return holder.keys.map(enrolledKey)
  if (!held.includes('signer')) return []
  return roots.keys.flatMap(({ key, owner }) =>
    key !== undefined && owner !== undefined && isSameName(owner, name)
      ? [{ key, label: 'as root names it', serial: '', attested: false }]
      : [],
  )
}

function enrolledKey({ key, tokenName, serial, attestation }: EnrolledKey): RosterKey {
  return { key, label: labelOf(tokenName), serial: serial ?? '', attested: attestation?.verdict === 'verified' }
}

function labelOf(text: string): string {
  return visible(text).trim().slice(0, 200) || 'a token'
}

/** One key may be on two tokens of a person. */
function distinct(keys: readonly RosterKey[]): RosterKey[] {
  return keys.filter((one, at) => !keys.slice(0, at).some((other) => isSameKey(one.key, other.key)))
}

function keyless(name: string): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: `${name} is to sign, and no key of theirs is known here`,
    hint: `enrol their token (countersign tokens enroll), or give the public key: --key ${quoted(`${name}=FILE.pem`)}`,
  })
}

/** Who is needed follows from the roots; who leads and who watches does not. */
function nobody({ before, after }: Roots): AppError {
  const known = [before, after].filter((root) => root !== undefined)
  const names = [...new Set(known.flatMap(({ keys }) => keys.map(({ holder }) => holder)))]
  const signers = names.length === 0 ? ['NAME'] : names
  const people = ['NAME=administrator', 'NAME=witness', ...signers.map((name) => `${name}=signer`)]
  return new AppError({
    code: 'usage/invalid',
    message: ['nobody is named who takes part', ...new Set(known.map(needOf))].join('; '),
    hint: `say who: ${people.map((one) => `--person "${one}"`).join(' ')}`,
  })
}

function needOf({ title, threshold, keys }: RootFacts): string {
  const names = [...new Set(keys.map(({ holder }) => holder))]
  return `${title} asks for ${countOf(threshold, 'signature')} of ${listOf(names)}`
}
