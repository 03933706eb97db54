// The client workflow against a repository that attacks it: each attack has its code, and leaves what was trusted before.
import { beforeEach, describe, expect, test } from 'vitest'
import { toHex } from '../../../../src/core/bytes.ts'
import { sha256 } from '../../../../src/core/crypto.ts'
import type { JsonObject } from '../../../../src/core/json.ts'
import type { Signer } from '../../../../src/core/signer.ts'
import type { ClientOptions } from '../../../../src/core/systems/tuf/check.ts'
import { refresh, type TrustedSet } from '../../../../src/core/systems/tuf/client.ts'
import { downloadTarget, findTarget, verifyDelegations } from '../../../../src/core/systems/tuf/delegation.ts'
import { keyIdOf, tufKeyObject } from '../../../../src/core/systems/tuf/key.ts'
import { memoryTransport, within } from '../../../../src/core/transport.ts'
import {
  days,
  idOf,
  never,
  now,
  put,
  signed,
  signedOf,
  softwareSigner,
  type TestRepository,
  testRepository,
} from '../../../support/repository.ts'
import { codeOfPromise } from '../../../support/thrown.ts'

const options: ClientOptions = { now, signal: never, expired: 'refuse' }
let repository: TestRepository
let store: ReturnType<typeof memoryTransport>

beforeEach(async () => {
  repository = await testRepository()
  store = memoryTransport(new Map([['root.json', repository.anchor]]))
})

const run = (): Promise<TrustedSet> => refresh(within(repository.source, 'metadata/'), store, options)
const online = (): { id: string; signer: Signer }[] =>
  repository.online.map((signer) => ({ id: idOf({ signer }), signer }))
const people = (): { id: string; signer: Signer }[] =>
  repository.holders.map((one) => ({ id: idOf(one), signer: one.signer }))

async function putTimestamp(change: (fields: Record<string, unknown>) => void): Promise<void> {
  const fields = signedOf(repository, 'timestamp.json', 'timestamp')
  change(fields)
  put(repository, 'metadata/timestamp.json', await signed(fields, 'timestamp', online()))
}

/** New targets, snapshot and timestamp at the given version, each changed as asked. */
async function publish(
  version: number,
  targets: JsonObject = {},
  roles: Record<string, JsonObject> = {},
): Promise<void> {
  const meta: Record<string, JsonObject> = { 'targets.json': { version } }
  const fields = { ...signedOf(repository, '1.targets.json', 'targets'), version, ...targets }
  put(repository, `metadata/${version}.targets.json`, await signed(fields, 'targets', people()))
  for (const [name, role] of Object.entries(roles)) {
    meta[`${name}.json`] = { version: 1 }
    put(
      repository,
      `metadata/1.${name}.json`,
      await signed(
        { ...fields, version: 1, delegations: undefined as never, targets: {}, ...role },
        'targets',
        people(),
      ),
    )
  }
  const snapshot = await signed(
    { ...signedOf(repository, '1.snapshot.json', 'snapshot'), version, meta },
    'snapshot',
    online(),
  )
  put(repository, `metadata/${version}.snapshot.json`, snapshot)
  await putTimestamp((timestamp) => {
    timestamp.version = version
    timestamp.meta = { 'snapshot.json': { version } }
  })
}

test('a fresh repository is trusted, and kept unversioned', async () => {
  const set = await run()
  expect([set.root, set.timestamp, set.snapshot, set.targets].map((one) => one.signed.version)).toEqual([1, 1, 1, 1])
  expect([...store.files.keys()].sort()).toEqual(['root.json', 'snapshot.json', 'targets.json', 'timestamp.json'])
})

