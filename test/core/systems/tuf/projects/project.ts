// A repository with a registry of projects, made with the product's own parts, so that tests can put anything in its place.
import { toHex } from '../../../../../src/core/bytes.ts'
import { sha256 } from '../../../../../src/core/crypto.ts'
import type { JsonObject, JsonValue } from '../../../../../src/core/json.ts'
import type { Signer } from '../../../../../src/core/signer.ts'
import type { ClientOptions } from '../../../../../src/core/systems/tuf/check.ts'
import { refresh, type TrustedSet } from '../../../../../src/core/systems/tuf/client.ts'
import { holderKey } from '../../../../../src/core/systems/tuf/create.ts'
import { encodeMetadata } from '../../../../../src/core/systems/tuf/encode.ts'
import { parseEnvelope } from '../../../../../src/core/systems/tuf/envelope.ts'
import type { RoleType } from '../../../../../src/core/systems/tuf/metadata.ts'
import { metadataName } from '../../../../../src/core/systems/tuf/names.ts'
import { type ChainOptions, type KeyChain, verifyKeyChain } from '../../../../../src/core/systems/tuf/projects/chain.ts'
import { pathsOf, stepName } from '../../../../../src/core/systems/tuf/projects/name.ts'
import { memoryTransport } from '../../../../../src/core/transport.ts'
import { days, never, now, softwareSigner } from '../../../../support/repository.ts'

export interface Person {
  name: string
  signer: Signer
  id: string
  raw: JsonObject
}

export async function person(name: string): Promise<Person> {
  const signer = await softwareSigner(name)
  return { name, signer, ...holderKey({ signer, owner: name }) }
}

/** The same key under another id, because another name stands beside it. */
export function alias(one: Person, name: string): Person {
  return { name, signer: one.signer, ...holderKey({ signer: one.signer, owner: name }) }
}

export function rotateFields(version: number, threshold: number, people: readonly Person[], extra: JsonObject = {}) {
  return {
    _type: 'rotate',
    version,
    role: 'loom',
    keys: Object.fromEntries(people.map(({ id, raw }) => [id, raw])),
    keyids: people.map(({ id }) => id),
    threshold,
    ...extra,
  }
}

export async function sign(fields: JsonObject, signers: readonly Person[]): Promise<Uint8Array> {
  const { payload } = parseEnvelope(encodeMetadata(fields), 'test')
  const signatures = []
  for (const { id, signer } of signers) signatures.push({ keyid: id, sig: toHex(await signer.sign(payload, never)) })
  return encodeMetadata(fields, signatures)
}

export interface Beside {
  place: 'before' | 'after'
  keptBy: 'machine' | 'admin' | 'either'
  paths: string[]
  targets: JsonObject
  delegations?: JsonObject
}

export interface Stage {
  people: Record<'ana' | 'ben' | 'cleo' | 'mallory', Person>
  /** Steps 1 to 3 of "loom", as they should be. */
  good: readonly Uint8Array[]
  /** What publish writes. */
  steps: Map<number, Uint8Array>
  delegated: { people: readonly Person[]; threshold: number } | undefined
  registry: {
    name: string
    keptBy: 'machine' | 'admin'
    before: JsonValue[]
    after: JsonValue[]
    targets: JsonObject
    paths: string[]
    terminating: boolean
    /** The delegations of a second registry. */
    second: JsonObject | undefined
    secondName: string
    /** A role beside the registry. */
    beside: Beside | undefined
  }
  meta: Record<string, JsonValue>
  remote: ReturnType<typeof memoryTransport>
  verify(options?: Partial<ChainOptions>): Promise<KeyChain>
  set(): Promise<TrustedSet>
}

/** 1: Ana alone. 2: Ana and Ben, both must sign. 3: Ben and Cleo, both; Ana leaves. */
export async function stage(): Promise<Stage> {
  const [ana, ben, cleo, mallory] = await Promise.all(['ana', 'ben', 'cleo', 'mallory'].map(person))
  if (ana === undefined || ben === undefined || cleo === undefined || mallory === undefined) throw new Error('nobody')
  const good = [
    await sign(rotateFields(1, 1, [ana]), [ana]),
    await sign(rotateFields(2, 2, [ana, ben]), [ana, ben]),
    await sign(rotateFields(3, 2, [ben, cleo]), [ana, ben, cleo]),
  ]
  const [admin, online] = [await person('admin'), await person('online')]
  const files = memoryTransport()
  const own: Stage = {
    people: { ana, ben, cleo, mallory },
    good,
    steps: new Map(good.map((bytes, i) => [i + 1, bytes])),
    delegated: { people: [ben, cleo], threshold: 2 },
    registry: {
      ...{ name: 'projects', keptBy: 'machine', before: [], after: [], targets: {} },
      ...{ paths: pathsOf('loom'), terminating: true, second: undefined, secondName: 'more', beside: undefined },
    },
    meta: {},
    remote: files,
    set: async () => {
      await publish(own, admin, online)
      const store = memoryTransport()
      const root = files.files.get('1.root.json') ?? new Uint8Array()
      store.files.set('root.json', root)
      return refresh(files, store, options)
    },
    verify: async (more = {}) => verifyKeyChain('loom', await own.set(), files, { ...options, ...more }),
  }
  return own
}

