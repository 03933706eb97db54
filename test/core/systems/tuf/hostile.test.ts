// What an attacker who may propose, delegate or write files tried, and must not succeed with.
import { Point } from '@noble/ed25519'
import { sha512 } from '@noble/hashes/sha2.js'
import { beforeEach, describe, expect, test } from 'vitest'
import { approve, publish, renew } from '../../../../src/core/approve.ts'
import { concatBytes, toHex, utf8 } from '../../../../src/core/bytes.ts'
import { verifyAnchorSignature, verifySignature } from '../../../../src/core/crypto.ts'
import type { JsonObject } from '../../../../src/core/json.ts'
import { spkiOfRawEd25519 } from '../../../../src/core/key.ts'
import { type Proposal, signedCount } from '../../../../src/core/proposal.ts'
import type { Signer } from '../../../../src/core/signer.ts'
import type { TrustSystem } from '../../../../src/core/system.ts'
import { updateRoot } from '../../../../src/core/systems/tuf/client.ts'
import { holderKey } from '../../../../src/core/systems/tuf/create.ts'
import { encodeMetadata } from '../../../../src/core/systems/tuf/encode.ts'
import { expiryOf, isSpecDate } from '../../../../src/core/systems/tuf/expiry.ts'
import { isPathMatch } from '../../../../src/core/systems/tuf/glob.ts'
import { plainLayout } from '../../../../src/core/systems/tuf/layouts/plain.ts'
import { parseMetadata } from '../../../../src/core/systems/tuf/metadata.ts'
import { insertSignature } from '../../../../src/core/systems/tuf/signature-slot.ts'
import { tufSystem } from '../../../../src/core/systems/tuf/system.ts'
import { memoryTransport } from '../../../../src/core/transport.ts'
import {
  days,
  idOf,
  never,
  put,
  signed,
  signedOf,
  softwareSigner,
  type TestRepository,
  testRepository,
} from '../../../support/repository.ts'
import { codeOfCall, codeOfPromise } from '../../../support/thrown.ts'

const system = tufSystem(plainLayout)
let repository: TestRepository

beforeEach(async () => {
  repository = await testRepository()
})

const people = (): { id: string; signer: Signer }[] =>
  repository.holders.map((one) => ({ id: idOf(one), signer: one.signer }))
const rootFields = (): Record<string, never> =>
  ({ ...signedOf(repository, '1.root.json', 'root'), version: 2, expires: days(300) }) as never
const pending = (): ReturnType<TrustSystem['pending']> => system.pending(repository.source, repository.context)

async function onlyProposal(): Promise<Proposal> {
  const { proposals, problems } = await pending()
  if (proposals[0] === undefined) throw problems[0]?.error ?? new Error('nothing waits')
  return proposals[0]
}

async function release(online: readonly Signer[], by: TrustSystem = system): Promise<unknown> {
  const { id } = await onlyProposal()
  return publish(id, by, repository.source, repository.source, online, repository.context)
}

describe('dates', () => {
  test.each([
    '2027-02-31T00:00:00Z',
    '2027-01-01T24:00:00Z',
    '0000-01-01T00:00:00Z',
    '2027-01-01T00:00:60Z',
    '2027-13-01T00:00:00Z',
    '2027-01-01T00:00:00+99:00',
    '10000-01-01T00:00:00Z',
  ])('%s is no date', (text) => {
    expect(isSpecDate(text)).toBe(false)
    expect(codeOfCall(() => expiryOf(text, 'root'))).toBe('format/malformed')
  })

  test.each([
    ['2024-02-29T23:59:59Z', '2024-02-29T23:59:59.000Z'],
    ['2021-12-18T13:28:12.99008-06:00', '2021-12-18T19:28:12.000Z'],
    ['2021-12-18T13:28:12+05:30', '2021-12-18T07:58:12.000Z'],
    ['2021-12-18T00:28:12-00:30', '2021-12-18T00:58:12.000Z'],
  ])('%s means %s', (text, moment) => {
    expect(expiryOf(text, 'root').toISOString()).toBe(moment)
  })

  test('a candidate with a date that the calendar lacks cannot be signed', async () => {
    put(repository, 'metadata/pending/root.json', encodeMetadata({ ...rootFields(), expires: '2027-02-31T00:00:00Z' }))
    expect((await pending()).problems.map((one) => one.error.code)).toEqual(['format/malformed'])
  })
})

