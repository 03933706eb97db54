// Changes that take effect: whole lives of roles and keys, and what is never published.
import * as dagJson from '@ipld/dag-json'
import { describe, expect, it } from 'vitest'
import { auditHistory } from '../../../../src/core/systems/merkle/audit.ts'
import { blockName, headName, pendingName } from '../../../../src/core/systems/merkle/files.ts'
import { History, person, rootFields, targetsFields } from '../../../support/merkle.ts'
import { codeOfPromise, faultOfPromise } from '../../../support/thrown.ts'
import { people } from './scene.ts'
import { accepted, delegation, signerOf, World } from './world.ts'

const target = (
  path: string,
): { kind: 'target-set'; path: string; length: number; hashes: { sha256: string }; replace: true } => ({
  kind: 'target-set',
  path,
  length: 3,
  hashes: { sha256: 'ab'.repeat(32) },
  replace: true,
})

describe('the first publication', () => {
  it('is of root and all below it at once, and what a client that has pinned the root takes', async () => {
    const world = await World.of()
    const { state } = await world.repository()
    expect(accepted(await world.judge(world.fresh()))).toEqual(state)
    expect(await world.waits()).toEqual([])
  })

  it('waits for the signatures of targets, and goes by root only', async () => {
    const world = await World.waiting()
    await world.propose('targets', new History('targets').next(targetsFields()))
    expect(await codeOfPromise(world.publish('root'))).toBe('trust/threshold')
    await world.sign('targets', world.who.tara)
    expect(await codeOfPromise(world.publish('targets'))).toBe('trust/threshold')
    await world.publish('root')
  })

  it('is refused where another root is pinned', async () => {
    const world = await World.waiting()
    const other = await World.waiting(world.who)
    const roles = {
      root: [[world.who.ana]],
      targets: [[world.who.tara]],
      snapshot: [[world.who.sam]],
      timestamp: [[world.who.tim]],
    } as const
    await other.propose('root', new History('root').next(rootFields(roles)), [world.who.ana])
    world.context = { ...world.context, anchor: other.file(pendingName('root')) }
    expect(await faultOfPromise(world.publish('root'))).toBe('forked')
  })
})

describe('a delegated role', () => {
  it('comes, goes with a tombstone, and comes back as its own successor', async () => {
    const world = await World.of()
    const { tara, pia } = world.who
    const sleeper = world.fresh()
    let follower = accepted(await world.judge(world.fresh()))
    const step = async (): Promise<void> => {
      follower = accepted(await world.judge(follower))
      accepted(await world.judge(sleeper))
    }
    expect(await world.edit('targets', [delegation('p', [pia])])).toEqual(['targets', 'p'])
    await world.sign('targets', tara)
    expect(await codeOfPromise(world.publish('targets'))).toBe('trust/threshold')
    await world.sign('p', pia)
    expect(await codeOfPromise(world.publish('p'))).toBe('trust/threshold')
    await world.publish('targets')
    expect(await world.waits()).toEqual([])
    await step()

    await world.edit('p', [target('p/a')])
    await world.sign('p', pia)
    await world.publish('p')
    await step()
    const last = (await world.repository()).valid.delegated.get('p')?.document

    await world.edit('targets', [{ kind: 'delegation-remove', name: 'p' }])
    await world.sign('targets', tara)
    await world.publish('targets')
    await step()
    const { delegated, retired } = (await world.repository()).valid.snapshot.signed
    expect([[...delegated.keys()], retired.get('p')]).toEqual([[], last?.link])
    await world.edit('targets', [target('another')])
    await world.sign('targets', tara)
    await world.publish('targets')
    expect((await world.repository()).valid.snapshot.signed.retired.get('p')).toEqual(last?.link)

    expect(await world.edit('targets', [delegation('p', [pia])])).toEqual(['targets', 'p'])
    await world.sign('targets', tara)
    await world.sign('p', pia)
    await world.publish('targets')
    await step()
    const back = (await world.repository()).valid
    expect(back.delegated.get('p')?.document.signed).toMatchObject({ height: 2, previous: last?.link })
    expect([...back.snapshot.signed.retired]).toEqual([])
  })

  it('gets other keys together with a version that these have signed', async () => {
    const world = await World.of()
    const { tara, pia, mallory } = world.who
    await world.edit('targets', [delegation('p', [pia])])
    await world.sign('targets', tara)
    await world.sign('p', pia)
    await world.publish('targets')
    const other = await person()
    const follower = (await world.repository()).state
    const made = await world.edit('targets', [
      { kind: 'key-replace', role: 'p', keyId: pia.id, entry: { key: other.key } },
    ])
    expect(made).toEqual(['targets', 'p'])
    await world.sign('targets', tara)
    await world.sign('p', mallory, pia)
    expect(await codeOfPromise(world.publish('targets'))).toBe('trust/threshold')
    await world.sign('p', other)
    await world.publish('targets')
    accepted(await world.judge(follower))
  })
})

