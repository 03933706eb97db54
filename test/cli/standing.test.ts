// What is said of a change that was proposed: one sentence, and nothing that contradicts it.
import { expect, test } from 'vitest'
import type { Io } from '../../src/cli/command.ts'
import { withStanding } from '../../src/cli/standing.ts'
import type { Proposal } from '../../src/core/proposal.ts'
import { plainLayout } from '../../src/core/systems/tuf/layouts/plain.ts'
import type { OpenSource } from '../../src/node/desk.ts'
import type { Standing } from '../../src/node/transports/served.ts'

const key = { ids: ['ab'], label: 'Ed25519', rehearsal: false, owner: 'Ana' }
const change = (signed: boolean, fields: Partial<Proposal> = {}): Proposal =>
  ({
    ...{ id: 'root/ab', subject: 'root', title: 'Root 2', digest: 'ab', payload: new Uint8Array() },
    quorums: [{ name: 'Root 2', threshold: 1, keys: [{ ...key, signed }], strangers: [] }],
    ...fields,
  }) as Proposal
const io = { now: () => new Date(), signal: new AbortController().signal } as Io

async function said(proposals: readonly [Proposal, ...Proposal[]], standing?: Standing): Promise<string> {
  const served = standing === undefined ? {} : { served: { outcome: async () => standing } }
  const source = { ...served, layout: plainLayout, trust: { anchor: new Uint8Array(), memory: new Map() } }
  const all = await withStanding(
    { data: {}, lines: ['Root 2: a headline'] },
    proposals,
    'packages',
    source as unknown as OpenSource,
    io,
  )
  expect(all.lines[0]).toBe('Root 2: a headline')
  return all.lines.slice(2).join('\n')
}

test('what must be signed waits, with the call that signs all of it', async () => {
  expect(await said([change(false)])).toMatch(
    /^Root 2 waits for signatures\.\n\nTo sign exactly this:\n.* ab --key KEY$/,
  )
  const two = [change(false), change(false, { id: 'loom/cd', subject: 'loom', digest: 'cd' })] as const
  expect(await said(two)).toMatch(
    /^Root 2 and 1 more wait for signatures\.\n\nTo sign exactly these:\n.* ab cd --key KEY$/,
  )
})

test('what is signed by enough keys is ready, and nobody is asked to sign it', async () => {
  expect(await said([change(true)])).toBe('Root 2 is signed by enough keys and ready: countersign publish packages')
  const needs = [{ subject: 'targets', sentence: 'Targets 2 must be signed too: Ben' }]
  expect(await said([change(true, { needs })])).toBe(
    'Root 2 is signed by enough keys. Before it can be published: Targets 2 must be signed too: Ben.',
  )
  const blocked = { code: 'trust/expired', message: 'it is expired' } as const
  expect(await said([change(true, { blocked })])).toBe('Root 2 is signed, and cannot be published: it is expired.')
})

test('a repository that publishes by itself has the only word', async () => {
  expect(await said([change(true)], { kind: 'published' })).toBe(
    'Enough keys have signed: the repository has published Root 2.',
  )
  expect(await said([change(false)], { kind: 'waits' })).toMatch(
    /^Root 2: sent, and waiting in the repository for more signatures\.\n\nTo sign exactly this:/,
  )
  expect(await said([change(true)], { kind: 'waits', why: 'the snapshot is old' })).toBe(
    'Root 2: sent, and waiting in the repository: the snapshot is old.',
  )
})