describe('rehearsal keys and real roles', () => {
  test('a real root that names the key of a rehearsal for snapshot and timestamp gets nothing from it', async () => {
    const rehearsal = await softwareSigner('online', 'ed25519', true)
    const { id, raw } = holderKey({ signer: { ...rehearsal, rehearsal: false } })
    const fields = rootFields() as Record<string, Record<string, unknown>>
    fields.keys = { ...fields.keys, [id]: raw }
    for (const role of ['snapshot', 'timestamp'])
      fields.roles = { ...fields.roles, [role]: { keyids: [id], threshold: 1 } }
    put(repository, 'metadata/pending/root.json', await signed(fields as never, 'root', people()))
    expect(await codeOfPromise(release([rehearsal]))).toBe('signer/absent')
  })

  test('a candidate that calls one of its keys a rehearsal key does not make a real root a rehearsal', async () => {
    const rehearsal = await softwareSigner('you', 'ed25519', true)
    const { id, raw } = holderKey({ signer: rehearsal })
    const fields = rootFields() as Record<string, Record<string, unknown>>
    fields.keys = { ...fields.keys, [id]: raw }
    const root = fields.roles?.root as { keyids: string[] }
    root.keyids.push(id)
    put(repository, 'metadata/pending/root.json', encodeMetadata(fields as never))
    const { id: proposal } = await onlyProposal()
    const attempt = approve(proposal, system, repository.source, repository.source, rehearsal, repository.context)
    expect(await codeOfPromise(attempt)).toBe('signer/unsupported')
  })
})

describe('files that others wrote', () => {
  test('another spelling of a candidate’s name is a problem, and hides nothing', async () => {
    const bytes = encodeMetadata(rootFields())
    put(repository, 'metadata/pending/root.json', bytes)
    for (const name of ['%72oot.json', '%zz.json', 'a/b.json']) put(repository, `metadata/pending/${name}`, bytes)
    const { proposals, problems } = await pending()
    expect(proposals.map((one) => one.subject)).toEqual(['root'])
    expect(problems.map((one) => one.error.code)).toEqual(['format/malformed', 'format/malformed', 'format/malformed'])
  })

  test('a published version is never overwritten by another', async () => {
    const targets = { ...signedOf(repository, '1.targets.json', 'targets'), version: 2, expires: days(90) }
    put(repository, 'metadata/pending/targets.json', await signed(targets, 'targets', people()))
    await release([])
    const first = repository.source.files.get('metadata/2.targets.json')
    put(
      repository,
      'metadata/pending/targets.json',
      await signed({ ...targets, expires: days(91) }, 'targets', people()),
    )
    expect(await codeOfPromise(release([]))).toBe('source/conflict')
    expect(repository.source.files.get('metadata/2.targets.json')).toBe(first)
  })

  test('a delegated role that a disk may take for root is not published', async () => {
    const keys = signedOf(repository, '1.root.json', 'root').keys
    const role = {
      name: 'ROOT',
      keyids: people().map((one) => one.id),
      threshold: 2,
      terminating: true,
      paths: ['x/*'],
    }
    const targets = {
      ...signedOf(repository, '1.targets.json', 'targets'),
      version: 2,
      delegations: { keys, roles: [role] },
    }
    put(repository, 'metadata/pending/targets.json', await signed(targets as never, 'targets', people()))
    const own = { ...signedOf(repository, '1.targets.json', 'targets'), version: 1, expires: days(90) }
    put(repository, 'metadata/pending/ROOT.json', await signed(own, 'targets', people()))
    const { proposals } = await pending()
    expect(proposals.map(({ title }) => title)).toEqual(['Role ROOT 1', 'Targets 2'])
    const { id } = proposals[1] as Proposal
    const published = publish(id, system, repository.source, repository.source, repository.online, repository.context)
    expect(await codeOfPromise(published)).toBe('format/unsupported')
  })

  test('megabytes of white space in a signature list cost nothing', () => {
    const space = ' '.repeat(1_000_000)
    const text = `{"signatures":[{"keyid":"aa","sig":"00"${space}}],"signed":${JSON.stringify(signedOf(repository, '1.root.json', 'root'))}}`
    const result = insertSignature(utf8(text), 'bb', '11')
    expect(result.length - text.length).toBeLessThan(200)
  })

  test('a bracket that is never closed, eighty thousand times', () => {
    expect(isPathMatch('['.repeat(80_000), 'a')).toBe(false)
  })

  test('a root with thousands of key ids is refused', () => {
    const fields = rootFields() as Record<string, Record<string, unknown>>
    const keyids = Array.from({ length: 30_000 }, (_, i) => i.toString(16).padStart(64, '0'))
    const bytes = encodeMetadata({ ...fields, roles: { ...fields.roles, root: { keyids, threshold: 1 } } } as never)
    expect(codeOfCall(() => parseMetadata(bytes, 'root', 'root'))).toBe('format/malformed')
  })

  test('2^32 bins named by one number do not hang a reviewer', async () => {
    const keys = signedOf(repository, '1.root.json', 'root').keys
    const succinct = { keyids: people().map((one) => one.id), threshold: 2, bit_length: 32, name_prefix: 'bin' }
    const delegations = { keys, succinct_roles: succinct }
    const targets = { ...signedOf(repository, '1.targets.json', 'targets'), version: 2, delegations }
    put(repository, 'metadata/pending/targets.json', await signed(targets as never, 'targets', people()))
    expect(await codeOfPromise(release(repository.online))).toBe('format/unsupported')
    const bin = { ...signedOf(repository, '1.targets.json', 'targets'), version: 1, expires: days(90) }
    put(repository, 'metadata/pending/bin-0000beef.json', await signed(bin, 'targets', people()))
    put(repository, 'metadata/pending/bin-xyz.json', await signed(bin, 'targets', people()))
    const { proposals, problems } = await pending()
    expect(proposals.map((one) => one.subject)).toEqual(['bin-0000beef', 'targets'])
    expect(problems.map((one) => one.subject)).toEqual(['bin-xyz'])
  })
})

