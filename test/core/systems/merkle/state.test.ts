// What is trusted of a repository of blocks, and what the next look is held against.
import { expect, test } from 'vitest'
import { toHex } from '../../../../src/core/bytes.ts'
import { digestOfLink, parseLink } from '../../../../src/core/systems/merkle/cid.ts'
import { parseAnchor } from '../../../../src/core/systems/merkle/repository.ts'
import { faultOfPromise } from '../../../support/thrown.ts'
import { Room } from './room.ts'

test('roles by version, date, and who signs them', async () => {
  const room = await Room.of()
  const { ana } = room.who
  await room.scene.addRoot({ timestamp: [[room.who.tara]] })
  await room.scene.snap()
  room.files.files.set('head.json', await room.scene.head(undefined, [room.who.tara]))
  room.keep()
  const context = { ...room.context, names: new Map([[toHex(ana.key.spki), 'Ana']]) }
  const state = await room.system.state(room.files, context)
  const root = parseAnchor(room.block(room.scene.last(room.scene.root)))
  expect(state.anchor).toMatchObject({ title: 'Root 2', version: 2, digest: digestOfLink(parseLink(root.pid, 'root')) })
  expect(state.roles.map(({ name, version, due }) => [name, version, due])).toEqual([
    ['root', 2, 'later'],
    ['timestamp', 2, 'later'],
    ['snapshot', 2, 'later'],
    ['targets', 1, 'later'],
    ['p', 3, 'later'],
  ])
  expect(state.roles[0]?.quorum.keys.map(({ owner, signed }) => [owner, signed])).toEqual([
    ['Ana', true],
    [undefined, true],
  ])
  expect(state.findings).toEqual([])
})

test('what has expired is told, and does not hide the rest', async () => {
  const room = await Room.of()
  room.context = { ...room.context, now: new Date('2027-07-01T00:00:00Z') }
  const state = await room.system.state(room.files, room.context)
  expect(state.findings.map(({ code }) => code)).toEqual(['expired', 'expired', 'expired', 'expired', 'expired'])
  expect(state.roles.map(({ due }) => due)).toEqual(['late', 'late', 'late', 'late', 'late'])
})

test('a head that goes back is refused by what was seen', async () => {
  const room = await Room.of()
  const before = room.files.files.get('head.json') ?? new Uint8Array()
  await room.scene.snap()
  await room.publish()
  const { memory } = await room.system.state(room.files, room.context)
  room.files.files.set('head.json', before)
  const looks = [room.system.state, room.system.pending]
  for (const look of looks)
    expect(await faultOfPromise(look(room.files, { ...room.context, memory }))).toBe('rolled-back')
  expect(await faultOfPromise(room.system.state(room.files, room.context))).toBe('ok')
})

test('a root that was pinned unsigned is the one that was signed later, by fewer or by all', async () => {
  const room = await Room.of()
  const { ana } = room.who
  const signed = room.scene.root.fork(0).next(room.rootFields())
  for (const by of [[], [ana]]) {
    room.context = { ...room.context, anchor: await room.envelope(signed, by) }
    expect((await room.system.state(room.files, room.context)).anchor.title).toBe('Root 1')
  }
  const other = room.scene.root.fork(0).next(room.rootFields({ root: [[ana], 1] }))
  room.context = { ...room.context, anchor: await room.envelope(other, [ana]) }
  expect(await faultOfPromise(room.system.state(room.files, room.context))).toBe('forked')
})
