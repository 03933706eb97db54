// Random lives of a repository: whatever people do to roles and keys, all of it can be published, and every head is taken by a
// client that follows each step, by one that sleeps, and by one that comes anew.
import { expect, it } from 'vitest'
import type { ClientState } from '../../../../src/core/systems/merkle/accept.ts'
import type { TufEdit } from '../../../../src/core/systems/tuf/edit/edit.ts'
import { type Person, person } from '../../../support/merkle.ts'
import { people } from './scene.ts'
import { accepted, delegation, signerOf, World } from './world.ts'

const lives = Number(process.env.COUNTERSIGN_LIVES ?? 40)
const steps = 4

/** Mulberry32: small, and the same everywhere. */
function randomBelow(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

const names = ['p', 'q']

class Life {
  readonly world: World
  readonly pool: readonly Person[]
  readonly below: (below: number) => number

  constructor(world: World, pool: readonly Person[], below: (below: number) => number) {
    this.world = world
    this.pool = pool
    this.below = below
  }

  pick<T>(list: readonly T[]): T {
    const one = list[this.below(list.length)]
    if (one === undefined) throw new Error('nothing to choose from')
    return one
  }

  keys(): Person[] {
    const [one, other] = [this.pick(this.pool), this.pick(this.pool)]
    return one === other ? [one] : [one, other]
  }

  /** What one person does, and to which document. */
  async act(): Promise<[string, TufEdit]> {
    const { valid } = await this.world.repository()
    if (this.below(4) === 0) {
      const role = this.pick(['root', 'targets', 'snapshot', 'timestamp'] as const)
      const held = valid.root.signed.roles.get(role)?.keyids ?? []
      const free = this.pool.filter(({ id }) => !held.includes(id))
      if (free.length === 0) return ['root', { kind: 'expires', date: '2030-01-01T00:00:00Z' }]
      return ['root', { kind: 'key-replace', role, keyId: this.pick(held), entry: { key: this.pick(free).key } }]
    }
    const subject = this.pick(['targets', 'targets', ...valid.delegated.keys()])
    const document = subject === 'targets' ? valid.targets : valid.delegated.get(subject)?.document
    const { delegations = [] } = document?.signed ?? {}
    const name = this.pick(names.filter((one) => one !== subject))
    const there = delegations.find((one) => one.name === name)
    if (there === undefined) {
      const by = this.keys()
      return [subject, delegation(name, by, 1 + this.below(by.length))]
    }
    if (this.below(3) === 0) return [subject, { kind: 'delegation-remove', name }]
    const free = this.pool.filter(({ id }) => !there.keyids.includes(id))
    const [next] = free
    if (next !== undefined && this.below(2) === 0)
      return [subject, { kind: 'key-replace', role: name, keyId: this.pick(there.keyids), entry: { key: next.key } }]
    const path = `${this.below(1000)}`
    return [subject, { kind: 'target-set', path, length: 1, hashes: { sha256: 'cd'.repeat(32) }, replace: true }]
  }

  /** Everything that waits, one after the other, as soon as nothing is missing. */
  async publishAll(): Promise<void> {
    for (const subject of await this.world.waits()) await this.world.sign(subject, ...this.pool)
    for (let left = await this.world.waits(); left.length > 0; left = await this.world.waits()) {
      const ready = await this.world.ready()
      expect(ready, `nothing of ${left} can be published`).not.toEqual([])
      await this.world.publish(ready[0] ?? '')
    }
  }
}

it(`all of ${lives}`, { timeout: 600_000 }, async () => {
  const first = Date.now() % 1_000_000
  const who = await people()
  const pool = [who.ana, who.bo, who.tara, who.sam, who.tim, who.pia, await person()]
  const begun = await World.of(who)
  let published = 0
  for (let seed = first; seed < first + lives; seed++) {
    const life = new Life(begun.copy(), pool, randomBelow(seed))
    const { world } = life
    world.online = pool.map((one) => signerOf(one))
    let follower = (await world.repository()).state
    const sleepers: ClientState[] = [world.fresh()]
    for (let step = 0; step < steps; step++) {
      sleepers.push(follower)
      const where = `seed ${seed}, step ${step}`
      const [subject, edit] = await life.act()
      await world.edit(subject, [edit])
      await life.publishAll()
      if (life.below(4) === 0) await world.renew()
      follower = accepted(await world.judge(follower), where)
      for (const sleeper of sleepers) accepted(await world.judge(sleeper), where)
      published++
    }
  }
  expect(published).toBe(lives * steps)
})