test('a signature that two implementations judge differently counts for nothing, and stops nobody else', async () => {
  // Cofactored verification accepts R plus a point of order two; cofactorless verification does not (RFC 8032, 5.1.7).
  const order = 2n ** 252n + 27742317777372353535851937790883648493n
  const toNumber = (bytes: Uint8Array): bigint => bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n)
  const toBytes = (n: bigint): Uint8Array =>
    Uint8Array.from({ length: 32 }, (_, i) => Number((n >> BigInt(8 * i)) & 255n))
  const secret = 123456789n
  const publicKey = Point.BASE.multiply(secret).toBytes()
  const mallory: Signer = {
    id: 'test:mallory',
    label: 'mallory',
    rehearsal: false,
    asks: 'nothing',
    key: { scheme: 'ed25519', spki: spkiOfRawEd25519(publicKey) },
    sign: async (message) => {
      const small = Point.fromBytes(Uint8Array.from([0xec, ...Array.from({ length: 30 }, () => 0xff), 0x7f]), false)
      const commitment = Point.BASE.multiply(987654321n).add(small).toBytes()
      const challenge = toNumber(sha512(concatBytes(commitment, publicKey, message))) % order
      return concatBytes(commitment, toBytes((987654321n + challenge * secret) % order))
    },
  }
  const message = utf8('a root')
  const crafted = await mallory.sign(message, never)
  expect(await verifySignature(mallory.key, message, crafted)).toBe(false)
  expect(await codeOfPromise(verifyAnchorSignature(mallory.key, message, crafted))).toBe('trust/bad-signature')
  const { id, raw } = holderKey({ signer: mallory })
  const fields = rootFields() as Record<string, Record<string, unknown>>
  fields.keys = { ...fields.keys, [id]: raw }
  const root = fields.roles?.root as { keyids: string[] }
  root.keyids.push(id)
  const signers = [...people().slice(0, 2), { id, signer: mallory }]
  put(repository, 'metadata/pending/root.json', await signed(fields as never, 'root', signers))
  const [, fresh] = (await onlyProposal()).quorums
  expect(fresh && signedCount(fresh)).toBe(2)
  expect(fresh?.keys.find((entry) => entry.ids.includes(id))?.reason).toBeDefined()
  await release(repository.online)
  const store = memoryTransport(new Map([['root.json', repository.anchor]]))
  const options = { now: repository.context.now, signal: never, expired: 'refuse' as const }
  expect((await updateRoot(plainLayout.published(repository.source), store, options)).signed.version).toBe(2)
})

