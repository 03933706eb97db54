// A project from its reservation to its next maintainers, without an admin's signature, as our client and others see it.
import { beforeEach, describe, expect, test } from 'vitest'
import type { SubjectEdit } from '../../../../src/core/systems/tuf/edit/edit.ts'
import { plainLayout } from '../../../../src/core/systems/tuf/layouts/plain.ts'
import { tufSystem } from '../../../../src/core/systems/tuf/system.ts'
import { trusted } from '../../../../src/core/systems/tuf/trusted.ts'
import { memoryTransport } from '../../../../src/core/transport.ts'
import { type Office, openOffice } from '../../../support/office.ts'
import { codeOfPromise } from '../../../support/thrown.ts'

const hashes = { sha256: 'ab'.repeat(32) }
const file = (path: string): SubjectEdit => ({ kind: 'target-set', path, length: 3, hashes, replace: false })
let office: Office

async function keys(threshold: number, keepIds: readonly string[], ...names: string[]): Promise<SubjectEdit> {
  return { kind: 'project-keys', keys: await Promise.all(names.map(office.entry)), keepIds, threshold }
}

const chain = () => trusted(plainLayout, office.repository.source, office.repository.context).keyChain('loom')

beforeEach(async () => {
  office = await openOffice()
  const online = [await office.entry('online')]
  await office.change('targets', ['Ana', 'Ben'], {
    ...{
      kind: 'delegation-add',
      name: 'projects',
      paths: ['*/*', '*/*/*'],
      terminating: false,
      keys: online,
      threshold: 1,
    },
  })
  await office.propose('keys:loom', await keys(1, [], 'Dana'))
  await office.sign('keys:loom', 'Dana')
  await office.sign('loom', 'Dana')
  await office.publish('keys:loom')
})

test('a name is reserved by its maintainers, and they release', async () => {
  await office.change('loom', ['Dana'], file('loom/a'))
  expect(await office.sees('loom/a')).toBe('loom')
  expect((await chain())?.problem).toBeUndefined()
})

test('keys change by the project’s own people: old threshold, new threshold, every new key', async () => {
  const [id = ''] = (await chain())?.newest?.keyids ?? []
  await office.propose('keys:loom', await keys(2, [id], 'Eve'))
  expect((await office.pending('keys:loom')).quorums.map(({ threshold }) => threshold)).toEqual([1, 2, 1])
  await office.sign('keys:loom', 'Dana')
  expect(await codeOfPromise(office.publish('keys:loom'))).toBe('trust/threshold')
  await office.sign('keys:loom', 'Eve')
  // What clients have of the project is not signed by two yet.
  expect(await codeOfPromise(office.publish('keys:loom'))).toBe('trust/threshold')
  await office.propose('loom', file('loom/b'))
  await office.sign('loom', 'Dana', 'Eve')
  await office.publish('keys:loom')
  expect(await office.sees('loom/b')).toBe('loom')
  const after = await chain()
  expect([after?.steps.length, after?.problem]).toEqual([2, undefined])
})

describe('refused', () => {
  test('a name that is reserved, or looks like one that is', async () => {
    for (const name of ['loom', 'Loom', 'l00m', 'lооm']) {
      const edit = { ...(await keys(1, [], 'Mallory')), first: true } as SubjectEdit
      const wanted = office.propose(`keys:${name}`, edit)
      expect(await codeOfPromise(wanted), name).toBe('usage/invalid')
    }
  })

  test('not, but told of on both sides: a name like one that still waits, and like one of another role', async () => {
    await office.propose('keys:shuttle', await keys(1, [], 'Eve'))
    await office.propose('keys:shuttIe', await keys(1, [], 'Mallory'))
    for (const [name, other] of [
      ['shuttle', 'shuttIe'],
      ['shuttIe', 'shuttle'],
    ]) {
      const { findings, risk } = await office.pending(`keys:${name}`)
      const told = findings.find(({ code }) => code === 'waiting-look-alike')
      expect([told?.sentence.includes(`“${other}”`), risk]).toEqual([true, 'dangerous'])
    }
    const entry = await office.entry('Mallory')
    const edit = {
      kind: 'delegation-add',
      name: 'l0om',
      paths: ['x/*'],
      terminating: false,
      keys: [entry],
      threshold: 1,
    }
    const { proposal } = await office.draft('targets', edit as SubjectEdit)
    const told = proposal.findings.find(({ code }) => code === 'role-look-alike')
    expect(told?.sentence).toContain('“loom”')
    const same = await office.draft('targets', { ...edit, name: 'shuttle' } as SubjectEdit)
    expect(same.proposal.findings.map(({ code }) => code)).toContain('waiting-look-alike')
  })

  test('a change by somebody else', async () => {
    await office.propose('keys:loom', await keys(1, [], 'Mallory'))
    expect(await codeOfPromise(office.sign('keys:loom', 'Ana'))).toBe('signer/wrong-key')
    await office.sign('keys:loom', 'Mallory')
    expect(await codeOfPromise(office.publish('keys:loom'))).toBe('trust/threshold')
  })
})

test('a repository that takes a change back is named, by whoever saw it', async () => {
  const system = tufSystem(plainLayout)
  const { source, context } = office.repository
  const old = new Map(source.files)
  const [id = ''] = (await chain())?.newest?.keyids ?? []
  await office.propose('keys:loom', await keys(1, [id], 'Eve'))
  await office.sign('keys:loom', 'Dana', 'Eve')
  await office.publish('keys:loom')
  const { memory } = await system.state(source, context)
  // Its memory of snapshots is lost, as after new online keys; that of the project’s keys is not.
  const left = new Map([...memory].filter(([name]) => !/^(snapshot|timestamp)/.test(name)))
  const taken = memoryTransport(old)
  const { findings } = await system.state(taken, { ...context, memory: left })
  expect(findings.map(({ code }) => code)).toEqual(['project-keys'])
  expect((await trusted(plainLayout, taken, { ...context, memory: left }).keyChain('loom'))?.problem?.fault).toBe(
    'hidden-step',
  )
  expect((await system.state(source, { ...context, memory })).findings).toEqual([])
})

test('a repository that swaps a key by itself is named, and nothing is built on it', async () => {
  // The thief has the online key, and writes the registry without the project's people.
  const entry = await office.entry('Mallory')
  const [keyId = ''] = (await chain())?.newest?.keyids ?? []
  await office.propose('projects', { kind: 'key-replace', role: 'loom', keyId, entry })
  await office.sign('projects', 'online')
  await office.propose('loom', file('loom/evil'))
  await office.sign('loom', 'Dana', 'Mallory').catch(() => undefined)
  await office.publish('projects').catch(() => undefined)
  const verdict = await chain()
  expect(verdict?.problem?.fault).toBe('swapped-key')
  await office.propose('keys:loom', await keys(1, verdict?.newest?.keyids ?? [], 'Eve')).catch(() => undefined)
  expect(await codeOfPromise(office.sign('keys:loom', 'Dana'))).not.toBe('ok')
})
