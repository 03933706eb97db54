// When two answers to "who may sign" are the same: for signatures, which name keys by id, and for people, who hold keys.
import { expect, test } from 'vitest'
import {
  type Authority,
  acceptsSameSignatures,
  isMachineKept,
  isSameHolders,
} from '../../../../src/core/systems/tuf/authority.ts'
import type { Metadata, Root } from '../../../../src/core/systems/tuf/metadata.ts'
import { keyId, keyObject, metadata, root } from './diff/documents.ts'

/** Key ids that stand for a test key each, as a root could name them. */
function authority(threshold: number, keys: Record<string, string>): Authority {
  const document = root()
  for (const [id, name] of Object.entries(keys)) document.keys[id] = keyObject(name)
  document.roles.targets = { keyids: Object.keys(keys), threshold }
  const read = rootOf(document)
  return { keys: read.signed.keys, role: read.signed.roles.get('targets') ?? { keyids: [], threshold: 0, raw: {} } }
}

function rootOf(document: unknown): Metadata<Root> {
  const read = metadata(document, [], 'root')
  if (read.signed.type !== 'root') throw new Error('no root')
  return { ...read, signed: read.signed }
}

const own = { [keyId('ana')]: 'ana', [keyId('ben')]: 'ben' }

test.each<[string, Authority, boolean, boolean]>([
  ['the same', authority(1, own), true, true],
  ['in another order', authority(1, { [keyId('ben')]: 'ben', [keyId('ana')]: 'ana' }), true, true],
  ['another threshold', authority(2, own), false, false],
  ['one fewer', authority(1, { [keyId('ana')]: 'ana' }), false, false],
  ['another key', authority(1, { [keyId('ana')]: 'ana', [keyId('cleo')]: 'cleo' }), false, false],
  ['another id of a key', authority(1, { [keyId('ana')]: 'ana', abcd: 'ben' }), false, true],
  ['another key under an id', authority(1, { [keyId('ana')]: 'ana', [keyId('ben')]: 'cleo' }), false, false],
])('%s', (_what, other, signatures, holders) => {
  const one = authority(1, own)
  expect([acceptsSameSignatures(one, other), acceptsSameSignatures(other, one)]).toEqual([signatures, signatures])
  expect([isSameHolders(one, other), isSameHolders(other, one)]).toEqual([holders, holders])
})

test('kept by the repository is what only keys of snapshot sign, whatever their ids', () => {
  const read = rootOf(root())
  const [id = ''] = read.signed.roles.get('snapshot')?.keyids ?? []
  const online = read.signed.keys.get(id)
  const people = authority(1, own)
  if (online === undefined) throw new Error('no online key')
  const of = (keys: Authority['keys'], ...keyids: string[]) => ({ keys, role: { keyids, threshold: 1, raw: {} } })
  expect(isMachineKept(of(new Map([['other', online]]), 'other'), read)).toBe(true)
  expect(isMachineKept(of(new Map([...people.keys, ['other', online]]), 'other', keyId('ana')), read)).toBe(false)
  expect(isMachineKept(of(new Map(), 'missing'), read)).toBe(false)
  expect(isMachineKept(of(people.keys), read)).toBe(false)
})
