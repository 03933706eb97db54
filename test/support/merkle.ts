// Blocks as another program would write them: by the field's own libraries, sharing nothing with what reads them.
import * as dagCbor from '@ipld/dag-cbor'
import * as dagJson from '@ipld/dag-json'
import { sha256 } from '@noble/hashes/sha2.js'
import { CID } from 'multiformats/cid'
import { create } from 'multiformats/hashes/digest'
import { toHex, utf8 } from '../../src/core/bytes.ts'
import type { PublicKey } from '../../src/core/signer.ts'
import { createSoftwareKey, signWithSecret } from '../../src/core/software-key.ts'
import type { BlockSource } from '../../src/core/systems/merkle/blocks.ts'
import type { Link } from '../../src/core/systems/merkle/cid.ts'
import { tufKeyObject } from '../../src/core/systems/tuf/key.ts'

export interface Person {
  id: string
  object: object
  sign(bytes: Uint8Array): Promise<string>
  key: PublicKey
}

export async function person(scheme: 'ed25519' | 'ecdsa-p256-sha256' = 'ed25519'): Promise<Person> {
  const { key, secret } = await createSoftwareKey(scheme)
  const object = tufKeyObject(key)
  return {
    id: toHex(sha256(dagJson.encode(object))),
    object,
    key,
    sign: async (bytes) => toHex(await signWithSecret(key, secret, bytes)),
  }
}

export function cidOf(bytes: Uint8Array, codec: number): CID {
  return CID.createV1(codec, create(0x12, sha256(bytes)))
}

export function linkTo(cid: CID): Link {
  return { cid: cid.toString(), codec: cid.code }
}

export class Store implements BlockSource {
  readonly blocks = new Map<string, Uint8Array>()
  reads = 0

  async read(cid: string): Promise<Uint8Array | undefined> {
    this.reads++
    return this.blocks.get(cid)
  }

  put(value: unknown, codec: 'dag-json' | 'dag-cbor' = 'dag-json'): CID {
    return codec === 'dag-json'
      ? this.putBytes(dagJson.encode(value), dagJson.code)
      : this.putBytes(dagCbor.encode(value), dagCbor.code)
  }

  putBytes(bytes: Uint8Array, codec: number = dagJson.code): CID {
    const cid = cidOf(bytes, codec)
    this.blocks.set(cid.toString(), bytes)
    return cid
  }

  async sign(signed: object, people: readonly Person[], codec: 'dag-json' | 'dag-cbor' = 'dag-json'): Promise<CID> {
    return this.put(await envelope(signed, people), codec)
  }
}

export async function envelope(
  signed: object,
  people: readonly Person[],
): Promise<{ signatures: object[]; signed: object }> {
  if (people.length === 0) return { signatures: [], signed }
  const payload = dagJson.encode(signed)
  const signatures = await Promise.all(people.map(async (one) => ({ keyid: one.id, sig: await one.sign(payload) })))
  return { signatures, signed }
}

export const expires = '2027-06-01T00:00:00Z'
export const now = new Date('2026-11-30T12:00:00Z')

export type Held = readonly [keys: readonly Person[], threshold?: number]

function keysOf(...held: readonly Held[]): object {
  return Object.fromEntries(held.flatMap(([keys]) => keys.map((one) => [one.id, one.object])))
}

function holder([keys, threshold = 1]: Held): { keyids: string[]; threshold: number } {
  return { keyids: keys.map((one) => one.id), threshold }
}

export interface RootRoles {
  root: Held
  targets: Held
  snapshot: Held
  timestamp: Held
}

export function rootFields({ root, targets, snapshot, timestamp }: RootRoles): object {
  const roles = { root, targets, snapshot, timestamp }
  return {
    keys: keysOf(root, targets, snapshot, timestamp),
    roles: Object.fromEntries(Object.entries(roles).map(([name, held]) => [name, holder(held)])),
  }
}

export function targetsFields(delegated: Readonly<Record<string, Held>> = {}, targets: object = {}): object {
  const roles = Object.entries(delegated).map(([name, held]) => ({
    name,
    ...holder(held),
    terminating: false,
    paths: [`${name}/*`],
  }))
  return { targets, delegations: { keys: keysOf(...Object.values(delegated)), roles } }
}

/** The versions of one role, each after the one before. */
export class History {
  readonly cids: (CID | null)[]
  readonly #type: string

  constructor(type: 'root' | 'targets' | 'snapshot', cids: readonly (CID | null)[] = []) {
    this.#type = type
    this.cids = [...cids]
  }

  /** Another history that begins with the first `length` versions of this one. */
  fork(length: number): History {
    return new History(this.#type as 'root', this.cids.slice(0, length))
  }

  next(fields: object): object {
    const height = this.cids.length
    const skip: (CID | null | undefined)[] = []
    for (let step = 2; height > 0 && height % step === 0; step *= 2) skip.push(this.cids[height - step])
    return {
      _type: this.#type,
      spec_version: '1.0.0',
      expires,
      height,
      'previous-version': this.cids.at(-1) ?? null,
      ...(this.#type === 'root' ? {} : { skip }),
      ...fields,
    }
  }

  async add(store: Store, people: readonly Person[], fields: object): Promise<CID> {
    const cid = await store.sign(this.next(fields), people)
    this.cids.push(cid)
    return cid
  }

  /** Unsigned versions that say nothing, put together as text: a hundred thousand of them in seconds. */
  addMany(store: Store, count: number): void {
    const delegations = '"delegations":{"keys":{},"roles":[]}'
    const link = (cid: CID | null | undefined): string => `{"/":"${cid}"}`
    for (let i = 0; i < count; i++) {
      const height = this.cids.length
      const skip: string[] = []
      for (let step = 2; height % step === 0; step *= 2) skip.push(link(this.cids[height - step]))
      const signed = `"_type":"targets",${delegations},"expires":"${expires}","height":${height},"previous-version":${link(this.cids[height - 1])},"skip":[${skip}],"spec_version":"1.0.0","targets":{}`
      this.cids.push(store.putBytes(utf8(`{"signatures":[],"signed":{${signed}}}`)))
    }
  }
}
