// What is in force as clients of plain TUF see it: the same walk over roles, the same questions, over documents that were verified
// as blocks. Signatures and what they cover stay those of the blocks.
import { toHex } from '../../bytes.ts'
import type { JsonObject } from '../../json.ts'
import type { Context } from '../../system.ts'
import { absent, type ClientOptions, checkExpiry } from '../tuf/check.ts'
import type { TrustedSet } from '../tuf/client.ts'
import { specVersion } from '../tuf/create.ts'
import { encodeMetadata } from '../tuf/encode.ts'
import { formatDate } from '../tuf/expiry.ts'
import type { TufKey } from '../tuf/key.ts'
import { type Targets as FileTargets, type Metadata, parseMetadata, type Root as RootFile } from '../tuf/metadata.ts'
import type { LoadRole } from '../tuf/resolve.ts'
import { quorumOf, verifyQuorum } from '../tuf/verify.ts'
import type { Document, Root, Snapshot, Targets, Timestamp } from './document.ts'
import { plainBytes } from './plain.ts'
import type { Repository } from './repository.ts'

export interface PlainTree {
  set: TrustedSet
  /** Of the roles in force, judged by whoever delegates to them. */
  load: LoadRole
  options: ClientOptions
}

type Names = Pick<Context, 'names'>

export function plainTree({ valid, timestamp }: Repository, names: Names, options: ClientOptions): PlainTree {
  const { root, snapshot, targets, delegated } = valid
  const meta = ['targets', ...delegated.keys()].map((name): [string, JsonObject] => {
    const document = name === 'targets' ? targets : delegated.get(name)?.document
    return [`${name}.json`, { version: (document?.signed.height ?? 0) + 1 }]
  })
  const version = snapshot.signed.height + 1
  const known = new Map<string, Metadata<FileTargets>>()
  const plainRole = (name: string, document: Document<Targets>): Metadata<FileTargets> => {
    const made = known.get(name) ?? plainTargets(document, names)
    known.set(name, made)
    return made
  }
  return {
    options,
    set: {
      root: plainRoot(root, names),
      timestamp: machineMade(timestamp, 'timestamp', version, [['snapshot.json', { version }]]),
      snapshot: machineMade(snapshot, 'snapshot', version, meta),
      targets: plainTargets(targets, names),
    },
    load: async ({ name, keys, role }) => {
      const document = delegated.get(name)?.document
      if (document === undefined) throw absent(`${name}.json`)
      const metadata = plainRole(name, document)
      verifyQuorum(await quorumOf(name, metadata, keys, role), name)
      checkExpiry(metadata, name, options)
      return metadata
    },
  }
}

export function plainRoot(document: Document<Root>, { names }: Names): Metadata<RootFile> {
  const { signed, ...file } = parseMetadata(plainBytes(document), 'root', 'root')
  return signedAs(document, { ...file, signed: { ...signed, keys: named(signed.keys, names) } })
}

export function plainTargets(document: Document<Targets>, { names }: Names): Metadata<FileTargets> {
  const { signed, ...file } = parseMetadata(plainBytes(document), 'targets', 'targets')
  const { delegations } = signed
  if (delegations === undefined) return signedAs(document, { ...file, signed })
  const keys = named(delegations.keys, names)
  return signedAs(document, { ...file, signed: { ...signed, delegations: { ...delegations, keys } } })
}

function machineMade<T extends 'snapshot' | 'timestamp'>(
  document: Document<Snapshot | Timestamp>,
  type: T,
  version: number,
  meta: readonly [string, JsonObject][],
) {
  const expires = formatDate(document.signed.expires)
  const raw = { _type: type, spec_version: specVersion, version, expires, meta: Object.fromEntries(meta) }
  return signedAs(document, parseMetadata(encodeMetadata(raw), type, type))
}

/** A signature is over the block, and so is every question about it. */
function signedAs<M extends Metadata>({ payload, signatures }: Document, metadata: M): M {
  return { ...metadata, payload, signatures }
}

/** Keys in blocks carry no names: people call their holders what this machine does. */
function named(keys: ReadonlyMap<string, TufKey>, names: Context['names']): Map<string, TufKey> {
  return new Map(
    [...keys].map(([id, held]) => {
      const owner = held.key === undefined ? undefined : names?.get(toHex(held.key.spki))
      return [id, owner === undefined ? held : { ...held, owner }]
    }),
  )
}
