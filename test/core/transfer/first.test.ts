// The first root of a repository goes alone: nobody vouches for it, everything in it is new, and its own keys complete it.
import { beforeEach, describe, expect, test } from 'vitest'
import { approve } from '../../../src/core/approve.ts'
import { isComplete, type Proposal } from '../../../src/core/proposal.ts'
import type { Context } from '../../../src/core/system.ts'
import { carriedForms } from '../../../src/core/systems/carried-forms.ts'
import { type KeyHolder, type RepositoryPlan, unsignedRoot } from '../../../src/core/systems/tuf/create.ts'
import { carriedLayout } from '../../../src/core/systems/tuf/layouts/carried.ts'
import { plainLayout } from '../../../src/core/systems/tuf/layouts/plain.ts'
import { tufSystem } from '../../../src/core/systems/tuf/system.ts'
import { chainOf } from '../../../src/core/transfer/compared-root.ts'
import { lookAtRequest } from '../../../src/core/transfer/look.ts'
import { parseRequest, requestBytes, type TransferRequest } from '../../../src/core/transfer/request.ts'
import { memoryTransport, type Transport } from '../../../src/core/transport.ts'
import { dangerousChange } from '../../support/carried-request.ts'
import { holder, never, now, softwareSigner, testRepository } from '../../support/repository.ts'
import { codeOfCall, codeOfPromise } from '../../support/thrown.ts'

const system = tufSystem(carriedLayout)
const name = carriedLayout.candidateName('root')
const context: Context = { anchor: new Uint8Array(), now, signal: never }
let holders: readonly KeyHolder[]
let source: Transport & { files: Map<string, Uint8Array> }
let request: TransferRequest

const pending = async (): Promise<Proposal> => {
  const { proposals, problems } = await system.pending(source, context)
  const [proposal] = proposals
  if (proposal === undefined) throw problems[0]?.error ?? new Error('nothing waits')
  return proposal
}

const sign = async (...who: readonly number[]): Promise<Proposal> => {
  for (const at of who) {
    const signer = holders[at]?.signer ?? (await softwareSigner('nobody'))
    await approve((await pending()).id, system, source, source, signer, context)
  }
  return pending()
}

const look = (of: TransferRequest) =>
  lookAtRequest(requestBytes(of, carriedForms), 'it', carriedForms, { now, signal: never })

async function rootPlan(people: readonly KeyHolder[], threshold: number): Promise<RepositoryPlan> {
  const role = { holders: people, threshold, expiryDays: 365 }
  const machine = { holders: [{ signer: await softwareSigner('online') }], threshold: 1, expiryDays: 7 }
  return { root: role, targets: role, snapshot: machine, timestamp: machine }
}

beforeEach(async () => {
  holders = await Promise.all(['Ana', 'Ben', 'Cleo'].map((owner) => holder(owner)))
  source = memoryTransport(new Map([[name, unsignedRoot(await rootPlan(holders, 2), { now })]]))
  const proposal = await pending()
  const words = { repository: 'new', askedBy: 'Ana', reason: 'it begins', madeAt: '2026-03-01T12:00:00Z' }
  const carried = await system.carry(proposal, source, context)
  request = {
    ...{ system: 'tuf', subject: 'root', digest: proposal.digest, ...carried, ...words, holders: new Map() },
  }
})

