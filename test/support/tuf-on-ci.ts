// A repository as tuf-on-ci keeps it, in a bare git repository: made here from the tool's rules, not with the code under test.
import { createHash } from 'node:crypto'
import { toHex } from '../../src/core/bytes.ts'
import { canonicalJson } from '../../src/core/canonical.ts'
import type { JsonObject, JsonValue } from '../../src/core/json.ts'
import type { Signer } from '../../src/core/signer.ts'
import { tufKeyObject } from '../../src/core/systems/tuf/key.ts'
import type { Files } from '../../src/core/transport.ts'
import { type Forge, openForge } from './git-office.ts'
import { never } from './repository.ts'

export interface CiPerson {
  /** "@ana" */
  user: string
  signer: Signer
}

export interface CiDocument {
  signatures: { keyid: string; sig: string }[]
  signed: { [key: string]: JsonValue } & { version: number; expires: string }
}

export interface CiRepository {
  forge: Forge
  people: readonly CiPerson[]
  online: Signer
  /** What is on a branch. */
  read(branch: string, role: string): CiDocument
  /** The next version of a role on a branch: edited, its slots empty. The same version when the branch has changed it already. */
  edit(branch: string, role: string, change: (signed: CiDocument['signed']) => void, more?: Files): CiDocument
  /** Signs what lies there, with the key of one person under every id that it has. */
  sign(branch: string, role: string, person: CiPerson): Promise<void>
  /** The event becomes a part of main, and CI signs snapshot and timestamp. */
  merge(branch: string): Promise<void>
  onlineSign(): Promise<void>
}

const day = 86_400_000

export function ciKey({ user, signer }: CiPerson): { id: string; raw: JsonObject } {
  return keyed(tufKeyObject(signer.key, { 'x-tuf-on-ci-keyowner': user, ...practice(signer) }))
}

function onlineKey(signer: Signer): { id: string; raw: JsonObject } {
  return keyed(
    tufKeyObject(signer.key, {
      'x-tuf-on-ci-online-uri': 'gcpkms:projects/p/cryptoKeyVersions/1',
      ...practice(signer),
    }),
  )
}

const practice = (signer: Signer): JsonObject => (signer.rehearsal ? { 'x-countersign-rehearsal': true } : {})

function keyed(raw: JsonObject): { id: string; raw: JsonObject } {
  return { id: createHash('sha256').update(canonicalJson(raw)).digest('hex'), raw }
}

/** One space, sorted, nothing at the end. Names and values of these tests are plain. */
export function ciBytes(document: JsonValue): Uint8Array {
  const sorted = (value: JsonValue): JsonValue => {
    if (Array.isArray(value)) return value.map(sorted)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(
      Object.entries(value)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, member]) => [name, sorted(member)]),
    )
  }
  return new TextEncoder().encode(JSON.stringify(sorted(document), null, 1))
}

function expiry(days: number, now: Date): string {
  return `${new Date(now.getTime() + days * day).toISOString().slice(0, 19)}Z`
}

