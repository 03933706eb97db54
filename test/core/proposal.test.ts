// What a proposal's quorums say of it.
import { expect, test } from 'vitest'
import { impossibility, type Proposal, type Quorum } from '../../src/core/proposal.ts'

function proposalOf(...quorums: readonly Pick<Quorum, 'threshold' | 'keys'>[]): Proposal {
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