describe('a new root', () => {
  it('with other keys for targets takes the version along that these have signed', async () => {
    const world = await World.of()
    const { ana, bo, tara } = world.who
    const third = await person()
    const follower = (await world.repository()).state
    const made = await world.edit('root', [
      { kind: 'key-add', role: 'root', entry: { key: third.key } },
      { kind: 'key-remove', role: 'root', keyId: bo.id },
      { kind: 'key-replace', role: 'targets', keyId: tara.id, entry: { key: third.key } },
    ])
    expect(made).toEqual(['root', 'targets'])
    await world.sign('root', ana, third)
    await world.sign('targets', third)
    expect(await faultOfPromise(world.publish('root'))).toBe('root-old-threshold')
    await world.sign('root', bo)
    await world.publish('root')
    expect(accepted(await world.judge(follower)).root).toEqual((await world.repository()).valid.root.link)
    accepted(await world.judge(world.fresh()))
  })

  it('by itself needs another snapshot and another head', async () => {
    const world = await World.of()
    const before = (await world.repository()).valid.snapshot
    await world.edit('root', [{ kind: 'expires', date: '2028-01-01T00:00:00Z' }])
    await world.sign('root', world.who.ana, world.who.bo)
    await world.publish('root')
    const { snapshot, root } = (await world.repository()).valid
    expect([snapshot.signed.previous, snapshot.signed.root]).toEqual([before.link, root.link])
  })

  it('is published by the online keys that it names itself, and by no others', async () => {
    const world = await World.of()
    const { ana, bo, sam, tim } = world.who
    const other = await person()
    await world.edit('root', [{ kind: 'key-replace', role: 'snapshot', keyId: sam.id, entry: { key: other.key } }])
    await world.sign('root', ana, bo)
    expect(await codeOfPromise(world.publish('root'))).toBe('signer/absent')
    world.online = [signerOf(other, true), signerOf(tim)]
    expect(await codeOfPromise(world.publish('root'))).toBe('signer/absent')
    world.online = [signerOf(other), signerOf(tim)]
    await world.publish('root')
    accepted(await world.judge(world.fresh()))
  })

  it('is refused on a block of the one before that has too few signatures', async () => {
    const world = await World.of()
    const { ana, bo } = world.who
    await world.edit('root', [{ kind: 'expires', date: '2028-01-01T00:00:00Z' }])
    await world.sign('root', ana, bo)
    await world.publish('root')
    const { root } = (await world.repository()).valid
    const { signed } = dagJson.decode<{ signed: object }>(world.file(blockName(root.cid)))
    const poor = await world.block({ signatures: [], signed })
    await world.edit('root', [{ kind: 'expires', date: '2029-01-01T00:00:00Z' }])
    await world.change('root', { 'previous-version': poor })
    await world.sign('root', ana, bo)
    expect(await faultOfPromise(world.publish('root'))).toBe('root-threshold')
  })
})

describe('what is published', () => {
  it('is what was looked at: not another change that was put in its place', async () => {
    const world = await World.of()
    const { tara } = world.who
    await world.edit('targets', [target('good')])
    await world.sign('targets', tara)
    const looked = world.proposal('targets')
    await world.edit('targets', [target('evil')], true)
    await world.sign('targets', tara)
    expect(await codeOfPromise(world.published(looked))).toBe('trust/changed')
    await world.write(new Map([[pendingName('targets'), null]]))
    expect(await codeOfPromise(world.published(looked))).toBe('trust/changed')
  })

  it('never lacks a signature, is never over, and never stands beside its history', async () => {
    const world = await World.of()
    const { tara, mallory } = world.who
    await world.edit('targets', [target('good')])
    await world.sign('targets', mallory)
    expect(await faultOfPromise(world.publish('targets'))).toBe('targets-threshold')
    await world.sign('targets', tara)
    world.later(91)
    expect(await codeOfPromise(world.publish('targets'))).toBe('trust/expired')
    world.later(-91)
    await world.publish('targets')
    await world.propose('targets', new History('targets').next(targetsFields()), [tara])
    expect(await codeOfPromise(world.publish('targets'))).toBe('trust/changed')
  })

  it('is written before the head that leads there, and what waited goes last', async () => {
    const world = await World.of()
    await world.edit('targets', [target('good')])
    await world.sign('targets', world.who.tara)
    const names = [...(await world.published('targets')).keys()]
    expect(names.indexOf(headName)).toBe(names.length - 2)
    expect(names.at(-1)).toBe(pendingName('targets'))
  })

  it('stays reachable by links that are true, after 64 versions and more', { timeout: 120_000 }, async () => {
    const world = await World.of(await people())
    const sleeper = (await world.repository()).state
    for (let i = 0; i < 70; i++) {
      await world.edit('targets', [target(`file-${i}`)])
      await world.sign('targets', world.who.tara)
      await world.publish('targets')
    }
    const { valid, blocks } = await world.repository()
    expect(await auditHistory(blocks, valid.targets, 'targets')).toBe(71)
    expect(await auditHistory(blocks, valid.snapshot, 'snapshot')).toBe(71)
    accepted(await world.judge(sleeper))
  })
})
