// Whoever can write into the folder, and holds no key that matters, makes nobody sign what does not follow.
import * as dagCbor from '@ipld/dag-cbor'
import { describe, expect, test } from 'vitest'
import { isComplete } from '../../../../src/core/proposal.ts'
import { blockName, pendingName } from '../../../../src/core/systems/merkle/files.ts'
import { History, targetsFields } from '../../../support/merkle.ts'
import { faultOf } from '../../../support/thrown.ts'
import { Room } from './room.ts'

async function problem(room: Room, subject: string): Promise<string> {
  const { proposals, problems } = await room.pending()
  const found = problems.find((one) => one.subject === subject)
  if (found !== undefined) return faultOf(found.error)
  return proposals.some((one) => one.subject === subject) ? 'shown' : 'nothing'
}

/** So that `p` in force is version 3, with a history that everybody can read. */
async function third(): Promise<Room> {
  const room = await Room.of()
  await room.scene.snap()
  await room.publish()
  return room
}

describe('candidates', () => {
  test('under the name of another role', async () => {
    const room = await third()
    const { pia } = room.who
    const next = room.scene.p.next(targetsFields())
    await room.put('targets', next, [pia])
    expect(await problem(room, 'targets')).toBe('trust/rollback')
    await room.put('root', next, [pia])
    expect(await problem(room, 'root')).toBe('wrong-type')
    await room.put('timestamp', next, [pia])
    expect(await problem(room, 'timestamp')).toBe('format/unsupported')
    // Of the height that is asked for, but of another history.
    await room.put('targets', {
      ...room.scene.targets.next(targetsFields()),
      'previous-version': room.scene.at(room.scene.p, 0),
    })
    expect(await problem(room, 'targets')).toBe('forked')
  })

  test('more than are read hide neither root nor targets, and are told', async () => {
    const room = await third()
    await room.put('targets', room.scene.targets.next(targetsFields({ p: [[room.who.pia]] })))
    for (let i = 0; i < 5000; i++) room.files.files.set(pendingName(`a${i}`), new Uint8Array(1))
    const { proposals, problems } = await room.pending()
    expect(proposals.map(({ subject }) => subject)).toEqual(['targets'])
    expect(problems.length).toBe(4096)
    expect(problems.filter(({ error }) => error.code === 'source/too-large').length).toBe(1)
    for (let i = 0; i < 5000; i++) room.files.files.delete(pendingName(`a${i}`))
    for (let i = 0; i < 80; i++) room.files.files.set(pendingName(`a${i}`), new Uint8Array(1024 * 1024))
    const large = await room.pending()
    expect(large.proposals.map(({ subject }) => subject)).toEqual(['targets'])
    expect(large.problems.length).toBeLessThan(70)
  })

  test('with links into another history', async () => {
    const room = await third()
    const { scene } = room
    const { pia } = room.who
    await scene.addP()
    await scene.snap()
    const fork = scene.p.fork(1)
    for (let i = 0; i < 3; i++) await fork.add(scene.store, [pia], targetsFields({}, {}))
    const forged = scene.p.fork(2)
    const other = await forged.add(scene.store, [pia], { ...targetsFields(), expires: '2027-08-01T00:00:00Z' })
    await room.publish()
    const next = { ...scene.p.next(targetsFields()), skip: [other, scene.at(scene.p, 0)] }
    await room.put('p', next, [pia])
    expect(await problem(room, 'p')).toBe('skip-lies')
    await room.put('p', { ...scene.p.next(targetsFields()), 'previous-version': other }, [pia])
    expect(await problem(room, 'p')).toBe('forked')
    await room.proposeRole('p', scene.p, [pia])
    expect(await problem(room, 'p')).toBe('shown')
  })

  test('with a link to a block that nobody has', async () => {
    const room = await third()
    const missing = room.scene.store.put({ not: 'there' })
    await room.put('p', { ...room.scene.p.next(targetsFields()), 'previous-version': missing })
    expect(await problem(room, 'p')).toBe('block-missing')
  })

  test('a root that follows an envelope of the root in force which lacks signatures', async () => {
    const room = await third()
    const { scene } = room
    const bare = await room.envelope(scene.root.fork(0).next(room.rootFields()), [room.who.ana])
    const cid = scene.store.putBytes(bare)
    room.files.files.set(blockName(cid.toString()), bare)
    await room.put('root', { ...scene.root.next(room.rootFields()), 'previous-version': cid })
    expect(await problem(room, 'root')).toBe('root-threshold')
    // One that has them is as good as the other.
    const full = await room.envelope(scene.root.fork(0).next(room.rootFields()), [
      room.who.ana,
      room.who.bo,
      room.who.mallory,
    ])
    const twin = scene.store.putBytes(full)
    room.files.files.set(blockName(twin.toString()), full)
    await room.put('root', { ...scene.root.next(room.rootFields()), 'previous-version': twin })
    expect(await problem(room, 'root')).toBe('shown')
  })

  test('too large, in the other codec, or not in the one form; and none hides another', async () => {
    const room = await third()
    const { files } = room.files
    const good = await room.proposeRole('p', room.scene.p)
    await room.proposeTargets({ p: [[room.who.pia]] })
    files.set(pendingName('root'), new Uint8Array(1024 * 1024 + 1))
    expect(await problem(room, 'root')).toBe('source/too-large')
    files.set(pendingName('root'), dagCbor.encode({ signatures: [], signed: room.scene.root.next(room.rootFields()) }))
    expect(await problem(room, 'root')).toBe('not-canonical')
    files.set(pendingName('p'), new Uint8Array([...good, 0x0a]))
    expect(await problem(room, 'p')).toBe('not-canonical')
    expect(await problem(room, 'targets')).toBe('shown')
  })

  test('signatures by strangers, and broken ones, count for nothing', async () => {
    const room = await third()
    const { pia, mallory } = room.who
    await room.proposeRole('p', room.scene.p, [mallory, { ...mallory, id: pia.id }])
    const { quorums, findings } = await room.proposal('p')
    expect(quorums[0]?.keys.map(({ signed, reason }) => [signed, reason !== undefined])).toEqual([[false, true]])
    expect(findings.map(({ code }) => code)).toEqual(expect.arrayContaining(['signature-broken', 'signature-stranger']))
  })

  test('a name that is a trap is blocked', async () => {
    const room = await third()
    const content = room.scene.store.putBytes(new Uint8Array([1]), 0x55)
    await room.proposeTargets({ p: [[room.who.pia]] }, [], { '../../etc/passwd': { content, length: 1 } })
    expect((await room.proposal('targets')).blocked?.code).toBe('format/malformed')
  })
})

