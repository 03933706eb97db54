// What a complete change does to clients, before it is published.
import { expect, test } from 'vitest'
import { blockName } from '../../../../src/core/systems/merkle/files.ts'
import { History, targetsFields } from '../../../support/merkle.ts'
import { codeOfPromise, faultOfPromise } from '../../../support/thrown.ts'
import { Room } from './room.ts'

const prove = async (room: Room, subject: string) =>
  room.system.prove(await room.proposal(subject), room.files, room.context)

test('a root: from each that somebody may hold', async () => {
  const room = await Room.of()
  const { ana, bo } = room.who
  for (let i = 0; i < 2; i++) await room.scene.addRoot({})
  await room.scene.snap()
  await room.publish()
  await room.proposeRoot({ targets: [[room.who.tara], 1] })
  expect(await codeOfPromise(prove(room, 'root'))).toBe('trust/threshold')
  await room.sign('root', ana, bo)
  const { walks, files, quorums } = await prove(room, 'root')
  expect(walks.map(({ from, steps }) => [from.version, steps])).toEqual([
    [1, [2, 3, 4]],
    [2, [3, 4]],
    [3, [4]],
  ])
  expect(quorums.map(({ signed }) => signed)).toEqual([2, 2])
  expect([...files.keys()]).toHaveLength(1)
  // Who has lost a root on the way leads nobody there.
  room.files.files.delete(blockName(room.scene.at(room.scene.root, 1).toString()))
  expect(await faultOfPromise(room.system.pending(room.files, room.context))).toBe('block-missing')
})

test('the first root is what its clients begin with', async () => {
  const room = await Room.of()
  const { ana, bo, tara } = room.who
  room.files.files.clear()
  const bytes = await room.put('root', room.scene.root.fork(0).next(room.rootFields()))
  room.context = { ...room.context, anchor: bytes }
  await room.put('targets', new History('targets').next(targetsFields()))
  await room.sign('root', ana, bo)
  // A root alone is no repository.
  expect(await codeOfPromise(prove(room, 'root'))).toBe('trust/threshold')
  await room.sign('targets', tara)
  const { walks } = await prove(room, 'root')
  expect(walks.map(({ steps }) => steps)).toEqual([[]])
})

test('a role: from the version in force, and not by itself where it needs another', async () => {
  const room = await Room.of()
  const { ana, pia, tara } = room.who
  await room.proposeRole('p', room.scene.p.fork(2))
  expect(await codeOfPromise(prove(room, 'p'))).toBe('trust/threshold')
  await room.sign('p', pia)
  expect((await prove(room, 'p')).walks.map(({ from, steps }) => [from.title, steps])).toEqual([['Role p 2', [3]]])
  await room.proposeTargets({ p: [[pia]], q: [[ana]] }, [tara])
  expect(await codeOfPromise(prove(room, 'targets'))).toBe('trust/threshold')
  await room.proposeRole('q', new History('targets'), [ana])
  expect((await prove(room, 'targets')).walks).toHaveLength(1)
  expect(await codeOfPromise(prove(room, 'q'))).toBe('trust/threshold')
})

test('what does not wait any more is not proven', async () => {
  const room = await Room.of()
  await room.proposeRole('p', room.scene.p.fork(2), [room.who.pia])
  const before = await room.proposal('p')
  await room.put('p', { ...room.scene.p.fork(2).next(targetsFields()), expires: '2027-05-01T00:00:00Z' }, [
    room.who.pia,
  ])
  expect(await codeOfPromise(room.system.prove(before, room.files, room.context))).toBe('trust/changed')
})

test('through the trust system it is drafted, signed, published and renewed', async () => {
  const room = await Room.of()
  const { pia, sam, tim } = room.who
  const document = await room.envelope(room.scene.p.fork(2).next(targetsFields()), [])
  const { system, files, context } = room
  const write = (changes: Awaited<ReturnType<typeof system.draft>>) =>
    files.write(changes, new Map(), 'x', context.signal)
  await write(await system.draft({ subject: 'p', document }, files, context))
  await room.sign('p', pia)
  const online = [sam, tim].map((one) => room.signer(one))
  await write(await system.publish(await room.proposal('p'), online, files, context))
  expect((await room.pending()).proposals).toEqual([])
  const state = await system.state(files, context)
  expect(state.roles.find(({ name }) => name === 'p')?.version).toBe(3)
  await write(await system.renew(online, files, { ...context, memory: state.memory }))
  expect(await faultOfPromise(system.state(files, { ...context, memory: state.memory }))).toBe('ok')
})
