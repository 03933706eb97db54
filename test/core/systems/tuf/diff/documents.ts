// Documents for the tests of diff and lint: built from plain objects, parsed by the product's own parser.

import { readFileSync } from 'node:fs'
import type { JsonObject } from '../../../../../src/core/json.ts'
import { encodeMetadata } from '../../../../../src/core/systems/tuf/encode.ts'
import type { TufSignature } from '../../../../../src/core/systems/tuf/envelope.ts'
import { keyIdOf } from '../../../../../src/core/systems/tuf/key.ts'
import { type Metadata, parseMetadata, type RoleType } from '../../../../../src/core/systems/tuf/metadata.ts'

export const now = new Date('2026-03-01T00:00:00Z')
export const inDays = (days: number): string =>
  `${new Date(now.getTime() + days * 86_400_000).toISOString().slice(0, 19)}Z`

/** A document that tests may change at will. */
// biome-ignore lint/suspicious/noExplicitAny: tests break documents in every way that JSON allows
export type Loose = any

const file = new URL('../../../../vectors/tuf/keys.json', import.meta.url)
const material: Record<string, JsonObject> = JSON.parse(readFileSync(file, 'utf8')).keys

/** The key object of a test key; owned by its name unless told otherwise. */
export function keyObject(name: string, extra: JsonObject = { 'x-countersign-keyowner': name }): Loose {
  const key = material[name]
  if (key === undefined) throw new Error(`no test key ${name}`)
  return structuredClone({ ...key, ...extra })
}

export function keyId(name: string, extra?: JsonObject): string {
  return keyIdOf(keyObject(name, extra))
}

export function keyList(...names: string[]): Loose {
  return Object.fromEntries(names.map((name) => [keyId(name), keyObject(name)]))
}

export function role(threshold: number, ...names: string[]): Loose {
  return { keyids: names.map((name) => keyId(name)), threshold }
}

const machine = { 'x-countersign-keyowner': 'machine' }

export function root(): Loose {
  return {
    _type: 'root',
    spec_version: '1.0.34',
    version: 1,
    expires: inDays(300),
    consistent_snapshot: true,
    keys: { ...keyList('ana', 'ben', 'cleo', 'dana'), [keyId('machine', machine)]: keyObject('machine', machine) },
    roles: {
      root: role(2, 'ana', 'ben', 'cleo'),
      targets: role(2, 'ana', 'ben', 'dana'),
      snapshot: role(1, 'machine'),
      timestamp: role(1, 'machine'),
    },
  }
}

export function hex(digit: string, length = 64): string {
  return digit.repeat(length)
}

export function artifact(digit: string, length = 1204, extra: JsonObject = {}): Loose {
  return { length, hashes: { sha256: hex(digit) }, ...extra }
}

export function targets(): Loose {
  return {
    _type: 'targets',
    spec_version: '1.0.34',
    version: 1,
    expires: inDays(90),
    targets: {
      'tool/1.0.tar': artifact('a'),
      'tool/1.1.tar': artifact('b', 20, { custom: { channel: 'beta', tags: ['x', 'y'] } }),
    },
    delegations: {
      keys: keyList('ana', 'ben', 'cleo'),
      roles: [
        { name: 'docs', terminating: false, paths: ['docs/*', 'img/*'], ...role(1, 'ana', 'ben') },
        { name: 'bins', terminating: true, path_hash_prefixes: ['00', '01'], ...role(1, 'cleo') },
      ],
    },
  }
}

export function succinct(): Loose {
  return {
    ...targets(),
    delegations: { keys: keyList('ana'), succinct_roles: { bit_length: 3, name_prefix: 'bin', ...role(1, 'ana') } },
  }
}

/** TAP 3, the accepted form. */
export function agreements(): Loose {
  const info = (rolename: string, ...rest: [number, ...string[]]): Loose => ({ rolename, ...role(...rest) })
  return {
    ...targets(),
    delegations: {
      keys_for_delegations: keyList('ana', 'ben', 'cleo'),
      delegations: [
        {
          name: 'libraries',
          paths: ['lib/*', 'app/*'],
          terminating: false,
          min_roles_in_agreement: 2,
          roleinfo: [info('build', 1, 'ana'), info('audit', 1, 'ben', 'cleo'), info('mirror', 1, 'cleo')],
        },
        {
          name: 'manuals',
          paths: ['doc/*'],
          terminating: true,
          min_roles_in_agreement: 1,
          roleinfo: [info('audit', 1, 'ben', 'cleo')],
        },
      ],
    },
  }
}

/** TAP 3, the first draft. */
export function draftAgreements(): Loose {
  return {
    ...targets(),
    _type: 'Targets',
    keys: keyList('ana', 'ben', 'cleo'),
    roles: { build: role(1, 'ana'), audit: role(1, 'ben', 'cleo') },
    delegations: [
      { paths: ['lib/*', 'app/*'], roles: ['build', 'audit'] },
      { paths: ['doc/*'], roles: ['audit'] },
    ],
  }
}

export function snapshot(): Loose {
  return {
    _type: 'snapshot',
    spec_version: '1.0.34',
    version: 1,
    expires: inDays(7),
    meta: {
      'targets.json': { version: 3, length: 500, hashes: { sha256: hex('c') } },
      'docs.json': { version: 2 },
    },
  }
}

export function timestamp(): Loose {
  return {
    _type: 'timestamp',
    spec_version: '1.0.34',
    version: 1,
    expires: inDays(1),
    meta: { 'snapshot.json': { version: 4, length: 300, hashes: { sha256: hex('d') } } },
  }
}

export function metadata(
  signed: Loose,
  signatures: readonly TufSignature[] = [],
  type: RoleType = signed._type.toLowerCase(),
): Metadata {
  return parseMetadata(encodeMetadata(signed, signatures), type, 'test document')
}

/** The next version, with one edit. */
export function edited(document: Loose, edit: (copy: Loose) => void): Loose {
  const copy = structuredClone(document)
  copy.version += 1
  edit(copy)
  return copy
}
