// A document that waits no more was complete only when that can be counted.
import { beforeAll, expect, test } from 'vitest'
import { utf8 } from '../../../../../src/core/bytes.ts'
import type { JsonObject } from '../../../../../src/core/json.ts'
import { canBeComplete } from '../../../../../src/core/systems/tuf/rstuf/settled.ts'
import { days, idOf, signed, signedOf, type TestRepository, testRepository } from '../../../../support/repository.ts'

let repository: TestRepository
beforeAll(async () => {
  repository = await testRepository()
})

const people = (...who: number[]) =>
  repository.holders.filter((_, i) => who.includes(i)).map((one) => ({ id: idOf(one), signer: one.signer }))

function root(version: number, ...who: number[]): Promise<Uint8Array> {
  const fields = { ...signedOf(repository, '1.root.json', 'root'), version }
  return signed(fields, 'root', people(...who))
}

const devFields = { _type: 'targets', spec_version: '1.0.34', version: 3, expires: days(30), targets: {} }
const dev = (...who: number[]): Promise<Uint8Array> => signed(devFields, 'targets', people(...who))

async function targets(threshold: number): Promise<Uint8Array> {
  const { keys } = signedOf(repository, '1.root.json', 'root') as { keys: JsonObject }
  const keyids = repository.holders.map(idOf)
  const held = Object.fromEntries(keyids.map((id) => [id, keys[id] ?? null]))
  const roles = [{ name: 'dev', keyids, threshold, terminating: true, paths: ['*'] }]
  const fields = { ...signedOf(repository, '1.targets.json', 'targets'), delegations: { keys: held, roles } }
  return signed(fields, 'targets', people(0, 1))
}

test('a root: enough keys of the one in force and of itself', async () => {
  expect(await canBeComplete('root', await root(2, 0, 1), repository.anchor)).toBe(true)
  expect(await canBeComplete('root', await root(2, 0), repository.anchor)).toBe(false)
  expect(await canBeComplete('root', await root(1, 0, 1), undefined)).toBe(true)
})

test('a delegated role: enough keys that the targets in force give it', async () => {
  expect(await canBeComplete('dev', await dev(0, 1), await targets(2))).toBe(true)
  expect(await canBeComplete('dev', await dev(0, 1), await targets(3))).toBe(false)
})

test('entries that do not verify count for nothing', async () => {
  const [ana] = JSON.parse(new TextDecoder().decode(await dev(0))).signatures
  const forged = repository.holders.slice(1).map((one) => ({ keyid: idOf(one), sig: ana.sig }))
  const document = utf8(JSON.stringify({ signatures: [ana, ...forged], signed: devFields }))
  expect(await canBeComplete('dev', document, await targets(1))).toBe(true)
  expect(await canBeComplete('dev', document, await targets(2))).toBe(false)
})

test('where nobody says who must sign, or it cannot be read, nothing is complete', async () => {
  const document = await dev(0, 1, 2)
  expect(await canBeComplete('dev', document, undefined)).toBe(false)
  expect(await canBeComplete('dev', document, utf8('{'))).toBe(false)
  expect(await canBeComplete('other', document, await targets(1))).toBe(false)
  expect(await canBeComplete('targets', document, await targets(1))).toBe(false)
  expect(await canBeComplete('root', await root(2, 0, 1, 2), undefined)).toBe(false)
  expect(await canBeComplete('root', await root(2, 0, 1, 2), utf8('{}'))).toBe(false)
  expect(await canBeComplete('root', utf8('{}'), repository.anchor)).toBe(false)
})