export async function ciRepository(
  people: readonly CiPerson[],
  online: Signer,
  { threshold = 2, now = new Date(), folder }: { threshold?: number; now?: Date; folder?: string } = {},
): Promise<CiRepository> {
  const forge = openForge(folder)
  const keys = people.map(ciKey)
  const machine = onlineKey(online)
  const offline = { keyids: keys.map(({ id }) => id), threshold }
  const periods = (expiryDays: number, signingDays: number): JsonObject => ({
    'x-tuf-on-ci-expiry-period': expiryDays,
    'x-tuf-on-ci-signing-period': signingDays,
  })
  const common = (type: string, days: number): JsonObject => ({
    _type: type,
    spec_version: '1.0.31',
    version: 1,
    expires: expiry(days, now),
  })
  const byRole = async (
    signed: JsonObject,
    signers: readonly { id: string; signer: Signer }[],
  ): Promise<JsonObject> => {
    const payload = canonicalJson(signed)
    const signatures: JsonValue[] = []
    for (const { id, signer } of signers) signatures.push({ keyid: id, sig: toHex(await signer.sign(payload, never)) })
    return { signatures, signed }
  }
  const all = people.map((person) => ({ id: ciKey(person).id, signer: person.signer }))
  const alone = [{ id: machine.id, signer: online }]
  const root = await byRole(
    {
      ...common('root', 365),
      ...periods(365, 60),
      consistent_snapshot: true,
      keys: Object.fromEntries([...keys, machine].map(({ id, raw }) => [id, raw])),
      roles: {
        root: offline,
        targets: offline,
        snapshot: { keyids: [machine.id], threshold: 1, ...periods(365, 60) },
        timestamp: { keyids: [machine.id], threshold: 1, ...periods(2, 1) },
      },
    },
    all,
  )
  const targets = await byRole(
    { ...common('targets', 365), ...periods(365, 60), delegations: { keys: {}, roles: [] }, targets: {} },
    all,
  )
  forge.commit(
    'main',
    new Map([
      ['metadata/root.json', ciBytes(root)],
      ['metadata/root_history/1.root.json', ciBytes(root)],
      ['metadata/targets.json', ciBytes(targets)],
    ]),
    { message: 'Initial root and targets' },
  )

  const read = (branch: string, role: string): CiDocument =>
    JSON.parse(forge.show(branch, `metadata/${role}.json`)) as CiDocument
  const filesOf = (role: string, document: CiDocument): [string, Uint8Array][] => {
    const bytes = ciBytes(document as unknown as JsonValue)
    const copy: [string, Uint8Array][] =
      role === 'root' ? [[`metadata/root_history/${document.signed.version}.root.json`, bytes]] : []
    return [...copy, [`metadata/${role}.json`, bytes]]
  }
  const keyIdsOf = (document: CiDocument, role: string): string[] => {
    const roles = document.signed.roles as Record<string, { keyids: string[] }>
    return roles[role]?.keyids ?? []
  }
  const delegatedIds = (branch: string, role: string): string[] => {
    if (role === 'targets') return keyIdsOf(read(branch, 'root'), 'targets')
    const { roles } = read(branch, 'targets').signed.delegations as unknown as {
      roles: { name: string; keyids: string[] }[]
    }
    return roles.find(({ name }) => name === role)?.keyids ?? []
  }

  const repository: CiRepository = {
    forge,
    people,
    online,
    read,
    edit: (branch, role, change, more = new Map()) => {
      const good = read('main', role)
      const known = branchOf(forge, branch)
      const document = known ? read(branch, role) : structuredClone(good)
      document.signed.version = good.signed.version + 1
      document.signed.expires = expiry(365, now)
      change(document.signed)
      const eligible =
        role === 'root'
          ? [...keyIdsOf(good, 'root'), ...keyIdsOf(document, 'root')]
          : delegatedIds(known ? branch : 'main', role)
      document.signatures = [...new Set(eligible)].map((keyid) => ({ keyid, sig: '' }))
      forge.commit(branch, new Map([...filesOf(role, document), ...more]), {
        message: `'${role}' role/delegation change`,
      })
      return document
    },
    sign: async (branch, role, { user, signer }) => {
      const document = read(branch, role)
      const payload = canonicalJson(document.signed)
      const spki = JSON.stringify(tufKeyObject(signer.key).keyval)
      const all = [read('main', 'root'), read(branch, 'root'), read(branch, 'targets')].flatMap((one) => [
        ...Object.entries((one.signed.keys ?? {}) as Record<string, JsonObject>),
        ...Object.entries(
          ((one.signed.delegations as JsonObject | undefined)?.keys ?? {}) as Record<string, JsonObject>,
        ),
      ])
      const ids = new Set(all.flatMap(([id, raw]) => (JSON.stringify(raw.keyval) === spki ? [id] : [])))
      const sig = toHex(await signer.sign(payload, never))
      for (const slot of document.signatures) if (ids.has(slot.keyid)) slot.sig = sig
      forge.commit(branch, new Map(filesOf(role, document)), { message: `Signature from ${user}` })
    },
    merge: async (branch) => {
      forge.merge(branch)
      await repository.onlineSign()
    },
    onlineSign: async () => {
      const names = forge.names('main').flatMap((name) => /^metadata\/([^/]+)\.json$/.exec(name)?.[1] ?? [])
      const versionAt = (role: string): number => (names.includes(role) ? read('main', role).signed.version : 0)
      const listed = names.filter((name) => !['root', 'snapshot', 'timestamp'].includes(name))
      const snapshotVersion = versionAt('snapshot') + 1
      const meta = Object.fromEntries(listed.map((name) => [`${name}.json`, { version: versionAt(name) }]))
      const snapshot = await byRole({ ...common('snapshot', 365), version: snapshotVersion, meta }, alone)
      const timestamp = await byRole(
        {
          ...common('timestamp', 2),
          version: versionAt('timestamp') + 1,
          meta: { 'snapshot.json': { version: snapshotVersion } },
        },
        alone,
      )
      const files = new Map([
        ['metadata/snapshot.json', ciBytes(snapshot)],
        ['metadata/timestamp.json', ciBytes(timestamp)],
      ])
      forge.commit('main', files, { message: 'Online sign (snapshot & timestamp)' })
    },
  }
  await repository.onlineSign()
  return repository
}

function branchOf(forge: Forge, branch: string): boolean {
  return forge.branches().includes(branch)
}
