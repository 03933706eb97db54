// What is due without any change: later dates, and nothing else.
import { expect, it } from 'vitest'
import { headName } from '../../../../src/core/systems/merkle/files.ts'
import { codeOfPromise } from '../../../support/thrown.ts'
import { accepted, signerOf, World } from './world.ts'

const day = 86_400_000

it('a head is made anew for the same snapshot while that has time left', async () => {
  const world = await World.of()
  const before = await world.repository()
  world.later(1)
  expect((await world.judge(world.fresh())).accepted).toBe(false)
  expect([...(await world.renew()).keys()]).toEqual([headName])
  const { timestamp, valid } = await world.repository()
  expect(valid.snapshot.cid).toBe(before.valid.snapshot.cid)
  expect(timestamp.signed.expires.getTime()).toBe(world.context.now.getTime() + day)
  accepted(await world.judge(before.state))
})

it('a snapshot in its last third is followed by one that lists the same', async () => {
  const world = await World.of()
  const before = await world.repository()
  world.later(5)
  const names = [...(await world.renew()).keys()]
  expect([names.length, names.at(-1)]).toEqual([2, headName])
  const { snapshot } = (await world.repository()).valid
  const { root, targets, delegated, retired } = before.valid.snapshot.signed
  expect(snapshot.signed).toMatchObject({ previous: before.valid.snapshot.link, height: 1 })
  expect(snapshot.signed).toMatchObject({ root, targets, delegated, retired })
  expect(snapshot.signed.expires.getTime()).toBe(world.context.now.getTime() + 7 * day)
  accepted(await world.judge(before.state))
})

it('a change that waits is left to people', async () => {
  const world = await World.of()
  await world.edit('targets', [{ kind: 'expires', date: '2027-09-01T00:00:00Z' }])
  await world.sign('targets', world.who.tara)
  world.later(5)
  await world.renew()
  expect(await world.waits()).toEqual(['targets'])
  expect((await world.repository()).valid.targets.signed.height).toBe(0)
})

it('periods are what whoever publishes says, within reason', async () => {
  const world = await World.of()
  world.options = { snapshotDays: 30, timestampDays: 2 }
  world.later(5)
  await world.renew()
  const { timestamp, valid } = await world.repository()
  const days = [valid.snapshot, timestamp].map(({ signed }) => (signed.expires.getTime() - +world.context.now) / day)
  expect(days).toEqual([30, 2])
  for (const snapshotDays of [0, 1.5, 4000]) {
    world.options = { snapshotDays, timestampDays: 1 }
    world.later(30)
    expect(await codeOfPromise(world.renew()), `${snapshotDays}`).toBe('usage/invalid')
    world.later(-30)
  }
})

it('needs the keys that root names, enough of them', async () => {
  const world = await World.of()
  for (const online of [[], [signerOf(world.who.sam)], [signerOf(world.who.sam), signerOf(world.who.mallory)]]) {
    world.online = online
    expect(await codeOfPromise(world.renew())).toBe('signer/absent')
  }
  world.online = [signerOf(world.who.tim)]
  await world.renew()
})