const options: ClientOptions = { now, signal: never, expired: 'refuse' }

async function listing(version: number, bytes: Uint8Array): Promise<JsonObject> {
  return { version, length: bytes.length, hashes: { sha256: toHex(await sha256(bytes)) } }
}

/** Everything again from what the stage says, signed by those who hold the repository's own keys. */
async function publish(own: Stage, admin: Person, online: Person): Promise<void> {
  const files = own.remote.files
  const common = (type: RoleType) => ({ _type: type, spec_version: '1.0.34', version: 1, expires: days(30) })
  const put = async (role: string, fields: JsonObject, signer: Person): Promise<Uint8Array> => {
    const bytes = await sign(fields, [signer])
    files.set(metadataName(role, 1, role !== 'timestamp'), bytes)
    return bytes
  }
  const [byAdmin, byMachine] = [admin, online].map(({ id }) => ({ keyids: [id], threshold: 1 }))
  const keys = { [admin.id]: admin.raw, [online.id]: online.raw }
  const roles = { root: byAdmin, targets: byAdmin, snapshot: byMachine, timestamp: byMachine } as JsonObject
  await put('root', { ...common('root'), consistent_snapshot: true, keys, roles }, admin)
  const { delegated, registry } = own
  const keeper = registry.keptBy === 'machine' ? online : admin
  const byKeeper = { keyids: [keeper.id], threshold: 1 }
  const toRegistry = { name: registry.name, terminating: false, paths: ['*/*', '*/*/*', '*/*/*/*'], ...byKeeper }
  const toSecond = registry.second === undefined ? [] : [{ ...toRegistry, name: registry.secondName, ...byMachine }]
  const { beside } = registry
  const besideKeys = { machine: byMachine, admin: byAdmin, either: { keyids: [admin.id, online.id], threshold: 1 } }
  const toBeside = beside && { name: 'beside', terminating: true, paths: beside.paths, ...besideKeys[beside.keptBy] }
  const at = (place: Beside['place']) => (toBeside !== undefined && beside?.place === place ? [toBeside] : [])
  const top = { keys, roles: [...at('before'), toRegistry, ...toSecond, ...at('after')] }
  const targets = await put('targets', { ...common('targets'), targets: {}, delegations: top } as JsonObject, admin)
  const loom = delegated && {
    name: 'loom',
    terminating: registry.terminating,
    paths: registry.paths,
    keyids: delegated.people.map(({ id }) => id),
    threshold: delegated.threshold,
  }
  const projectKeys = Object.fromEntries([...Object.values(own.people)].map(({ id, raw }) => [id, raw]))
  for (const one of delegated?.people ?? []) projectKeys[one.id] = one.raw
  const delegations = { keys: projectKeys, roles: [...registry.before, ...(loom ? [loom] : []), ...registry.after] }
  const fields = { ...common('targets'), targets: registry.targets, delegations }
  const projects = await put(registry.name, fields as JsonObject, keeper)
  const meta: Record<string, JsonValue> = {
    'targets.json': await listing(1, targets),
    [`${registry.name}.json`]: await listing(1, projects),
  }
  if (registry.second !== undefined) {
    const more = { ...common('targets'), targets: {}, delegations: registry.second }
    meta[`${registry.secondName}.json`] = await listing(1, await put(registry.secondName, more, online))
  }
  if (beside !== undefined) {
    const { targets: listed, delegations: below } = beside
    const fields = { ...common('targets'), targets: listed, ...(below === undefined ? {} : { delegations: below }) }
    const signer = beside.keptBy === 'admin' ? admin : online
    meta['beside.json'] = await listing(1, await put('beside', fields, signer))
  }
  for (const [version, bytes] of own.steps) {
    const name = stepName('loom', version)
    files.set(metadataName(name, version, true), bytes)
    meta[`${name}.json`] = await listing(version, bytes)
  }
  Object.assign(meta, own.meta)
  for (const [name, value] of Object.entries(meta)) if (value === null) delete meta[name]
  const snapshot = await put('snapshot', { ...common('snapshot'), meta }, online)
  const toSnapshot = { 'snapshot.json': await listing(1, snapshot) }
  const timestamp = await sign({ ...common('timestamp'), meta: toSnapshot }, [online])
  files.set('timestamp.json', timestamp)
}
