// What a change cannot take effect without, told before it is published.
import { describe, expect, it } from 'vitest'
import { pendingName } from '../../../../src/core/systems/merkle/files.ts'
import { History, person, targetsFields } from '../../../support/merkle.ts'
import { codeOfPromise } from '../../../support/thrown.ts'
import { delegation, World } from './world.ts'

async function needs(world: World, subject: string): Promise<[string, true?][]> {
  return (await world.needs(subject)).map((one) => (one.together === true ? [one.subject, true] : [one.subject]))
}

async function withRole(): Promise<World> {
  const world = await World.of()
  await world.edit('targets', [delegation('p', [world.who.pia])])
  await world.sign('targets', world.who.tara)
  await world.sign('p', world.who.pia)
  await world.publish('targets')
  return world
}

describe('a change', () => {
  it('by itself needs nothing', async () => {
    const world = await World.of()
    await world.edit('targets', [{ kind: 'expires', date: '2027-09-01T00:00:00Z' }])
    expect(await needs(world, 'targets')).toEqual([])
  })

  it('that delegates needs the first version of the role, which goes along with it', async () => {
    const world = await World.of()
    await world.edit('targets', [delegation('p', [world.who.pia])])
    expect([await needs(world, 'targets'), await needs(world, 'p')]).toEqual([[['p']], [['targets', true]]])
    await world.sign('p', world.who.mallory)
    expect(await needs(world, 'targets')).toEqual([['p']])
    await world.sign('p', world.who.pia)
    expect([await needs(world, 'targets'), await needs(world, 'p')]).toEqual([[], [['targets', true]]])
    await world.write(new Map([[pendingName('p'), null]]))
    expect(await needs(world, 'targets')).toEqual([['p']])
  })

  it('that gives a role other keys needs its next version, and that one is not used up before', async () => {
    const world = await withRole()
    const { pia, tara } = world.who
    const other = await person()
    await world.edit('targets', [{ kind: 'key-replace', role: 'p', keyId: pia.id, entry: { key: other.key } }])
    await world.sign('p', pia)
    expect([await needs(world, 'targets'), await needs(world, 'p')]).toEqual([[['p']], [['targets', true]]])
    expect(await codeOfPromise(world.publish('p'))).toBe('trust/threshold')
    await world.sign('p', other)
    expect([await needs(world, 'targets'), await needs(world, 'p')]).toEqual([[], [['targets', true]]])
    await world.sign('targets', tara)
    await world.publish('targets')
  })

  it('of a role itself is published by itself where its keys stay', async () => {
    const world = await withRole()
    await world.edit('targets', [{ kind: 'expires', date: '2027-09-01T00:00:00Z' }])
    await world.edit('p', [{ kind: 'expires', date: '2027-09-01T00:00:00Z' }])
    expect([await needs(world, 'targets'), await needs(world, 'p')]).toEqual([[], []])
  })

  it('needs a version that all who delegate to the role are content with', async () => {
    const world = await withRole()
    const { pia, mallory, tara } = world.who
    await world.edit('targets', [delegation('q', [tara])])
    await world.sign('targets', tara)
    await world.sign('q', tara)
    await world.publish('targets')
    // Both delegate to p now, and q to somebody else.
    expect(await world.edit('q', [delegation('p', [mallory])])).toEqual(['q', 'p'])
    await world.sign('q', tara)
    await world.sign('p', mallory)
    expect(await needs(world, 'q')).toEqual([['p']])
    await world.sign('p', pia)
    expect(await needs(world, 'q')).toEqual([])
    await world.publish('q')
    expect((await world.repository()).valid.delegated.get('p')?.by).toHaveLength(2)
  })

  it('of root that gives targets other keys needs what these have signed', async () => {
    const world = await World.of()
    const other = await person()
    const { ana, bo, tara } = world.who
    await world.edit('root', [{ kind: 'key-replace', role: 'targets', keyId: tara.id, entry: { key: other.key } }])
    await world.sign('root', ana, bo)
    expect([await needs(world, 'root'), await needs(world, 'targets')]).toEqual([[['targets']], [['root', true]]])
    await world.sign('targets', other)
    expect(await needs(world, 'root')).toEqual([])
  })

  it('takes nothing along that stands elsewhere in history, whoever has signed it', async () => {
    const world = await withRole()
    const { pia, tara } = world.who
    const other = await person()
    await world.edit('targets', [{ kind: 'key-replace', role: 'p', keyId: pia.id, entry: { key: other.key } }])
    await world.sign('targets', tara)
    await world.propose('p', new History('targets').next(targetsFields()), [other])
    expect(await needs(world, 'targets')).toEqual([['p']])
    expect(await codeOfPromise(world.publish('targets'))).toBe('trust/threshold')
  })

  it('is told with the names that this machine has for keys', async () => {
    const world = await World.of()
    await world.edit('targets', [delegation('p', [world.who.pia])])
    const [unnamed] = await world.needs('targets')
    world.name(world.who.pia, 'Pia')
    const [named] = await world.needs('targets')
    expect([unnamed?.sentence.endsWith('Pia'), named?.sentence.endsWith('Pia')]).toEqual([false, true])
  })
})