test('a role that was taken away comes back after its last version, never before it', async () => {
  const room = await third()
  const { scene } = room
  const { pia } = room.who
  await scene.addTargets({})
  await scene.snap({ delegated: {}, retired: { p: scene.last(scene.p) } })
  await room.publish()
  await room.proposeTargets({ p: [[pia]] })
  await room.proposeRole('p', new History('targets'), [pia])
  expect(await problem(room, 'p')).toBe('trust/changed')
  await room.proposeRole('p', scene.p.fork(2), [pia])
  expect(await problem(room, 'p')).toBe('trust/changed')
  await room.proposeRole('p', scene.p, [pia])
  expect(isComplete(await room.proposal('p'))).toBe(true)
  // What this machine saw itself goes before a tombstone that the snapshot's key alone has made up.
  const seen = await room.system.state(room.files, room.context)
  room.context = { ...room.context, memory: seen.memory }
  expect(isComplete(await room.proposal('p'))).toBe(true)
})

test('what this machine saw of a role goes before a tombstone that only the keys of snapshot vouch for', async () => {
  const room = await third()
  const { scene } = room
  const { pia, mallory } = room.who
  const { memory = new Map() } = await room.system.state(room.files, room.context)
  await scene.addTargets({})
  await scene.addRoot({ snapshot: [[mallory]] })
  await scene.snap({ delegated: {}, retired: { p: scene.at(scene.p, 1) } }, [mallory])
  await room.publish()
  await room.proposeTargets({ p: [[pia]] })
  await room.proposeRole('p', scene.p.fork(2), [pia])
  expect(await problem(room, 'p')).toBe('shown')
  room.context = { ...room.context, memory }
  expect(await problem(room, 'p')).toBe('trust/changed')
  await room.proposeRole('p', scene.p, [pia])
  expect(await problem(room, 'p')).toBe('shown')
})
