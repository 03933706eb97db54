// Documents of plain TUF as they may be met, unsigned: keys of every kind, delegations of every form, members of other programs.
import fc from 'fast-check'
import { toHex } from '../../../../../src/core/bytes.ts'
import type { JsonObject, JsonValue } from '../../../../../src/core/json.ts'
import type { PublicKey } from '../../../../../src/core/signer.ts'
import { createSoftwareKey } from '../../../../../src/core/software-key.ts'
import type { Documents } from '../../../../../src/core/systems/merkle/bridge/documents.ts'
import { encodeMetadata } from '../../../../../src/core/systems/tuf/encode.ts'
import { keyIdOf, tufKeyObject } from '../../../../../src/core/systems/tuf/key.ts'
import { type Metadata, parseMetadata, type Root, type Targets } from '../../../../../src/core/systems/tuf/metadata.ts'

export interface PlainKey {
  id: string
  raw: JsonObject
}

/** One of each kind; those of ECDSA have another id in blocks, whose canonical form escapes line feeds. */
export async function plainKeys(): Promise<PlainKey[]> {
  const keys: PublicKey[] = []
  for (const scheme of ['ed25519', 'ecdsa-p256-sha256', 'ed25519', 'ecdsa-p256-sha256'] as const) {
    keys.push((await createSoftwareKey(scheme)).key)
  }
  return keys.map((key, at) => {
    const raw = tufKeyObject(key, at === 2 ? { 'x-tuf-on-ci-keyowner': '@somebody' } : {})
    return { id: keyIdOf(raw), raw }
  })
}

export const expires = '2027-06-01T00:00:00Z'

export function role(keys: readonly PlainKey[], threshold = 1): JsonObject {
  return { keyids: keys.map(({ id }) => id), threshold }
}

export function keysOf(keys: readonly PlainKey[]): JsonObject {
  return Object.fromEntries(keys.map(({ id, raw }) => [id, raw]))
}

export function rootOf(roles: Readonly<Record<string, JsonObject>>, keys: readonly PlainKey[], more: JsonObject = {}) {
  const signed = { _type: 'root', spec_version: '1.0.31', version: 5, expires, consistent_snapshot: true }
  return parsed({ ...signed, keys: keysOf(keys), roles, ...more }, 'root')
}

export function plainRoot(keys: readonly PlainKey[], more: JsonObject = {}): Metadata<Root> {
  const held = role(keys)
  return rootOf({ root: held, targets: held, snapshot: held, timestamp: held }, keys, more)
}

export function targetsOf(targets: JsonObject, delegations?: JsonObject, version = 3): Metadata<Targets> {
  const signed = { _type: 'targets', spec_version: '1.0.31', version, expires, targets }
  return parsed(delegations === undefined ? signed : { ...signed, delegations }, 'targets')
}

function parsed<T extends 'root' | 'targets'>(signed: JsonObject, type: T) {
  return parseMetadata(encodeMetadata(signed), type, type)
}

export function target(digest: number, length = 5, more: JsonObject = {}): JsonObject {
  const sha256 = toHex(new Uint8Array(32).fill(digest))
  return { length, hashes: { sha256 }, ...more }
}

/** Any repository that both forms can say; `dropped` members are among them. */
export function repositories(keys: readonly PlainKey[]): fc.Arbitrary<Documents> {
  const some = fc
    .subarray([...keys], { minLength: 1 })
    .chain((held) => fc.integer({ min: 1, max: held.length }).map((threshold) => role(held, threshold)))
  const name = fc.stringMatching(/^[a-z/ü😀-]{1,6}$/u).filter((text) => text !== '/')
  const custom: fc.Arbitrary<JsonObject> = fc.dictionary(
    name,
    fc.oneof(fc.integer(), fc.string({ unit: 'grapheme' }), fc.constant(null), fc.boolean()) as fc.Arbitrary<JsonValue>,
    { maxKeys: 2, noNullPrototype: true },
  )
  const file = fc.record({ digest: fc.integer({ min: 0, max: 255 }), length: fc.nat(), custom: fc.option(custom) })
  const listed = fc
    .dictionary(name, file, { maxKeys: 4, noNullPrototype: true })
    .map((files) =>
      Object.fromEntries(
        Object.entries(files).map(([path, { digest, length, custom: more }]) => [
          path,
          target(digest, length, more === null ? {} : { custom: more }),
        ]),
      ),
    )
  const scope = fc.oneof(
    fc.array(name, { maxLength: 3 }).map((paths): JsonObject => ({ paths })),
    fc
      .array(fc.stringMatching(/^[0-9a-f]{1,3}$/), { maxLength: 3 })
      .map((one): JsonObject => ({ path_hash_prefixes: one })),
  )
  const delegations = (names: readonly string[]): fc.Arbitrary<JsonObject | undefined> => {
    const roles = fc.tuple(
      ...names.map((one) =>
        fc
          .tuple(some, scope, fc.boolean())
          .map(([held, where, terminating]) => ({ name: one, terminating, ...held, ...where })),
      ),
    )
    return fc.option(roles, { nil: undefined }).map((list) => list && { keys: keysOf(keys), roles: list })
  }
  const names = fc.uniqueArray(name, { minLength: 2, maxLength: 4 })
  return names.chain((all) => {
    const [first = 'a', ...others] = all
    const below = fc.tuple(listed, delegations(others))
    return fc
      .tuple(some, some, some, some, below, below, fc.tuple(...others.map(() => listed)), fc.boolean())
      .map(([root, targets, snapshot, timestamp, top, one, rest, marked]): Documents => {
        const topDelegations = {
          keys: keysOf(keys),
          roles: [{ name: first, terminating: false, ...targets, paths: ['*'] }],
        }
        const delegated = new Map([[first, targetsOf(one[0], one[1])]])
        if (one[1] !== undefined)
          for (const [at, name] of others.entries()) delegated.set(name, targetsOf(rest[at] ?? {}, undefined, at + 1))
        const more = marked ? { 'x-tuf-on-ci-expiry-period': 365 } : {}
        return {
          root: rootOf({ root, targets, snapshot, timestamp }, keys, more),
          targets: targetsOf(top[0], topDelegations),
          delegated,
        }
      })
  })
}
