// KEY where a role is given a key: nothing is signed with it now, so a token need not be plugged in, and a person of whom
// only the public key is known will do.
import { parseUtf8 } from '../core/bytes.ts'
import { AppError } from '../core/error.ts'
import { isSameKey, parsePublicKeyPem } from '../core/key.ts'
import type { KeyEntry } from '../core/systems/tuf/edit/edit.ts'
import { visible } from '../core/visible.ts'
import type { Desk } from '../node/desk.ts'
import { isSameName } from '../node/enrolled-file.ts'
import { entryOf, type KeyedRole, type KnownKey, knownKeys } from '../node/known-keys.ts'
import { isPersonalSigner } from '../node/personal-signer.ts'
import { isKeyUri } from '../node/pkcs11/uri.ts'
import type { Io, Option, Parsed } from './command.ts'
import { readInput } from './input.ts'

export const keyOptions: Readonly<Record<string, Option>> = {
  key: {
    form: '--key KEY',
    text: 'a key file, a person whose token is enrolled, a key on a token or in the ssh-agent; may be repeated',
    type: 'string',
    multiple: true,
  },
  pem: { form: '--pem FILE', text: 'a public key from a file, with --name', type: 'string' },
  name: { form: '--name OWNER', text: 'whose key --pem is', type: 'string' },
}

const maxPemBytes = 64 * 1024

/** All keys of --key and --pem, in that order. */
export async function chosenKeys(
  parsed: Parsed,
  desk: Desk,
  roles: readonly KeyedRole[],
  io: Io,
  option = 'key',
): Promise<KeyEntry[]> {
  const wanted = parsed.texts(option)
  const known = wanted.length === 0 ? [] : await knownKeys(desk, roles, io.signal)
  const entries: KeyEntry[] = []
  for (const one of wanted) entries.push(await namedKey(one, known, desk, io))
  const fromFile = await pemKey(parsed, io)
  return fromFile === undefined ? entries : [...entries, fromFile]
}

export async function pemKey(parsed: Parsed, io: Io): Promise<KeyEntry | undefined> {
  const file = parsed.text('pem')
  if (file === undefined) return undefined
  const owner = parsed.text('name')?.trim() ?? ''
  if (owner === '') {
    throw new AppError({
      code: 'usage/invalid',
      message: '--pem takes the name of its owner too',
      hint: 'add it: --name "Dana Ortiz"',
    })
  }
  return { key: parsePublicKeyPem(parseUtf8(await readInput(file, maxPemBytes, io.signal), file)), owner }
}

export async function namedKey(wanted: string, known: readonly KnownKey[], desk: Desk, io: Io): Promise<KeyEntry> {
  if (isKeyUri(wanted)) return signerEntry(await desk.tokens.findUri(wanted, io.signal), known, desk, io)
  const exact = known.find(({ id }) => id === wanted)
  if (exact !== undefined) return entryOf(exact)
  if (isPersonalSigner(wanted)) return signerEntry(wanted, known, desk, io)
  const found = known.filter(
    ({ id, owner }) => isNamed(id, wanted) || (owner !== undefined && isSameName(owner, wanted)),
  )
  // The same key may be a file here and stand in the repository; one that is here says more.
  const [only, ...others] = distinct(found)
  if (only === undefined) {
    throw new AppError({
      code: 'signer/absent',
      message: `no key ${wanted} is known here`,
      hint: keysHere(known),
    })
  }
  if (others.length === 0) return entryOf(only)
  const all = [only, ...others]
  throw new AppError({
    code: 'usage/invalid',
    message: `${wanted} has ${all.length} keys: ${visible(all.map(({ id, label }) => `${id} (${label})`).join(', '))}`,
    hint: `choose one of them: ${all.map(({ id }) => id).join(' or ')}`,
  })
}

function isNamed(id: string, wanted: string): boolean {
  return id === `file:${wanted}` || id === `rehearsal:${wanted}`
}

function distinct(keys: readonly KnownKey[]): KnownKey[] {
  return keys.filter((one, at) => !keys.slice(0, at).some((other) => isSameKey(one.key, other.key)))
}

/** A key that is on a token that nobody enrolled, or in the agent: read from there. */
async function signerEntry(id: string, known: readonly KnownKey[], desk: Desk, io: Io): Promise<KeyEntry> {
  const there = known.find((one) => one.id === id)
  if (there !== undefined) return entryOf(there)
  const { key, rehearsal } = await desk.signer(id, io.signal)
  const owner = known.find((one) => one.owner !== undefined && isSameKey(one.key, key))?.owner
  return { key, ...(owner === undefined ? {} : { owner }), ...(rehearsal ? { rehearsal } : {}) }
}

function keysHere(known: readonly KnownKey[]): string {
  const names = [...new Set(known.map(({ id, owner }) => owner ?? id))]
  const here = names.length === 0 ? 'no keys are known here' : `known here: ${visible(names.slice(0, 12).join(', '))}`
  return `${here}; or give its public key: --pem FILE --name OWNER`
}
