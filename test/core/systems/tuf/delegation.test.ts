// Who speaks for a role when several delegate to it: the one whom clients meet first, whatever else cannot be read.
import { expect, test } from 'vitest'
import { AppError, type ErrorCode } from '../../../../src/core/error.ts'
import { findDelegator } from '../../../../src/core/systems/tuf/delegation.ts'
import type { Metadata, Targets } from '../../../../src/core/systems/tuf/metadata.ts'
import { type RoleStep, resolveTarget } from '../../../../src/core/systems/tuf/resolve.ts'
import { codeOfPromise } from '../../../support/thrown.ts'
import { inDays, keyId, keyList, metadata, role, snapshot } from './diff/documents.ts'

/** Its delegations: to whom, with whose key, for which paths. */
type Row = [to: string, holder: string, ...paths: string[]]
type World = Record<string, readonly Row[] | ErrorCode>

const common = { spec_version: '1.0.34', version: 1, expires: inDays(9) }

function document(rows: readonly Row[]): Metadata<Targets> {
  const roles = rows.map(([name, holder, ...paths]) => ({ name, terminating: false, ...role(1, holder), paths }))
  const delegations = { keys: keyList('ana', 'ben', 'cleo'), roles }
  const read = metadata({ _type: 'targets', ...common, targets: {}, delegations }, [], 'targets')
  if (read.signed.type !== 'targets') throw new Error('no targets document')
  return { ...read, signed: read.signed }
}

function open({ targets, ...world }: World) {
  const asked: RoleStep[] = []
  const meta = Object.fromEntries(['targets', ...Object.keys(world)].map((name) => [`${name}.json`, { version: 1 }]))
  const listed = metadata({ ...snapshot(), meta }, [], 'snapshot')
  if (listed.signed.type !== 'snapshot' || typeof targets !== 'object') throw new Error('no world')
  const load = async (step: RoleStep): Promise<Metadata<Targets>> => {
    asked.push(step)
    const found = world[step.name] ?? []
    if (typeof found === 'object') return document(found)
    throw new AppError({ code: found, message: `no ${step.name}` })
  }
  const set = { snapshot: { ...listed, signed: listed.signed }, targets: document(targets) }
  const find = async (name: string, from?: string) => {
    const step = await findDelegator(name, set, load, from)
    return step && [step.from, step.role.keyids.map((id) => (id === keyId('ana') ? 'ana' : 'other')).join()]
  }
  return { find, set, load, asked }
}

/** "one" may decide for all that is in a folder, and it delegates "two" with a key of its own. */
const twice: World = {
  targets: [
    ['one', 'ana', '*/*'],
    ['two', 'ben', 'two/*'],
  ],
  one: [['two', 'ana', 'two/*']],
  two: [],
}

test('of two delegators the one whom clients ask first', async () => {
  const { find, set, load, asked } = open(twice)
  expect(await find('two')).toEqual(['one', 'ana'])
  asked.length = 0
  await resolveTarget('two/x', set.targets, load)
  expect(asked.find(({ name }) => name === 'two')?.role.keyids).toEqual([keyId('ana')])
})

test('or the one that is named', async () => {
  const { find } = open(twice)
  expect(await find('two', 'targets')).toEqual(['targets', 'other'])
  expect(await find('two', 'one')).toEqual(['one', 'ana'])
  expect(await find('two', 'two')).toBeUndefined()
})

test.each<ErrorCode>(['trust/threshold', 'trust/expired', 'format/malformed', 'source/not-found', 'source/too-large'])(
  'a role on the way that is refused with %s hides no other',
  async (code) => {
    const { find } = open({ ...twice, one: code, two: [['deep', 'ana', 'two/*']], deep: [] })
    expect(await find('two')).toEqual(['targets', 'other'])
    expect(await find('deep')).toEqual(['two', 'ana'])
  },
)

test.each<ErrorCode>(['source/unreachable', 'source/conflict', 'user/cancelled', 'internal/bug'])(
  'what says nothing of the repository, as %s, is no answer',
  async (code) => {
    const { find } = open({ ...twice, one: code })
    expect(await codeOfPromise(find('two'))).toBe(code)
  },
)

test('roles that no client asks for its artifacts first are not read', async () => {
  const many = Array.from({ length: 40 }, (_, at): Row => [`p${at}`, 'ben', `p${at}/*`])
  const { find, asked } = open({ targets: [...many, ['last', 'ana', 'last/*']], p0: [], p39: [], last: [] })
  expect(await find('last')).toEqual(['targets', 'ana'])
  expect(asked).toEqual([])
})

test('a circle of delegations ends', async () => {
  const { find } = open({ targets: [['one', 'ana', '*']], one: [['two', 'ana', '*']], two: [['one', 'ana', '*']] })
  expect(await find('nobody')).toBeUndefined()
  expect(await find('two')).toEqual(['one', 'ana'])
})
