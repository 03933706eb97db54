// Keys that an edit names are found by where they stand in it, so that a new kind of edit cannot be forgotten.
import { expect, test } from 'vitest'
import { toPem } from '../../src/core/key.ts'
import type { KeyChoice, TufEditData } from '../../src/ipc/contract.ts'
import { choicesIn, editsOf } from '../../src/main/edit-data.ts'
import { softwareSigner } from '../support/repository.ts'

const ana: KeyChoice = { from: 'signer', signerId: 'ana' }
const ben: KeyChoice = { from: 'signer', signerId: 'ben' }
const role = { name: 'tools', keys: [ana], threshold: 1 }
const paths = ['tools/*']

const naming: readonly TufEditData[] = [
  { kind: 'key-add', role: 'root', key: ana },
  { kind: 'key-replace', role: 'root', keyId: 'x', key: ana },
  { ...role, kind: 'delegation-add', paths, terminating: false },
  { ...role, kind: 'block', paths },
  { ...role, kind: 'bins', form: 'succinct', bitLength: 2 },
  { kind: 'project-keys', keys: [ana], keepIds: [], threshold: 1 },
]

test.each(naming)('$kind names its keys', (edit) => {
  expect(choicesIn(edit)).toEqual([ana])
})

test('several roles name all of theirs', () => {
  const roles = [role, { ...role, name: 'more', keys: [ben] }]
  const edit: TufEditData = {
    ...{ kind: 'agreement-add', form: 'accepted', name: 'both', paths, terminating: false, minRolesInAgreement: 2 },
    roles,
  }
  expect(choicesIn(edit)).toEqual([ana, ben])
})

test.each<TufEditData>([
  { kind: 'threshold', role: 'root', threshold: 1 },
  { kind: 'key-remove', role: 'root', keyId: 'x' },
  { kind: 'project-keys', keys: [], keepIds: ['x'], threshold: 1 },
  { kind: 'files', lookId: 'x', folder: '', replace: false },
])('$kind names none, so none are looked for', (edit) => {
  expect(choicesIn(edit)).toEqual([])
})

test('a key that an edit names, and that main did not look for, would be refused', async () => {
  const { key } = await softwareSigner('Ana')
  const parts = { keys: [], look: () => [] }
  for (const edit of naming) expect(() => editsOf([edit], parts)).toThrow()
  const pem: KeyChoice = { from: 'pem', pem: toPem(key), owner: 'Ana' }
  expect(editsOf([{ kind: 'key-add', role: 'root', key: pem }], parts).edits).toHaveLength(1)
})
