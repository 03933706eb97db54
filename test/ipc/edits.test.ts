// What the window may send of a change: exact shapes, nothing extra, nothing of another kind.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { flag, json, list, optional, shape, text, variants, whole } from '../../src/ipc/argument.ts'
import type { EditData } from '../../src/ipc/edit-views.ts'
import { editData } from '../../src/ipc/edits.ts'
import { codeOfCall as codeOf } from '../support/thrown.ts'

const good: EditData[] = [
  { kind: 'expires', date: '2027-01-01T00:00:00Z' },
  { kind: 'period', expiryDays: 30 },
  { kind: 'field', path: ['x-note'], value: { a: [1, null, true] } },
  { kind: 'field', path: ['x-note'] },
  { kind: 'document', text: '{}', keepTargets: false },
  { kind: 'key-add', role: 'root', key: { from: 'signer', signerId: 'file:dana' } },
  { kind: 'key-replace', role: 'root', keyId: 'ab', key: { from: 'pem', pem: 'x', owner: 'Dana' } },
  { kind: 'files', lookId: '1', folder: '', replace: false },
  { kind: 'block', name: 'blocked', paths: ['a'], keys: [], threshold: 1 },
  { kind: 'project-keys', keys: [], keepIds: ['ab'], threshold: 2 },
  { kind: 'configure', values: { 'retention/versions': 3 } },
  {
    kind: 'record',
    entries: [
      { kind: 'init', key: { from: 'signer', signerId: 'file:dana' } },
      { kind: 'grant', key: { from: 'pem', pem: 'ecdsa-p256:AAAA', owner: 'Dana' }, permissions: ['release', 'yank'] },
      { kind: 'revoke', keyId: 'sha256:ab', permissions: ['commit'] },
      { kind: 'release', version: '1.0.0', lookId: '1', name: 'loom.wasm' },
      { kind: 'yank', version: '1.0.0' },
      { kind: 'define', namespace: 'loom' },
    ],
  },
]

const record = (entry: unknown) => ({ kind: 'record', entries: [entry] })

test.each(good)('$kind is taken as it is', (edit) => {
  expect(editData(edit)).toEqual(edit)
})

describe('refused', () => {
  test.each<[string, unknown]>([
    ['no kind', { date: '2027-01-01T00:00:00Z' }],
    ['an unknown kind', { kind: 'eval' }],
    ['a kind that every object has', { kind: 'constructor' }],
    ['an extra member', { ...good[0], extra: 1 }],
    ['a missing member', { kind: 'key-add', role: 'root' }],
    ['undefined where a value is', { kind: 'expires', date: undefined }],
    ['a key from nowhere', { kind: 'key-add', role: 'root', key: { from: 'file', path: '/etc/passwd' } }],
    ['a threshold of nobody', { kind: 'threshold', role: 'root', threshold: 0 }],
    ['half a signature', { kind: 'threshold', role: 'root', threshold: 1.5 }],
    ['a number that JSON readers disagree about', { kind: 'field', path: ['x'], value: 2 ** 53 }],
    ['a fraction', { kind: 'field', path: ['x'], value: 0.5 }],
    ['a permission that no registry has', record({ kind: 'revoke', keyId: 'a', permissions: ['update-auth'] })],
    ['a release by its digest', record({ kind: 'release', version: '1.0.0', digest: 'sha256:ab' })],
    ['bytes of a record', { kind: 'record', entries: [], contents: 'AAAA' }],
    ['a list', [good[0]]],
    ['nothing', null],
  ])('%s', (_, value) => {
    expect(codeOf(() => editData(value))).toBe('usage/invalid')
  })

  test('data that is nested without end', () => {
    let deep: unknown = 1
    for (let i = 0; i < 40; i++) deep = [deep]
    expect(codeOf(() => json()(deep))).toBe('usage/invalid')
  })
})

test('whatever comes, the answer is an edit or a refusal', () => {
  fc.assert(
    fc.property(fc.anything(), (value) => {
      expect(codeOf(() => editData(value))).toBe('usage/invalid')
    }),
  )
})

test('an optional member is left out, or is what it must be', () => {
  const parse = shape<{ a: string; b?: number }>({ a: text(1, 3), b: optional(whole(1, 9)) })
  expect(parse({ a: 'x' })).toEqual({ a: 'x' })
  expect(parse({ a: 'x', b: 2 })).toEqual({ a: 'x', b: 2 })
  expect(codeOf(() => parse({ a: 'x', b: 10 }))).toBe('usage/invalid')
  expect(codeOf(() => parse({ b: 2 }))).toBe('usage/invalid')
})

test('lists are bounded, flags are flags', () => {
  expect(list(flag(), 2)([true, false])).toEqual([true, false])
  expect(codeOf(() => list(flag(), 1)([true, false]))).toBe('usage/invalid')
  expect(codeOf(() => flag()('true'))).toBe('usage/invalid')
  expect(codeOf(() => variants('kind', {})({ kind: 'x' }))).toBe('usage/invalid')
})
