// A repository with artifacts and delegated roles in a folder, pinned, as users of it find it; made anew for each test.
import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { JsonObject } from '../../../src/core/json.ts'
import { holderKey, type KeyHolder } from '../../../src/core/systems/tuf/create.ts'
import { formatDate } from '../../../src/core/systems/tuf/expiry.ts'
import { plainLayout } from '../../../src/core/systems/tuf/layouts/plain.ts'
import type { RoleType } from '../../../src/core/systems/tuf/metadata.ts'
import { targetName } from '../../../src/core/systems/tuf/names.ts'
import { tufSystem } from '../../../src/core/systems/tuf/system.ts'
import type { TufSource } from '../../../src/node/desk.ts'
import { openLocation } from '../../../src/node/location.ts'
import { days, holder, now, put, signed, signedOf, testRepository } from '../../support/repository.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

export interface RolePlan {
  /** Path to content, or to content with custom data. */
  targets?: Readonly<Record<string, string | { content: string; custom: JsonObject }>>
  /** In order; each is signed by the person of its name. `also` could sign too, and do not. */
  delegates?: readonly {
    name: string
    paths: readonly string[]
    terminating?: boolean
    by?: string
    also?: readonly KeyHolder[]
  }[]
  /** Instead: bins, this many bits. */
  bits?: number
  fields?: JsonObject
  /** Signed by somebody else than who should. */
  forged?: boolean
  expired?: boolean
}

export interface Shop {
  folder: string
  anchor: Uint8Array
  source: TufSource
  /** The same repository, from somewhere else. */
  at(location: string): TufSource
  path(name: string): string
}

export const sha256 = (content: string | Uint8Array): string => createHash('sha256').update(content).digest('hex')

/** `roles`: "targets" and every delegated one. */
export async function openShop(roles: Readonly<Record<string, RolePlan>>): Promise<Shop> {
  const repository = await testRepository(['Ana'], 1)
  const [ana] = repository.holders
  if (ana === undefined) throw new Error('nobody rules')
  const people = new Map<string, KeyHolder>([['Ana', ana]])
  const person = async (name: string): Promise<KeyHolder> => {
    const known = people.get(name) ?? (await holder(name))
    people.set(name, known)
    return known
  }
  const folder = join(temporaryFolder(), 'packages')
  const meta: Record<string, JsonObject> = {}
  const signers = new Map<string, KeyHolder>([['targets', ana]])
  for (const [name, plan] of Object.entries(roles)) {
    for (const delegate of plan.delegates ?? []) signers.set(delegate.name, await person(delegate.by ?? delegate.name))
    if (plan.bits !== undefined) for (let bin = 0; bin < 2 ** plan.bits; bin++) signers.set(binOf(bin, plan.bits), ana)
    const by = plan.forged === true ? await holder('somebody else') : signers.get(name)
    if (by === undefined) throw new Error(`nobody delegates to ${name}`)
    const expires = plan.expired === true ? days(-1) : days(300)
    const fields = {
      ...emptyRole,
      version: 2,
      expires,
      ...delegationsOf(plan, signers),
      targets: targetsOf(plan),
      ...plan.fields,
    }
    const bytes = await signed(fields, 'targets', [{ id: holderKey(by).id, signer: by.signer }])
    put(repository, `metadata/2.${name}.json`, bytes)
    meta[`${name}.json`] = { version: 2 }
    for (const [path, value] of Object.entries(plan.targets ?? {})) {
      const content = typeof value === 'string' ? value : value.content
      const file = { length: 0, hashes: new Map([['sha256', sha256(content)]]), raw: {} }
      put(repository, `targets/${targetName(path, file, true)}`, new TextEncoder().encode(content))
    }
  }
  await sign('snapshot', { version: 2, meta })
  await sign('timestamp', { version: 2, meta: { 'snapshot.json': { version: 2 } } })
  for (const [name, bytes] of repository.source.files) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), bytes)
  }
  const at = (location: string): TufSource => ({
    pinned: { id: '0123456789abcdef', name: 'packages', location, pinnedAt: formatDate(now) },
    transport: openLocation(location),
    layout: plainLayout,
    system: tufSystem(plainLayout),
    trust: { anchor: repository.anchor, memory: new Map() },
  })
  return { folder, anchor: repository.anchor, source: at(folder), at, path: (name) => join(folder, name) }

  async function sign(type: RoleType, changes: JsonObject): Promise<void> {
    const [online] = repository.online
    if (online === undefined) throw new Error('nothing is online')
    const fields = {
      ...signedOf(repository, type === 'snapshot' ? '1.snapshot.json' : 'timestamp.json', type),
      ...changes,
    }
    const bytes = await signed(fields, type, [{ id: holderKey({ signer: online }).id, signer: online }])
    put(repository, type === 'snapshot' ? 'metadata/2.snapshot.json' : 'metadata/timestamp.json', bytes)
  }
}

const emptyRole = { _type: 'targets', spec_version: '1.0.34' }

function binOf(bin: number, bits: number): string {
  return `bin-${bin.toString(16).padStart((2 ** bits - 1).toString(16).length, '0')}`
}

function targetsOf({ targets = {} }: RolePlan): JsonObject {
  return Object.fromEntries(
    Object.entries(targets).map(([path, value]) => {
      const { content, custom } = typeof value === 'string' ? { content: value, custom: undefined } : value
      const file = { length: Buffer.byteLength(content), hashes: { sha256: sha256(content) } }
      return [path, custom === undefined ? file : { ...file, custom }]
    }),
  )
}

function delegationsOf({ delegates, bits }: RolePlan, signers: ReadonlyMap<string, KeyHolder>): JsonObject {
  const keyOf = (role: string): { id: string; raw: JsonObject } => {
    const by = signers.get(role)
    if (by === undefined) throw new Error(`nobody signs ${role}`)
    return holderKey(by)
  }
  if (bits !== undefined) {
    const { id, raw } = keyOf(binOf(0, bits))
    const succinct = { keyids: [id], threshold: 1, bit_length: bits, name_prefix: 'bin' }
    return { delegations: { keys: { [id]: raw }, succinct_roles: succinct } }
  }
  if (delegates === undefined) return {}
  const held = delegates.flatMap(({ name, also = [] }) => [keyOf(name), ...also.map(holderKey)])
  const keys = Object.fromEntries(held.map(({ id, raw }) => [id, raw]))
  const roles = delegates.map(({ name, paths, terminating = false, also = [] }) => ({
    ...{ name, paths, terminating, threshold: 1 },
    keyids: [keyOf(name).id, ...also.map((one) => holderKey(one).id)],
  }))
  return { delegations: { keys, roles } }
}
