// Edits of plain TUF as next versions of blocks: where these stand in history, and what has no place there.
import { describe, expect, it } from 'vitest'
import { draftedEdits } from '../../../../src/core/systems/merkle/changes/drafting.ts'
import { pendingName } from '../../../../src/core/systems/merkle/files.ts'
import { plainOf } from '../../../../src/core/systems/merkle/plain.ts'
import type { Version } from '../../../../src/core/systems/merkle/standing.ts'
import { parseCandidate } from '../../../../src/core/systems/merkle/waiting/candidates.ts'
import type { TufEdit } from '../../../../src/core/systems/tuf/edit/edit.ts'
import { person } from '../../../support/merkle.ts'
import { codeOfPromise, faultOfPromise } from '../../../support/thrown.ts'
import { delegation, World } from './world.ts'

const target = (path: string): TufEdit => ({
  kind: 'target-set',
  path,
  length: 3,
  hashes: { sha256: 'ab'.repeat(32) },
  replace: true,
})

function waiting(world: World, subject: string): Version {
  return parseCandidate(world.file(pendingName(subject)), subject).document
}

function notes(world: World, subject: string, edits: readonly TufEdit[]): Promise<readonly string[]> {
  return draftedEdits(world.source, world.context, [{ subject, edits }], { defaultDays: 90 }).then((made) => made.notes)
}

describe('an edit', () => {
  it('makes the successor of what is in force, unsigned, with a date of its own', async () => {
    const world = await World.of()
    const { targets } = (await world.repository()).valid
    await world.edit('targets', [target('a')])
    const next = waiting(world, 'targets')
    expect(next.signed).toMatchObject({ height: 1, previous: targets.link, expires: new Date('2027-02-28T12:00:00Z') })
    expect([next.signatures, Object.keys(plainOf(next).targets ?? {})]).toEqual([[], ['a']])
  })

  it('of a change that waits keeps its place, its date, and what it changed before', async () => {
    const world = await World.of()
    await world.edit('targets', [target('a')])
    world.later(1)
    const { signed } = waiting(world, 'targets')
    await world.further('targets', [target('b')])
    const next = waiting(world, 'targets')
    const { height, previous, expires } = signed
    expect(next.signed).toMatchObject({ height, previous, expires })
    expect(Object.keys(plainOf(next).targets ?? {}).sort()).toEqual(['a', 'b'])
  })

  it('builds on a change only where it is still the one that was looked at', async () => {
    const world = await World.of()
    await world.edit('targets', [target('a')])
    const part = { subject: 'targets', edits: [target('b')], onto: 'ab'.repeat(32) }
    const made = draftedEdits(world.source, world.context, [part], { defaultDays: 90 })
    expect(await codeOfPromise(made)).toBe('trust/changed')
  })

  it('does not silently take the place of what somebody has signed', async () => {
    const world = await World.of()
    await world.edit('targets', [target('a')])
    await world.sign('targets', world.who.mallory)
    await world.edit('targets', [target('b')])
    await world.sign('targets', world.who.tara)
    expect(await codeOfPromise(world.edit('targets', [target('c')]))).toBe('usage/invalid')
    await world.edit('targets', [target('c')], true)
    expect(Object.keys(plainOf(waiting(world, 'targets')).targets ?? {})).toEqual(['c'])
  })

  it('that changes nothing is refused, but for a later date', async () => {
    const world = await World.of()
    const same: TufEdit = { kind: 'threshold', role: 'root', threshold: 2 }
    expect(await codeOfPromise(world.edit('root', [same]))).toBe('usage/invalid')
    await world.edit('root', [{ kind: 'expires', date: '2027-09-01T00:00:00Z' }])
  })

  it('that asks for more signatures than there are keys is refused', async () => {
    const world = await World.of()
    const edit: TufEdit = { kind: 'threshold', role: 'root', threshold: 3 }
    expect(await faultOfPromise(world.edit('root', [edit]))).toBe('bad-threshold')
    expect(await codeOfPromise(world.edit('root', [edit]))).toBe('usage/invalid')
  })

  it('brings along the first version of a new role, and the next one of a role with other keys', async () => {
    const world = await World.of()
    const { pia, mallory, tara } = world.who
    expect(await world.edit('targets', [delegation('p', [pia])])).toEqual(['targets', 'p'])
    expect(waiting(world, 'p').signed).toMatchObject({ height: 0 })
    await world.sign('targets', tara)
    await world.sign('p', pia)
    await world.publish('targets')
    const add: TufEdit = { kind: 'key-add', role: 'p', entry: { key: mallory.key } }
    expect(await world.edit('targets', [add])).toEqual(['targets'])
    const replace: TufEdit = { kind: 'key-replace', role: 'p', keyId: pia.id, entry: { key: mallory.key } }
    expect(await world.edit('targets', [replace])).toEqual(['targets', 'p'])
    expect(waiting(world, 'p').signed).toMatchObject({ height: 1 })
  })

  it('of a role that nobody delegates to is no change of anything', async () => {
    const world = await World.of()
    expect(await codeOfPromise(world.edit('p', [target('a')]))).not.toBe('ok')
    expect(await codeOfPromise(world.edit('snapshot', [target('a')]))).not.toBe('ok')
  })
})

describe('what has no place in blocks', () => {
  const bins = { kind: 'bins', name: 'bin', bitLength: 2, threshold: 1 } as const

  it('is refused where it would mean something', async () => {
    const world = await World.of()
    const { pia } = world.who
    const keys = [{ key: pia.key }]
    const roles = [{ name: 'a', keys, threshold: 1 }]
    const agreement = { name: 'x', paths: ['*'], terminating: false, minRolesInAgreement: 1, roles }
    const edits: [string, TufEdit][] = [
      ['root', { kind: 'consistent-snapshot', on: false }],
      ['root', { kind: 'period', role: 'snapshot', expiryDays: 3 }],
      ['targets', { ...bins, form: 'succinct', keys }],
      ['targets', { kind: 'agreement-add', form: 'accepted', ...agreement }],
      ['targets', { kind: 'field', path: ['own'], value: 1 }],
      ['targets', { kind: 'field', path: ['x-own'], value: 1 }],
      ['root', { kind: 'key-add', role: 'root', entry: { key: pia.key, rehearsal: true } }],
    ]
    for (const [subject, edit] of edits) {
      // Beside a change that can be made: nothing of what was asked for is left out unsaid.
      const other: TufEdit = subject === 'root' ? { kind: 'threshold', role: 'root', threshold: 1 } : target('a')
      expect(await codeOfPromise(world.edit(subject, [other, edit])), edit.kind).toBe('usage/invalid')
    }
  })

  it('is told where it is a note', async () => {
    const world = await World.of()
    const { key } = await person()
    const named: TufEdit = { kind: 'key-add', role: 'root', entry: { key, owner: 'Ana' } }
    expect(await notes(world, 'root', [named])).toHaveLength(1)
    const period: TufEdit = { kind: 'period', expiryDays: 30 }
    expect(await notes(world, 'targets', [period, target('a')])).toHaveLength(1)
    expect(await notes(world, 'targets', [delegation('p', [world.who.pia])])).toEqual([])
  })

  it('is no other form of bins: these are delegations as all', async () => {
    const world = await World.of()
    const keys = [{ key: world.who.pia.key }]
    expect(await world.edit('targets', [{ ...bins, form: 'prefixes', keys }])).toHaveLength(5)
  })
})
