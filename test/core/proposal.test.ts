// What a proposal's quorums say of it.
import { expect, test } from 'vitest'
import { areMet, impossibility, isComplete, openQuorums, type Proposal, type Quorum } from '../../src/core/proposal.ts'
import { waitedFor } from '../../src/core/quorum-words.ts'

function proposalOf(...quorums: readonly Pick<Quorum, 'threshold' | 'keys' | 'way'>[]): Proposal {
  const named = quorums.map((quorum, at) => ({ name: `Root ${at + 1}`, strangers: [], ...quorum }))
  return { title: 'Root 2', quorums: named } as unknown as Proposal
}

const keys = (count: number): Quorum['keys'] =>
  Array.from({ length: count }, (_, at) => ({ ids: [`${at}`], label: 'Ed25519', signed: true, rehearsal: false }))

test('a change that asks for more signatures than there are keys can never take effect, and says which keys', () => {
  const fine = { threshold: 2, keys: keys(2) }
  expect(impossibility(proposalOf(fine, fine))).toBeUndefined()
  expect(impossibility(proposalOf(fine, { threshold: 4, keys: keys(3) }))).toContain('Root 2')
  expect(impossibility(proposalOf({ threshold: 1, keys: [] }))).toContain('0 keys')
})

const quorum = (met: boolean, to?: string, by = ''): Pick<Quorum, 'threshold' | 'keys' | 'way'> => ({
  threshold: 1,
  keys: keys(1).map((key) => ({ ...key, signed: met })),
  ...(to === undefined ? {} : { way: { to, by } }),
})

test.each([
  ['nothing is signed by nobody', [], false],
  ['one of two ways is enough', [quorum(true, 'now', 'admin'), quorum(false, 'now', 'master')], true],
  ['none of two ways is not', [quorum(false, 'now', 'admin'), quorum(false, 'now', 'master')], false],
  [
    'half of each way is not',
    [quorum(true, 'now', 'a'), quorum(false, 'now', 'a'), quorum(true, 'now', 'b'), quorum(false, 'now', 'b')],
    false,
  ],
  ['each end needs a way', [quorum(true, 'now', 'admin'), quorum(false, 'then', 'admin')], false],
  ['a way spares nobody who has none', [quorum(true, 'now', 'admin'), quorum(false)], false],
  [
    'all of one way, and the rest',
    [quorum(true, 'now', 'a'), quorum(true, 'now', 'a'), quorum(false, 'now', 'b'), quorum(true)],
    true,
  ],
] as const)('%s', (_, quorums, expected) => {
  const proposal = proposalOf(...quorums)
  expect(isComplete(proposal)).toBe(expected)
  expect(areMet(proposal.quorums)).toBe(expected)
  const open = openQuorums(proposal.quorums)
  expect(open.length > 0 || quorums.length === 0).toBe(!expected)
  const counted = proposal.quorums.map((one) => ({ ...one, met: one.keys.every(({ signed }) => signed) }))
  expect(waitedFor(counted).map(({ name }) => name)).toEqual(open.map(({ name }) => name))
})

test('a way that nobody can go is no obstacle where there is another', () => {
  const never = { threshold: 2, keys: keys(1), way: { to: 'now', by: 'admin' } }
  expect(impossibility(proposalOf(never, { ...quorum(false, 'now', 'master') }))).toBeUndefined()
  expect(impossibility(proposalOf(never, { ...never, way: { to: 'now', by: 'master' } }))).toContain('Root 2')
})
