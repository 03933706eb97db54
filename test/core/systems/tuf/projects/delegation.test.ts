// The list of projects after a change: that project's keys and threshold change, everything else stays.
import { beforeAll, expect, test } from 'vitest'
import { AppError } from '../../../../../src/core/error.ts'
import type { JsonObject } from '../../../../../src/core/json.ts'
import { encodeMetadata } from '../../../../../src/core/systems/tuf/encode.ts'
import { parseMetadata } from '../../../../../src/core/systems/tuf/metadata.ts'
import { nextRegistry } from '../../../../../src/core/systems/tuf/projects/delegation.ts'
import { parseRotate, type RotateFile } from '../../../../../src/core/systems/tuf/projects/rotate.ts'
import { codeOfCall } from '../../../../support/thrown.ts'
import { type Person, person, rotateFields } from './project.ts'

let people: Person[] = []

beforeAll(async () => {
  people = await Promise.all(['ana', 'ben', 'cleo'].map(person))
})

const at = (i: number): Person => people[i] ?? (undefined as never)
const step = (version: number, threshold: number, who: readonly Person[], role = 'loom'): RotateFile =>
  parseRotate(encodeMetadata(rotateFields(version, threshold, who, { role })), 'test')

const other = (): JsonObject => ({
  ...{ name: 'weave', terminating: true, paths: ['weave/*'], 'x-kept': [1] },
  ...{ keyids: [at(0).id], threshold: 1 },
})
const empty = { _type: 'targets', spec_version: '1.0.34', version: 7, expires: '2027-01-01T00:00:00Z', targets: {} }
const registry = (): JsonObject => ({
  ...empty,
  'x-note': 'kept',
  delegations: { keys: { [at(0).id]: at(0).raw }, roles: [other()], 'x-inner': 1 },
})

const read = (bytes: Uint8Array): JsonObject => parseMetadata(bytes, 'targets', 'test').signed.raw
const next = (fields: JsonObject, file: RotateFile, taken: string[] = []): JsonObject =>
  read(nextRegistry(encodeMetadata(fields), file, taken))

test('a new project comes last, for its own folder, with the last word', () => {
  const after = next(registry(), step(1, 2, [at(0), at(1)]))
  expect(after).toEqual({
    ...registry(),
    version: 8,
    delegations: {
      'x-inner': 1,
      keys: { [at(0).id]: at(0).raw, [at(1).id]: at(1).raw },
      roles: [
        other(),
        {
          name: 'loom',
          terminating: true,
          paths: ['loom/*', 'loom/*/*', 'loom/*/*/*'],
          keyids: [at(0).id, at(1).id],
          threshold: 2,
        },
      ],
    },
  })
})

test('the first project of all makes the list', () => {
  const after = next(empty, step(1, 1, [at(2)]))
  expect(after.delegations).toMatchObject({ keys: { [at(2).id]: at(2).raw }, roles: [{ name: 'loom' }] })
})

test('a later change replaces keys and threshold, and forgets keys that nobody uses', () => {
  const before = next(registry(), step(1, 2, [at(0), at(1)]))
  const after = next(before, step(2, 1, [at(2)]))
  const [weave, loom] = (after.delegations as { roles: JsonObject[] }).roles
  expect(weave).toEqual(other())
  expect(loom).toMatchObject({ keyids: [at(2).id], threshold: 1, paths: ['loom/*', 'loom/*/*', 'loom/*/*/*'] })
  expect(Object.keys((after.delegations as JsonObject).keys as JsonObject).sort()).toEqual([at(0).id, at(2).id].sort())
  expect(after.version).toBe(9)
})

test.each([
  ['the same', 'weave', 'weave'],
  ['another case', 'Weave', 'weave'],
  ['a look-alike', 'w\u1d07ave', 'weave'],
  ['the same with a dash', 'we-ave', 'weave'],
  ['another role of the repository', 'docs', 'docs'],
])('a name that is %s is refused, and the other one named', (_, role, existing) => {
  try {
    next(registry(), step(1, 1, [at(1)], role), ['docs'])
    expect.unreachable()
  } catch (thrown) {
    expect(thrown instanceof AppError && [thrown.code, thrown.data?.existing]).toEqual(['usage/invalid', existing])
  }
})

test('a project that was taken away gets no keys by its back door', () => {
  expect(codeOfCall(() => next(registry(), step(2, 1, [at(1)])))).toBe('trust/changed')
})

test('the key of another project is not replaced under its id', () => {
  const fields = registry()
  const keys = { [at(1).id]: at(2).raw }
  const roles = [{ ...other(), keyids: [at(1).id] }]
  const forged = { ...fields, delegations: { keys, roles } } as JsonObject
  expect(codeOfCall(() => next(forged, step(1, 1, [at(1)])))).toBe('trust/changed')
})

test('a list that does not delegate by name is left alone', () => {
  const succinct = { keys: {}, succinct_roles: { bit_length: 2, name_prefix: 'bin', keyids: [], threshold: 1 } }
  expect(codeOfCall(() => next({ ...empty, delegations: succinct }, step(1, 1, [at(1)])))).toBe('format/unsupported')
})