describe('publishing', () => {
  test.each([0, -5, 1e15, 'a week'])('a period of %s days is refused', async (period) => {
    const fields = rootFields() as unknown as { roles: Record<string, JsonObject> }
    fields.roles.timestamp = { ...fields.roles.timestamp, 'x-tuf-on-ci-expiry-period': period as never }
    put(repository, 'metadata/pending/root.json', await signed(fields as never, 'root', people()))
    await release(repository.online)
    expect(await codeOfPromise(renew(system, repository.source, repository.online, repository.context))).toBe(
      'format/malformed',
    )
  })

  test('what clients would refuse is not written', async () => {
    put(repository, 'metadata/pending/root.json', await signed(rootFields(), 'root', people()))
    const broken: TrustSystem = {
      ...system,
      publish: async (...args) =>
        new Map([...(await system.publish(...args)), ['metadata/timestamp.json', utf8('{}')]]),
    }
    const before = new Map(repository.source.files)
    expect(await codeOfPromise(release(repository.online, broken))).toBe('format/malformed')
    expect(repository.source.files).toEqual(before)
  })

  test('a system that loses the signature it was given is not believed', async () => {
    put(repository, 'metadata/pending/root.json', encodeMetadata(rootFields()))
    const { id } = await onlyProposal()
    const forgetful: TrustSystem = {
      ...system,
      sign: async (proposal, signer, context) => {
        await signer.sign(proposal.payload, context.signal)
        return new Map([['metadata/pending/root.json', proposal.after]])
      },
    }
    const [first] = people()
    if (first === undefined) throw new Error('nobody')
    const attempt = approve(id, forgetful, repository.source, repository.source, first.signer, repository.context)
    expect(await codeOfPromise(attempt)).toBe('internal/bug')
  })

  test('a complete change that has expired meanwhile is not published', async () => {
    put(repository, 'metadata/pending/root.json', await signed(rootFields(), 'root', people()))
    const { id } = await onlyProposal()
    const later = { ...repository.context, now: new Date(Date.parse(days(301))) }
    expect(await codeOfPromise(publish(id, system, repository.source, repository.source, [], later))).toBe(
      'trust/expired',
    )
  })

  test('renewing gives snapshot and timestamp new dates and changes nothing else', async () => {
    const later = { ...repository.context, now: new Date(Date.parse(days(20))) }
    const findings = async (): Promise<number> => (await system.state(repository.source, later)).findings.length
    expect(await findings()).toBe(2)
    expect(await codeOfPromise(renew(system, repository.source, [], later))).toBe('signer/absent')
    expect(await renew(system, repository.source, repository.online, later)).toEqual([
      'metadata/2.snapshot.json',
      'metadata/timestamp.json',
    ])
    expect(await findings()).toBe(0)
  })

  test('in a root that replaces the online keys, the root is written before what it vouches for', async () => {
    const fresh = await softwareSigner('fresh')
    const { id, raw } = holderKey({ signer: fresh })
    const fields = rootFields() as unknown as { keys: JsonObject; roles: Record<string, JsonObject> }
    fields.keys = { ...fields.keys, [id]: raw }
    for (const role of ['snapshot', 'timestamp']) fields.roles[role] = { keyids: [id], threshold: 1 }
    put(repository, 'metadata/pending/root.json', await signed(fields as never, 'root', people()))
    const proposal = await onlyProposal()
    const files = await system.publish(proposal, [fresh], repository.source, repository.context)
    expect([...files.keys()]).toEqual([
      'metadata/2.root.json',
      'metadata/2.snapshot.json',
      'metadata/timestamp.json',
      'metadata/pending/root.json',
    ])
  })
})

describe('proposing again', () => {
  const propose = async (document: Uint8Array, replace = false): Promise<string> => {
    try {
      const files = await system.draft({ subject: 'root', document, replace }, repository.source, repository.context)
      await repository.source.write(files, new Map(), '', never)
      return 'ok'
    } catch (error) {
      return (error as { code: string }).code
    }
  }

  test('the same bytes gain signatures, from wherever they were made', async () => {
    const [ana, ben] = people()
    if (ana === undefined || ben === undefined) throw new Error('nobody')
    expect(await propose(await signed(rootFields(), 'root', [ana]))).toBe('ok')
    expect(await propose(encodeMetadata(rootFields()))).toBe('ok')
    expect(await propose(await signed(rootFields(), 'root', [ben]))).toBe('ok')
    expect((await onlyProposal()).quorums.map(signedCount)).toEqual([2, 2])
  })

  test('other bytes do not silently undo a signature', async () => {
    const other = encodeMetadata({ ...rootFields(), expires: days(301) })
    expect(await propose(await signed(rootFields(), 'root', people().slice(0, 1)))).toBe('ok')
    expect(await propose(other)).toBe('usage/invalid')
    expect((await onlyProposal()).quorums.map(signedCount)).toEqual([1, 1])
    expect(await propose(other, true)).toBe('ok')
    expect((await onlyProposal()).quorums.map(signedCount)).toEqual([0, 0])
  })
})

test('a signature for another place overwrites no other signature there', async () => {
  put(repository, 'metadata/pending/root.json', encodeMetadata(rootFields()))
  const { id } = await onlyProposal()
  const target = memoryTransport()
  const [ana, ben] = people()
  if (ana === undefined || ben === undefined) throw new Error('nobody')
  await approve(id, system, repository.source, target, ana.signer, repository.context)
  const attempt = approve(id, system, repository.source, target, ben.signer, repository.context)
  expect(await codeOfPromise(attempt)).toBe('source/conflict')
  expect(toHex(target.files.get('metadata/pending/root.json') ?? new Uint8Array())).toContain(toHex(utf8(ana.id)))
})