describe('attacks', () => {
  test('rollback of the timestamp', async () => {
    const old = repository.source.files.get('metadata/timestamp.json') as Uint8Array
    await publish(2)
    await run()
    put(repository, 'metadata/timestamp.json', old)
    const trusted = store.files.get('timestamp.json')
    expect(await codeOfPromise(run())).toBe('trust/rollback')
    expect(store.files.get('timestamp.json')).toBe(trusted)
  })

  test('rollback of the snapshot inside a newer timestamp', async () => {
    await publish(2)
    await run()
    await putTimestamp((fields) => {
      fields.version = 3
      fields.meta = { 'snapshot.json': { version: 1 } }
    })
    expect(await codeOfPromise(run())).toBe('trust/rollback')
  })

  test('rollback of targets inside a newer snapshot, and its removal', async () => {
    await publish(3)
    await run()
    for (const meta of [{ 'targets.json': { version: 1 } }, { 'other.json': { version: 9 } }]) {
      put(
        repository,
        'metadata/4.snapshot.json',
        await signed(
          { ...signedOf(repository, '1.snapshot.json', 'snapshot'), version: 4, meta },
          'snapshot',
          online(),
        ),
      )
      await putTimestamp((fields) => {
        fields.version = 4
        fields.meta = { 'snapshot.json': { version: 4 } }
      })
      expect(await codeOfPromise(run())).toBe('trust/rollback')
    }
  })

  test('freeze: an expired timestamp', async () => {
    await putTimestamp((fields) => {
      fields.version = 2
      fields.expires = days(-1)
    })
    expect(await codeOfPromise(run())).toBe('trust/expired')
    expect(store.files.has('timestamp.json')).toBe(false)
  })

  test.each(['root', 'snapshot', 'targets'] as const)('freeze: an expired %s', async (type) => {
    const signers = type === 'snapshot' ? online() : people()
    const fields = { ...signedOf(repository, `1.${type}.json`, type), expires: days(0) }
    const bytes = await signed(fields, type, signers)
    put(repository, `metadata/1.${type}.json`, bytes)
    if (type === 'root') store.files.set('root.json', bytes)
    expect(await codeOfPromise(run())).toBe('trust/expired')
    expect(
      await codeOfPromise(refresh(within(repository.source, 'metadata/'), store, { ...options, expired: 'report' })),
    ).toBe('ok')
  })

  test('mix and match: a snapshot of another version, targets of another version', async () => {
    await publish(2)
    put(repository, 'metadata/2.snapshot.json', repository.source.files.get('metadata/1.snapshot.json') as Uint8Array)
    expect(await codeOfPromise(run())).toBe('trust/rollback')
    await publish(2)
    put(repository, 'metadata/2.targets.json', repository.source.files.get('metadata/1.targets.json') as Uint8Array)
    expect(await codeOfPromise(run())).toBe('trust/rollback')
  })

  test('a snapshot that is not the one whose hash or length the timestamp names', async () => {
    const bytes = repository.source.files.get('metadata/1.snapshot.json') as Uint8Array
    const right = { version: 1, length: bytes.length, hashes: { sha256: toHex(await sha256(bytes)) } }
    await putTimestamp((fields) => {
      fields.meta = { 'snapshot.json': right }
    })
    expect(await codeOfPromise(run())).toBe('ok')
    for (const wrong of [
      { ...right, length: right.length + 1 },
      { ...right, hashes: { sha256: '00'.repeat(32) } },
    ]) {
      store.files.clear()
      store.files.set('root.json', repository.anchor)
      await putTimestamp((fields) => {
        fields.meta = { 'snapshot.json': wrong }
      })
      expect(await codeOfPromise(run())).toBe('trust/changed')
    }
  })

  test('endless data', async () => {
    put(repository, 'metadata/timestamp.json', new Uint8Array(20_000))
    expect(await codeOfPromise(run())).toBe('source/too-large')
    put(repository, 'metadata/2.root.json', new Uint8Array(600_000))
    expect(await codeOfPromise(run())).toBe('source/too-large')
  })

  test('too few signatures, and one key twice', async () => {
    const fields = { ...signedOf(repository, '1.root.json', 'root'), version: 2 }
    put(repository, 'metadata/2.root.json', await signed(fields, 'root', people().slice(0, 1)))
    expect(await codeOfPromise(run())).toBe('trust/threshold')
    expect(store.files.get('root.json')).toBe(repository.anchor)
  })

  test('a flipped bit in a signature', async () => {
    const bytes = repository.source.files.get('metadata/timestamp.json') as Uint8Array
    const text = new TextDecoder()
      .decode(bytes)
      .replace(/"sig": "(.)/, (_, digit) => `"sig": "${digit === '0' ? '1' : '0'}`)
    put(repository, 'metadata/timestamp.json', new TextEncoder().encode(text))
    expect(await codeOfPromise(run())).toBe('trust/bad-signature')
  })

  test('a root that skips a version', async () => {
    const fields = { ...signedOf(repository, '1.root.json', 'root'), version: 3 }
    put(repository, 'metadata/2.root.json', await signed(fields, 'root', people()))
    expect(await codeOfPromise(run())).toBe('trust/rollback')
  })

  test('a root signed by the new keys only, and by the old keys only', async () => {
    const fields = signedOf(repository, '1.root.json', 'root')
    const stranger = await softwareSigner('stranger')
    const raw = tufKeyObject(stranger.key)
    const id = keyIdOf(raw)
    fields.version = 2 as never
    fields.keys = { ...(fields.keys as JsonObject), [id]: raw }
    ;(fields.roles as Record<string, JsonObject>).root = { keyids: [id], threshold: 1 }
    put(repository, 'metadata/2.root.json', await signed(fields, 'root', [{ id, signer: stranger }]))
    expect(await codeOfPromise(run())).toBe('trust/threshold')
    put(repository, 'metadata/2.root.json', await signed(fields, 'root', people()))
    expect(await codeOfPromise(run())).toBe('trust/threshold')
    put(
      repository,
      'metadata/2.root.json',
      await signed(fields, 'root', [...people().slice(0, 2), { id, signer: stranger }]),
    )
    expect(await codeOfPromise(run())).toBe('ok')
  })

  test('the way out of a fast-forward attack is a new timestamp key', async () => {
    await putTimestamp((fields) => {
      fields.version = 1_000_000
    })
    await run()
    const fresh = await softwareSigner('fresh')
    const raw = tufKeyObject(fresh.key)
    const id = keyIdOf(raw)
    const fields = signedOf(repository, '1.root.json', 'root')
    fields.version = 2 as never
    fields.keys = { ...(fields.keys as JsonObject), [id]: raw }
    ;(fields.roles as Record<string, JsonObject>).timestamp = { keyids: [id], threshold: 1 }
    put(repository, 'metadata/2.root.json', await signed(fields, 'root', people()))
    const timestamp = { ...signedOf(repository, 'timestamp.json', 'timestamp'), version: 2 }
    put(repository, 'metadata/timestamp.json', await signed(timestamp, 'timestamp', [{ id, signer: fresh }]))
    expect((await run()).timestamp.signed.version).toBe(2)
  })

  test('no trusted root, no repository', async () => {
    store.files.clear()
    expect(await codeOfPromise(run())).toBe('source/not-found')
    store.files.set('root.json', repository.anchor)
    repository.source.files.clear()
    expect(await codeOfPromise(run())).toBe('source/not-found')
  })
})

describe('delegations', () => {
  const text = new TextEncoder().encode('hello')
  const target = { length: 5, hashes: { sha256: '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824' } }
  const keys = (): JsonObject => signedOf(repository, '1.root.json', 'root').keys as JsonObject
  const role = (name: string, rest: JsonObject): JsonObject => ({
    name,
    keyids: people().map((one) => one.id),
    threshold: 2,
    terminating: false,
    paths: ['*', '*/*'],
    ...rest,
  })
  const find = async (path: string): Promise<string | undefined> => {
    const set = await run()
    return (await findTarget(path, set, within(repository.source, 'metadata/'), options))?.role
  }

  test('pre-order, and a terminating role is the last word', async () => {
    const delegations = {
      keys: keys(),
      roles: [role('a', { paths: ['x/*'] }), role('b', { paths: ['x/*'], terminating: true }), role('c', {})],
    }
    await publish(
      2,
      { delegations } as JsonObject,
      {
        a: { delegations: { keys: keys(), roles: [role('a1', { paths: ['x/*'] })] } },
        a1: { targets: { 'x/deep': target } },
        b: { targets: { 'x/deep': target, 'x/b': target } },
        c: { targets: { 'x/c': target, y: target } },
      } as Record<string, JsonObject>,
    )
    expect(await find('x/deep')).toBe('a1')
    expect(await find('x/b')).toBe('b')
    expect(await find('x/c')).toBeUndefined()
    expect(await find('y')).toBe('c')
    expect(await find('z')).toBeUndefined()
  })

  test('a circle of delegations ends', async () => {
    const circle = (name: string): JsonObject => ({ delegations: { keys: keys(), roles: [role(name, {})] } })
    await publish(2, circle('a'), { a: circle('b'), b: circle('a') })
    expect(await find('nothing')).toBeUndefined()
    expect(
      (await verifyDelegations(await run(), within(repository.source, 'metadata/'), options))
        .map((one) => one.name)
        .sort(),
    ).toEqual(['a', 'a', 'b'])
  })

  test('a path is followed through 32 roles and no further', async () => {
    const chain = Array.from({ length: 40 }, (_, i) => `link-${i}`)
    const to = (name: string): JsonObject => ({ delegations: { keys: keys(), roles: [role(name, {})] } })
    const roles = Object.fromEntries(
      chain.map((name, i) => [name, { ...to(chain[i + 1] ?? 'end'), targets: { [`at-${i}`]: target } }]),
    )
    await publish(2, to('link-0'), roles as Record<string, JsonObject>)
    expect(await find('at-30')).toBe('link-30')
    expect(await find('at-31')).toBeUndefined()
  })

  test('path hash prefixes, and succinct bins', async () => {
    const prefix = toHex(await sha256(new TextEncoder().encode('foo'))).slice(0, 3)
    const { paths: _, ...hashed } = role('hashed', {})
    await publish(
      2,
      { delegations: { keys: keys(), roles: [{ ...hashed, path_hash_prefixes: [prefix] }] } } as JsonObject,
      {
        hashed: { targets: { foo: target, bar: target } },
      } as Record<string, JsonObject>,
    )
    expect([await find('foo'), await find('bar')]).toEqual(['hashed', undefined])
    store.files.delete('snapshot.json')
    const succinct = { keyids: people().map((one) => one.id), threshold: 2, bit_length: 4, name_prefix: 'bin' }
    const bin = `bin-${prefix.slice(0, 1)}`
    await publish(
      3,
      { delegations: { keys: keys(), succinct_roles: succinct } } as JsonObject,
      { [bin]: { targets: { foo: target } } } as Record<string, JsonObject>,
    )
    expect(await find('foo')).toBe(bin)
  })

  test('TAP 3: every list of keys that names a role is verified, and what roles agree on is found', async () => {
    const ids = people().map((one) => one.id)
    const info = (rolename: string, ...keyids: string[]): JsonObject => ({ rolename, keyids, threshold: keyids.length })
    const entry = (name: string, min: number, ...roleinfo: JsonObject[]): JsonObject => ({
      ...{ name, paths: ['x/*'], terminating: false },
      ...{ min_roles_in_agreement: min, roleinfo },
    })
    const entries = [entry('both', 2, info('a', ...ids), info('b', ...ids)), entry('again', 1, info('a', ids[0] ?? ''))]
    await publish(
      2,
      { delegations: { keys_for_delegations: keys(), delegations: entries } } as JsonObject,
      { a: { targets: { 'x/1': target, 'x/2': target } }, b: { targets: { 'x/1': target } } } as Record<
        string,
        JsonObject
      >,
    )
    expect([await find('x/1'), await find('x/2'), await find('y')]).toEqual(['a', 'a', undefined])
    const verified = await verifyDelegations(await run(), within(repository.source, 'metadata/'), options)
    expect(verified.map(({ name, role: { threshold } }) => `${name} ${threshold}`).sort()).toEqual([
      'a 1',
      'a 3',
      'b 3',
    ])
  })

  test('a download is exactly the bytes that were signed for', async () => {
    await publish(2, { targets: { 'dir/hello.txt': target } } as JsonObject)
    const set = await run()
    const file = set.targets.signed.target('dir/hello.txt')
    const name = `dir/${target.hashes.sha256}.hello.txt`
    const targets = memoryTransport(new Map([[name, text]]))
    if (file === undefined) throw new Error('not found')
    expect(await downloadTarget('dir/hello.txt', file, set, targets, never)).toEqual(text)
    targets.files.set(name, new TextEncoder().encode('hellO'))
    expect(await codeOfPromise(downloadTarget('dir/hello.txt', file, set, targets, never))).toBe('trust/changed')
    targets.files.set(name, new TextEncoder().encode('hello, and more'))
    expect(await codeOfPromise(downloadTarget('dir/hello.txt', file, set, targets, never))).toBe('source/too-large')
    targets.files.delete(name)
    expect(await codeOfPromise(downloadTarget('dir/hello.txt', file, set, targets, never))).toBe('source/not-found')
  })
})
