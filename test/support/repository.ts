// A whole repository in memory, made with the product's own writer and mutated by tests: the real thing, only not on disk.
import { toHex } from '../../src/core/bytes.ts'
import type { JsonObject } from '../../src/core/json.ts'
import type { Scheme, Signer } from '../../src/core/signer.ts'
import { createSoftwareKey, signWithSecret } from '../../src/core/software-key.ts'
import type { Context } from '../../src/core/system.ts'
import { createRepository, holderKey, type KeyHolder } from '../../src/core/systems/tuf/create.ts'
import { encodeMetadata } from '../../src/core/systems/tuf/encode.ts'
import { formatDate } from '../../src/core/systems/tuf/expiry.ts'
import { plainLayout } from '../../src/core/systems/tuf/layouts/plain.ts'
import { parseMetadata, type RoleType } from '../../src/core/systems/tuf/metadata.ts'
import { memoryTransport } from '../../src/core/transport.ts'

export const now = new Date('2026-03-01T12:00:00Z')
export const never = new AbortController().signal

export async function softwareSigner(
  name: string,
  scheme: 'ed25519' | 'ecdsa-p256-sha256' = 'ed25519',
  rehearsal = false,
): Promise<Signer> {
  const { key, secret } = await createSoftwareKey(scheme)
  return {
    id: `test:${name}`,
    label: `test key ${name}`,
    key,
    rehearsal,
    asks: 'nothing',
    sign: (message) => signWithSecret(key, secret, message),
  }
}

export async function holder(
  name: string,
  scheme?: Extract<Scheme, 'ed25519' | 'ecdsa-p256-sha256'>,
): Promise<KeyHolder & { owner: string }> {
  return { signer: await softwareSigner(name, scheme), owner: name }
}

export function days(count: number): string {
  return formatDate(new Date(now.getTime() + count * 86_400_000))
}

export interface TestRepository {
  source: ReturnType<typeof memoryTransport>
  holders: readonly (KeyHolder & { owner: string })[]
  online: readonly Signer[]
  anchor: Uint8Array
  context: Context
}

/** Root and targets need `threshold` of `names`; one key is online for snapshot and timestamp. */
export async function testRepository(names = ['Ana', 'Ben', 'Cleo'], threshold = 2, at = now): Promise<TestRepository> {
  const holders = await Promise.all(names.map((name, i) => holder(name, i % 2 === 0 ? 'ed25519' : 'ecdsa-p256-sha256')))
  const online = await softwareSigner('online')
  const people = { holders, threshold, expiryDays: 365 }
  const machine = { holders: [{ signer: online }], threshold: 1, expiryDays: 7 }
  const plan = { root: people, targets: people, snapshot: machine, timestamp: machine }
  const source = memoryTransport(await createRepository(plan, plainLayout, { now: at, signal: never }))
  const anchor = source.files.get('metadata/1.root.json') ?? new Uint8Array()
  return { source, holders, online: [online], anchor, context: { anchor, now: at, signal: never } }
}

/** The `signed` object of a published file, ready to be changed. */
export function signedOf(
  repository: TestRepository,
  name: string,
  type: RoleType,
): Record<string, JsonObject> & JsonObject {
  const bytes = repository.source.files.get(`metadata/${name}`)
  if (bytes === undefined) throw new Error(`no ${name}`)
  return JSON.parse(JSON.stringify(parseMetadata(bytes, type, name).signed.raw)) as Record<string, JsonObject> &
    JsonObject
}

export async function signed(
  fields: JsonObject,
  type: RoleType,
  signers: readonly { id: string; signer: Signer }[],
): Promise<Uint8Array> {
  const { payload } = parseMetadata(encodeMetadata(fields), type, type)
  const signatures = []
  for (const { id, signer } of signers) signatures.push({ keyid: id, sig: toHex(await signer.sign(payload, never)) })
  return encodeMetadata(fields, signatures)
}

export function idOf(one: KeyHolder): string {
  return holderKey(one).id
}

export function put(repository: TestRepository, name: string, bytes: Uint8Array): void {
  repository.source.files.set(name, bytes)
}