describe('the request', () => {
  test('holds the root alone, and no root that it starts from', async () => {
    expect(request.anchor).toBe('')
    expect([...request.files.keys()]).toEqual([name])
    expect(parseRequest(requestBytes(request, carriedForms), 'it', carriedForms)).toEqual(request)
  })

  test('is shown as new in every field, with one quorum of its own keys, and a finding that nobody vouches for it', async () => {
    const { proposal, anchor, form, words } = await look(request)
    expect(anchor).toBeUndefined()
    expect(words).toHaveLength(32)
    expect(proposal.changes.every(({ before }) => before === undefined)).toBe(true)
    expect(proposal.quorums.map((one) => [one.name, one.threshold, one.keys.length])).toEqual([['Root 1', 2, 3]])
    expect(proposal.findings.filter(({ code }) => code === 'first-root').map(({ risk }) => risk)).toEqual(['dangerous'])
    expect(await chainOf({ request, anchor, form })).toEqual([])
  })

  test('may be partly signed', async () => {
    await sign(0)
    const carried = await system.carry(await pending(), source, context)
    const { proposal } = await look({ ...request, ...carried })
    expect(proposal.quorums[0]?.keys.map(({ signed }) => signed)).toEqual([true, false, false])
  })

  test.each<[string, (of: TransferRequest) => Partial<TransferRequest>]>([
    [
      'another file beside it',
      ({ files }) => ({ files: new Map([...files, ['metadata/2.root.json', new Uint8Array()]]) }),
    ],
    [
      'the root under another name',
      ({ files }) => ({ files: new Map([['metadata/1.root.json', files.get(name) ?? new Uint8Array()]]) }),
    ],
    ['another subject', () => ({ subject: 'targets' })],
    ['no file', () => ({ files: new Map() })],
  ])('is refused with %s', (_, wrong) => {
    expect(codeOfCall(() => requestBytes({ ...request, ...wrong(request) }, carriedForms))).toBe('format/malformed')
  })

  test('of a later root must start from one', async () => {
    const { request: later } = await dangerousChange()
    const candidate = later.files.get(name) ?? new Uint8Array()
    const alone = { ...later, anchor: '', files: new Map([[name, candidate]]) }
    expect(await codeOfPromise(look(alone))).toBe('trust/rollback')
  })

  test('takes no version to start from', async () => {
    expect(await codeOfPromise(system.carry(await pending(), source, context, 1))).toBe('usage/invalid')
  })
})

describe('signing it', () => {
  test('is complete with the threshold of its own keys, and not before', async () => {
    expect(isComplete(await sign(1))).toBe(false)
    expect(isComplete(await sign(2))).toBe(true)
  })

  test('counts no key that it does not name', async () => {
    expect(await codeOfPromise(sign(9))).toBe('signer/wrong-key')
  })

  test('makes nothing trusted, however many have signed', async () => {
    expect(await codeOfPromise(system.state(source, context))).toBe('trust/threshold')
    await sign(0, 1, 2)
    expect(await codeOfPromise(system.state(source, context))).toBe('trust/threshold')
  })

  test('is not for a place where a root is in force', async () => {
    const { anchor } = await testRepository()
    source.files.set('metadata/1.root.json', anchor)
    expect(await codeOfPromise(pending())).toBe('trust/changed')
  })

  test('comes before everything else', async () => {
    const { source: other } = await testRepository()
    source.files.set(
      carriedLayout.candidateName('targets'),
      other.files.get('metadata/1.targets.json') ?? new Uint8Array(),
    )
    const { proposals } = await system.pending(source, context)
    expect(proposals.map(({ subject, blocked }) => [subject, blocked?.code])).toEqual([
      ['root', undefined],
      ['targets', 'usage/invalid'],
    ])
  })
})

describe('what it proves', () => {
  test('a client that begins with it accepts its own signatures', async () => {
    const proposal = await sign(0, 2)
    for (const one of [system, tufSystem(plainLayout)]) {
      const { quorums, walks, files } = await one.prove(proposal, source, context)
      expect(quorums).toEqual([{ name: 'Root 1', threshold: 2, signed: 2 }])
      expect(walks.map(({ from, steps }) => [from.version, from.digest, steps])).toEqual([[1, proposal.digest, []]])
      expect([...files]).toEqual([['metadata/1.root.json', proposal.after]])
    }
  })

  test('nothing before enough have signed', async () => {
    expect(await codeOfPromise(system.prove(await sign(0), source, context))).toBe('trust/threshold')
  })

  test('nothing where a later root lies, to which clients would go on or stop', async () => {
    const { request: later } = await dangerousChange()
    const proposal = await sign(0, 1)
    source.files.set('metadata/2.root.json', later.files.get(name) ?? new Uint8Array())
    expect(await codeOfPromise(system.prove(proposal, source, context))).toMatch(/^trust\//)
  })
})
