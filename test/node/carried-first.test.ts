// A first root at a desk: it is received into a place of which nothing is remembered, and signed there by its own keys.

import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { utf8 } from '../../src/core/bytes.ts'
import { isComplete, signedCount } from '../../src/core/proposal.ts'
import type { Signer } from '../../src/core/signer.ts'
import { carriedForms } from '../../src/core/systems/carried-forms.ts'
import { carriedLayout } from '../../src/core/systems/tuf/layouts/carried.ts'
import { parseRequest, requestBytes } from '../../src/core/transfer/request.ts'
import { memoryTransport } from '../../src/core/transport.ts'
import { receive, vouchedBy } from '../../src/node/carried/arrival.ts'
import { firstRequest, firstSource } from '../../src/node/carried/first.ts'
import { takeIn } from '../../src/node/carried/taking-in.ts'
import { type Desk, openDesk } from '../../src/node/desk.ts'
import { createRehearsalKey } from '../../src/node/signers/rehearsal.ts'
import { dangerousChange } from '../support/carried-request.ts'
import { noTokens } from '../support/no-tokens.ts'
import { never, now } from '../support/repository.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { codeOfPromise } from '../support/thrown.ts'

const people = ['Ana', 'Ben', 'Cleo']
let desk: Desk
let signers: Signer[]
let bytes: Uint8Array

beforeEach(async () => {
  desk = openDesk({
    ...{ dataDir: join(temporaryFolder(), 'home'), tokens: noTokens(), now: () => now },
    prompt: { pin: async () => utf8('unused'), touch: () => () => {} },
  })
  signers = []
  for (const name of [...people, 'Online'])
    signers.push(await createRehearsalKey(desk.workspace.rehearsal, name, 'ed25519', never))
  bytes = await newRequest(2)
})

async function newRequest(threshold: number): Promise<Uint8Array> {
  const named = signers.map((signer, at) => ({ signer, owner: people[at] ?? 'Online' }))
  const founding = {
    ...{ name: 'new', holders: named.slice(0, 3), threshold, expiryDays: 90, snapshotDays: 7, timestampDays: 1 },
    ...{ online: named[3] ?? { signer: signers[0] as Signer }, structure: { kind: 'none' } as const },
  }
  return (await firstRequest(founding, { askedBy: 'Ana', reason: 'it begins', at: now }, desk, never)).bytes
}

const place = () => firstSource('new', memoryTransport())
const options = { signal: never }

test('it is taken in, shown with its one quorum, signed by its own keys, and complete with their threshold', async () => {
  const source = place()
  const { proposal } = await receive(bytes, 'it', source, desk, options)
  expect(proposal.quorums.map(signedCount)).toEqual([0])
  const [waiting] = (await desk.pending(source, never)).proposals
  expect(waiting?.id).toBe(proposal.id)
  const first = await desk.approve(source, proposal.id, 'rehearsal:Ana', source.transport, never)
  expect(isComplete(first.proposal)).toBe(false)
  const second = await desk.approve(source, proposal.id, 'rehearsal:Cleo', source.transport, never)
  expect(isComplete(second.proposal)).toBe(true)
  expect(
    (await source.system.prove(second.proposal, source.transport, desk.context(source, never))).walks,
  ).toHaveLength(1)
  expect(await desk.workspace.sources()).toEqual([])
})

test('signatures that come with it again are added to those that were made here', async () => {
  const [here, there] = [place(), place()]
  const { proposal } = await receive(bytes, 'it', here, desk, options)
  await receive(bytes, 'it', there, desk, options)
  await desk.approve(here, proposal.id, 'rehearsal:Ana', here.transport, never)
  await desk.approve(there, proposal.id, 'rehearsal:Ben', there.transport, never)
  const signed = await desk.proposal(there, proposal.id, never)
  const carried = await there.system.carry(signed, there.transport, desk.context(there, never))
  const again = await receive(
    requestBytes({ ...parseRequest(bytes, 'it', carriedForms), ...carried }, carriedForms),
    'it',
    here,
    desk,
    options,
  )
  expect(again.proposal.quorums.map(signedCount)).toEqual([2])
})

test('another first root takes its place only when that is meant', async () => {
  const source = place()
  await receive(bytes, 'it', source, desk, options)
  const other = await newRequest(3)
  expect(await codeOfPromise(receive(other, 'other', source, desk, options))).toBe('source/conflict')
  const { proposal } = await receive(other, 'other', source, desk, { ...options, replace: true })
  expect(proposal.quorums.map(({ threshold }) => threshold)).toEqual([3])
})

test('a request that starts from a root is not taken in where nobody vouches for anything', async () => {
  const { bytes: later } = await dangerousChange()
  const source = place()
  expect(await codeOfPromise(receive(later, 'it', source, desk, options))).toMatch(/^trust\//)
  expect(await source.transport.list('', never)).toEqual([])
})

test('it is no change of a repository that is pinned here, and not imported: it is for a ceremony', async () => {
  const { office } = await dangerousChange()
  const { anchor } = office.repository
  await desk.workspace.add({ name: 'pinned', location: join(temporaryFolder(), 'pinned') }, anchor)
  expect(await vouchedBy(parseRequest(bytes, 'it', carriedForms), desk, now, never)).toEqual({ reasons: [] })
  const asked: unknown[] = []
  const pin = async (reasons: readonly string[]) => {
    asked.push(reasons)
    return { name: 'x', anchor }
  }
  const taking = takeIn({ name: 'it', bytes }, desk, { replace: false, pin, now, signal: never })
  expect(await codeOfPromise(taking)).toBe('usage/invalid')
  expect(asked).toEqual([])
})

test('the file that is written holds no signature, and public keys alone were asked for', async () => {
  const { files } = parseRequest(bytes, 'it', carriedForms)
  const root = files.get(carriedLayout.candidateName('root')) ?? new Uint8Array()
  expect(JSON.parse(new TextDecoder().decode(root))).toMatchObject({ signatures: [], signed: { version: 1 } })
})
