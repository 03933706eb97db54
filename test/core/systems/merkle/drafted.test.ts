// Changes of blocks as people make those of plain TUF: what clients would see, whose keys are whose, and the text of a document.
import { describe, expect, it } from 'vitest'
import {
  blocksEffects,
  blocksText,
  blocksWhole,
  draftedBlocks,
} from '../../../../src/core/systems/merkle/changes/drafted.ts'
import { withdrawnChange } from '../../../../src/core/systems/merkle/changes/withdraw.ts'
import { pendingName } from '../../../../src/core/systems/merkle/files.ts'
import { plainTree } from '../../../../src/core/systems/merkle/plain-tree.ts'
import { existing } from '../../../../src/core/systems/merkle/repository.ts'
import { pendingProposals } from '../../../../src/core/systems/merkle/waiting/pending.ts'
import type { SubjectEdit, TufEdit } from '../../../../src/core/systems/tuf/edit/edit.ts'
import { never } from '../../../support/repository.ts'
import { codeOfPromise } from '../../../support/thrown.ts'
import { delegation, World } from './world.ts'

const target = (path: string): TufEdit => ({
  kind: 'target-set',
  path,
  length: 3,
  hashes: { sha256: 'ab'.repeat(32) },
  replace: true,
})

function drafted(world: World, subject: string, edits: readonly SubjectEdit[], onto?: string) {
  const request = { subject, edits, defaultDays: 90, ...(onto === undefined ? {} : { onto }) }
  return draftedBlocks(request, world.source, world.context)
}

/** p is pia's, and lists p/a. */
async function withRole(): Promise<World> {
  const world = await World.of()
  await world.edit('targets', [delegation('p', [world.who.pia])])
  await world.sign('targets', world.who.tara)
  await world.edit('p', [target('p/a')], true)
  await world.sign('p', world.who.pia)
  await world.publish('targets')
  return world
}

describe('a drafted change', () => {
  it('says what clients will see once it is signed', async () => {
    const world = await withRole()
    const { effects, consistent } = await drafted(world, 'p', [{ kind: 'target-remove', path: 'p/a' }])
    expect(consistent).toBe(true)
    expect(effects).toMatchObject({ asked: 1, changed: 1 })
    expect(effects.shown).toMatchObject([
      { path: 'p/a', before: { kind: 'found', role: 'p', length: 3 }, after: { kind: 'absent' } },
    ])
  })

  it('says so of other keys, by which what is in force does not hold', async () => {
    const world = await withRole()
    const { tara } = world.who
    const remove: TufEdit = { kind: 'delegation-remove', name: 'p' }
    const { effects } = await drafted(world, 'targets', [remove, delegation('p', [tara])])
    // The next version of p comes along, and lists what it listed: it must be signed by tara.
    expect(effects.shown).toMatchObject([
      { path: 'p/a', before: { kind: 'found' }, after: { kind: 'found', role: 'p' } },
    ])
  })

  it('says the same of one that waits', async () => {
    const world = await withRole()
    await world.edit('p', [{ kind: 'target-remove', path: 'p/a' }])
    const { proposals } = await pendingProposals(world.source, world.context)
    const [{ id } = { id: '' }] = proposals
    expect(await blocksEffects(id, world.source, world.context)).toMatchObject({ changed: 1 })
    expect(await codeOfPromise(blocksEffects('p/none', world.source, world.context))).toBe('trust/changed')
  })

  it('names what waits in its place, also where somebody signed it', async () => {
    const world = await withRole()
    await world.edit('p', [target('p/b')])
    await world.sign('p', world.who.pia)
    const { waiting, proposal } = await drafted(world, 'p', [target('p/c')])
    expect(waiting.map(({ subject }) => subject)).toEqual(['p'])
    expect(proposal.subject).toBe('p')
  })

  it('tells what has no place in blocks, but not of names that are known here', async () => {
    const world = await World.of()
    const { pia } = world.who
    const entry = { key: pia.key, owner: 'Pia' }
    const edit: TufEdit = { kind: 'key-add', role: 'targets', entry }
    const found = async () => (await drafted(world, 'root', [edit])).proposal.findings.map(({ code }) => code)
    expect(await found()).toContain('left-out')
    world.name(pia, 'Pia')
    expect(await found()).not.toContain('left-out')
  })

  it('refuses what only files of TUF have', async () => {
    const world = await World.of()
    const edit: SubjectEdit = { kind: 'configure', values: {} }
    expect(await codeOfPromise(drafted(world, 'targets', [edit]))).toBe('usage/invalid')
  })
})

describe('the text of a document', () => {
  it('is what is in force, or what waits, as plain TUF writes it', async () => {
    const world = await withRole()
    expect(JSON.parse((await blocksText('p', world.source, world.context)).text)).toMatchObject({ version: 1 })
    const { proposal, files } = await drafted(world, 'p', [target('p/b')])
    await world.write(files)
    const { text, basedOn } = await blocksText('p', world.source, world.context, proposal.digest)
    expect(Object.keys(JSON.parse(text).targets)).toEqual(['p/a', 'p/b'])
    expect(basedOn).toEqual({ title: 'Role p 2', pending: true })
    expect(await blocksText('q', world.source, world.context)).toEqual({ text: '{}' })
    expect(await codeOfPromise(blocksWhole('q', world.source, world.context))).toBe('source/not-found')
  })
})

describe('roles as clients of plain TUF walk them', () => {
  it('are judged by whoever delegates, and by their date where that is asked', async () => {
    const world = await withRole()
    const tree = async (expired: 'refuse' | 'report', now = world.context.now) =>
      plainTree(await existing(world.source, world.context), world.context, { now, signal: never, expired })
    const { set, load } = await tree('report')
    const { delegations } = set.targets.signed
    const [role] = delegations?.roles ?? []
    if (delegations === undefined || role === undefined) throw new Error('no role')
    const step = { name: 'p', keys: delegations.keys, role }
    expect((await load(step)).signed.targetPaths()).toEqual(['p/a'])
    expect(await codeOfPromise(load({ ...step, keys: set.root.signed.keys, role: { ...role, keyids: ['00'] } }))).toBe(
      'trust/threshold',
    )
    expect(await codeOfPromise(load({ ...step, name: 'q' }))).toBe('source/not-found')
    const late = await tree('refuse', new Date(world.context.now.getTime() + 400 * 86_400_000))
    expect(await codeOfPromise(late.load(step))).toBe('trust/expired')
  })
})

describe('a change that is given up', () => {
  it('takes first versions along that stand for nothing without it, and no others', async () => {
    const world = await withRole()
    await world.edit('targets', [delegation('q', [world.who.pia])])
    await world.edit('p', [target('p/b')])
    const files = await withdrawnChange('targets', world.source, world.context)
    expect([...files.keys()].sort()).toEqual([pendingName('q'), pendingName('targets')])
    expect([...(await withdrawnChange('q', world.source, world.context)).keys()]).toEqual([pendingName('q')])
  })
})
