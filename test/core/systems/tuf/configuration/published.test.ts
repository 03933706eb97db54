// The configuration in force: only as the snapshot lists it, only as those who hold targets signed it.
import { beforeEach, expect, test } from 'vitest'
import { toHex } from '../../../../../src/core/bytes.ts'
import { sha256 } from '../../../../../src/core/crypto.ts'
import type { JsonObject, JsonValue } from '../../../../../src/core/json.ts'
import { refresh, type TrustedSet } from '../../../../../src/core/systems/tuf/client.ts'
import { configurationRole, readConfiguration } from '../../../../../src/core/systems/tuf/configuration/published.ts'
import { settingsOf } from '../../../../../src/core/systems/tuf/configuration/settings.ts'
import { metadataName } from '../../../../../src/core/systems/tuf/names.ts'
import { memoryTransport, within } from '../../../../../src/core/transport.ts'
import { now as at, idOf, never, type TestRepository, testRepository } from '../../../../support/repository.ts'
import { codeOfPromise } from '../../../../support/thrown.ts'
import { type Person, sign } from '../projects/project.ts'

let repository: TestRepository
const options = { now: at, signal: never, expired: 'report' } as const

beforeEach(async () => {
  repository = await testRepository()
})

const people = (count: number): Person[] =>
  repository.holders.slice(0, count).map((one) => ({ name: one.owner, signer: one.signer, id: idOf(one), raw: {} }))

async function read(fields: JsonObject, signers: number, listing: Record<string, JsonValue | undefined> = {}) {
  const document = { _type: 'x-countersign-configuration', version: 3, timestamp: { every: 5 }, ...fields }
  const bytes = await sign(document, people(signers))
  repository.source.files.set(`metadata/${metadataName(configurationRole, 3, true)}`, bytes)
  const store = memoryTransport(new Map([['root.json', repository.anchor]]))
  const remote = within(repository.source, 'metadata/')
  const set = await refresh(remote, store, options)
  const hashes = new Map([['sha256', toHex(await sha256(bytes))]])
  const entry = { version: 3, length: bytes.length, hashes, ...listing }
  const meta = new Map([...set.snapshot.signed.meta, [configurationRole, entry]])
  const listed = { ...set, snapshot: { ...set.snapshot, signed: { ...set.snapshot.signed, meta } } } as TrustedSet
  return { unlisted: set, remote, listed }
}

test('there is none until one is listed', async () => {
  const { unlisted, remote } = await read({}, 2)
  expect(await readConfiguration(unlisted, remote, options)).toBeUndefined()
})

test('signed by those who hold targets it holds', async () => {
  const { listed, remote } = await read({}, 2)
  const found = await readConfiguration(listed, remote, options)
  expect([found?.isSigned, found?.configuration.version]).toEqual([true, 3])
  expect(settingsOf(found?.configuration).timestamp.everyMinutes).toBe(5)
})

test('signed by too few it is there, and known as such', async () => {
  const { listed, remote } = await read({}, 1)
  const found = await readConfiguration(listed, remote, options)
  expect([found?.isSigned, found?.configuration.version]).toEqual([false, 3])
})

test.each<[string, JsonObject, Record<string, JsonValue | Map<string, string> | undefined>, string]>([
  ['another version', { version: 2 }, {}, 'trust/rollback'],
  ['another length', {}, { length: 100_000 }, 'trust/changed'],
  ['another hash', {}, { hashes: new Map([['sha256', 'aa']]) }, 'trust/changed'],
  ['no hash', {}, { hashes: undefined }, 'trust/changed'],
  ['a file that is not there', {}, { version: 4 }, 'source/not-found'],
  ['another type', { _type: 'rotate' }, {}, 'format/malformed'],
])('%s is refused', async (_, fields, listing, code) => {
  const { listed, remote } = await read(fields, 2, listing as Record<string, JsonValue>)
  expect(await codeOfPromise(readConfiguration(listed, remote, options))).toBe(code)
})
