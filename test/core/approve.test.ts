// The use case against everything that can go wrong between review and signature; nothing is ever written half.
import { beforeEach, describe, expect, test } from 'vitest'
import { approve, publish } from '../../src/core/approve.ts'
import { toHex } from '../../src/core/bytes.ts'
import { isComplete, type Proposal, signedCount } from '../../src/core/proposal.ts'
import type { Signer } from '../../src/core/signer.ts'
import { refresh } from '../../src/core/systems/tuf/client.ts'
import { encodeMetadata } from '../../src/core/systems/tuf/encode.ts'
import { keyIdOf } from '../../src/core/systems/tuf/key.ts'
import { plainLayout } from '../../src/core/systems/tuf/layouts/plain.ts'
import { insertSignature } from '../../src/core/systems/tuf/signature-slot.ts'
import { tufSystem } from '../../src/core/systems/tuf/system.ts'
import { memoryTransport, type Transport, within } from '../../src/core/transport.ts'
import {
  days,
  idOf,
  never,
  now,
  put,
  signedOf,
  softwareSigner,
  type TestRepository,
  testRepository,
} from '../support/repository.ts'
import { codeOfPromise } from '../support/thrown.ts'

const system = tufSystem(plainLayout)
let repository: TestRepository

async function proposeRoot(change: (fields: Record<string, unknown>) => void = () => {}): Promise<Proposal> {
  const fields = { ...signedOf(repository, '1.root.json', 'root'), version: 2, expires: days(400) }
  change(fields)
  return propose('root', encodeMetadata(fields))
}

async function propose(subject: string, document: Uint8Array): Promise<Proposal> {
  const files = await system.draft({ subject, document }, repository.source, repository.context)
  await repository.source.write(files, new Map(), '', never)
  return pending(subject)
}

async function pending(subject = 'root'): Promise<Proposal> {
  const { proposals, problems } = await system.pending(repository.source, repository.context)
  const found = proposals.find((one) => one.subject === subject)
  if (found === undefined) throw problems[0]?.error ?? new Error(`nothing pending for ${subject}`)
  return found
}

const signerOf = (index: number): Signer => repository.holders[index]?.signer as Signer
const sign = (id: string, signer: Signer, target: Transport = repository.source): Promise<unknown> =>
  approve(id, system, repository.source, target, signer, repository.context)
const release = (id: string): Promise<unknown> =>
  publish(id, system, repository.source, repository.source, repository.online, repository.context)
const clientVersion = async (): Promise<number> => {
  const store = memoryTransport(new Map([['root.json', repository.anchor]]))
  return (await refresh(within(repository.source, 'metadata/'), store, { now, signal: never, expired: 'refuse' })).root
    .signed.version
}
/** Everything the repository holds, to see that nothing changed. */
const held = (): string =>
  [...repository.source.files]
    .map(([name, bytes]) => `${name} ${toHex(bytes)}`)
    .sort()
    .join('\n')

async function refused(code: string, attempt: () => Promise<unknown>): Promise<void> {
  const before = held()
  expect(await codeOfPromise(attempt())).toBe(code)
  expect(held()).toBe(before)
}

beforeEach(async () => {
  repository = await testRepository()
})

describe('two of three', () => {
  test('one signature leaves clients undisturbed, the second completes the change', async () => {
    const { id } = await proposeRoot()
    await sign(id, signerOf(0))
    const halfway = await pending()
    expect(halfway.quorums.map(signedCount)).toEqual([1, 1])
    expect(await clientVersion()).toBe(1)
    await refused('trust/threshold', () => release(id))
    await sign(id, signerOf(1))
    expect(isComplete(await pending())).toBe(true)
    expect(await clientVersion()).toBe(1)
    await release(id)
    expect(await clientVersion()).toBe(2)
    expect((await system.pending(repository.source, repository.context)).proposals).toEqual([])
  })

  test('the same key under two ids counts once, and signs under both', async () => {
    const { id } = await proposeRoot((fields) => {
      const keys = fields.keys as Record<string, object>
      const roles = fields.roles as Record<string, { keyids: string[] }>
      const first = idOf(repository.holders[0] as never)
      const twin = { ...keys[first], 'x-note': 'the same key again' }
      const twinId = keyIdOf(twin as never)
      keys[twinId] = twin
      roles.root?.keyids.push(twinId)
    })
    await sign(id, signerOf(0))
    const [old, fresh] = (await pending()).quorums
    expect([old, fresh].map((quorum) => quorum && signedCount(quorum))).toEqual([1, 1])
    expect(fresh?.keys.find((entry) => entry.signed)?.ids).toHaveLength(2)
    await refused('trust/threshold', () => release(id))
  })

  test('a signature goes to another place, and the source stays as it is', async () => {
    const { id } = await proposeRoot()
    const target = memoryTransport()
    const before = held()
    await sign(id, signerOf(0), target)
    expect(held()).toBe(before)
    expect([...target.files.keys()]).toEqual(['metadata/pending/root.json'])
  })
})

describe('refusals, with nothing written', () => {
  test('a candidate that was replaced between review and signature', async () => {
    const { id } = await proposeRoot()
    await proposeRoot((fields) => {
      fields.expires = days(401)
    })
    await refused('trust/changed', () => sign(id, signerOf(0)))
  })

  test('a candidate that is replaced while the token signs', async () => {
    const { id } = await proposeRoot()
    const slow: Signer = {
      ...signerOf(0),
      sign: async (message, signal) => {
        put(
          repository,
          'metadata/pending/root.json',
          encodeMetadata({ ...signedOf(repository, '1.root.json', 'root'), version: 2, expires: days(402) }),
        )
        return signerOf(0).sign(message, signal)
      },
    }
    expect(await codeOfPromise(sign(id, slow))).toBe('source/conflict')
    expect((await pending()).quorums.map(signedCount)).toEqual([0, 0])
  })

  test('two people who sign at once: one wins, the other loses nothing', async () => {
    const { id } = await proposeRoot()
    const slow: Signer = {
      ...signerOf(0),
      sign: async (message, signal) => {
        await sign(id, signerOf(1))
        return signerOf(0).sign(message, signal)
      },
    }
    expect(await codeOfPromise(sign(id, slow))).toBe('source/conflict')
    await sign(id, signerOf(0))
    expect(isComplete(await pending())).toBe(true)
  })

  test('a key that does not stand in the quorum, and one that has signed already', async () => {
    const { id } = await proposeRoot()
    const stranger = await softwareSigner('stranger')
    await refused('signer/wrong-key', () => sign(id, stranger))
    await sign(id, signerOf(0))
    await refused('usage/invalid', () => sign(id, signerOf(0)))
  })

  test('a rehearsal signer for a real key', async () => {
    const { id } = await proposeRoot()
    await refused('signer/unsupported', () => sign(id, { ...signerOf(0), rehearsal: true }))
  })

  test('a token that answers with a wrong signature, none, or one over other bytes', async () => {
    const { id } = await proposeRoot()
    const answers: ((message: Uint8Array) => Promise<Uint8Array>)[] = [
      async () => new Uint8Array(64),
      async () => new Uint8Array(0),
      (message) => signerOf(0).sign(message.slice(0, 32), never),
      async (message) => (await signerOf(0).sign(message, never)).map((byte, i) => (i === 5 ? byte ^ 1 : byte)),
    ]
    for (const answer of answers) await refused('signer/failed', () => sign(id, { ...signerOf(0), sign: answer }))
  })

  test('a candidate that would be expired already', async () => {
    const { id } = await proposeRoot()
    const later = { ...repository.context, now: new Date(Date.parse(days(401))) }
    await refused('trust/expired', () => approve(id, system, repository.source, repository.source, signerOf(0), later))
  })

  test('a cancelled signature', async () => {
    const { id } = await proposeRoot()
    const stop = new AbortController()
    const impatient: Signer = {
      ...signerOf(0),
      sign: async (message) => {
        const signature = await signerOf(0).sign(message, never)
        stop.abort()
        return signature
      },
    }
    const context = { ...repository.context, signal: stop.signal }
    const before = held()
    await expect(approve(id, system, repository.source, repository.source, impatient, context)).rejects.toThrow()
    expect(held()).toBe(before)
  })

  test('a disk that is full, in the middle of publishing', async () => {
    const { id } = await proposeRoot()
    await sign(id, signerOf(0))
    await sign(id, signerOf(1))
    const full: Transport = {
      ...repository.source,
      write: async () => {
        throw Object.assign(new Error('no space left'), { code: 'ENOSPC' })
      },
    }
    const before = held()
    await expect(publish(id, system, full, full, repository.online, repository.context)).rejects.toThrow()
    expect(held()).toBe(before)
    expect(await clientVersion()).toBe(1)
  })

  test.each([
    ['a version jump', { version: 4 }, 'trust/rollback'],
    ['a version that was overtaken', { version: 1 }, 'trust/changed'],
    ['another role’s document', { _type: 'targets' }, 'format/malformed'],
    ['a threshold of nothing', { roles: {} }, 'format/malformed'],
    ['no date', { expires: 'tomorrow' }, 'format/malformed'],
  ])('%s', async (_, change, code) => {
    await refused(code, () => proposeRoot((fields) => void Object.assign(fields, change)))
  })

  test.each([
    ['path traversal', '../../etc/passwd'],
    ['an absolute path', '/etc/passwd'],
    ['bidi characters', 'setup\u202Egpj.exe'],
  ])('%s in the name of a target', async (_, path) => {
    const target = { length: 1, hashes: { sha256: '00'.repeat(32) } }
    const fields = { ...signedOf(repository, '1.targets.json', 'targets'), version: 2, targets: { [path]: target } }
    await refused('format/malformed', () => propose('targets', encodeMetadata(fields as never)))
    // Planted in the folder by somebody else, it can be looked at and not signed.
    put(repository, 'metadata/pending/targets.json', encodeMetadata(fields as never))
    const { id, blocked } = await pending('targets')
    expect(blocked?.code).toBe('format/malformed')
    await refused('format/malformed', () => sign(id, signerOf(0)))
  })

  test('a candidate that is cut off, or not JSON, is a problem of its own and hides no other', async () => {
    await proposeRoot()
    const bytes = repository.source.files.get('metadata/pending/root.json') as Uint8Array
    put(repository, 'metadata/pending/targets.json', bytes.slice(0, 100))
    put(repository, 'metadata/pending/snapshot.json', bytes)
    const { proposals, problems } = await system.pending(repository.source, repository.context)
    expect(proposals.map((one) => one.subject)).toEqual(['root'])
    expect(problems.map((one) => [one.subject, one.error.code])).toEqual([
      ['snapshot', 'format/malformed'],
      ['targets', 'format/malformed'],
    ])
  })
})

test('flipping any bit of a signed candidate never yields a signature that counts', async () => {
  const { id } = await proposeRoot()
  await sign(id, signerOf(0))
  const whole = repository.source.files.get('metadata/pending/root.json') as Uint8Array
  const signedNow = (proposal: Proposal): string[] =>
    proposal.quorums.flatMap((quorum) => quorum.keys.filter((entry) => entry.signed).map((entry) => entry.owner ?? ''))
  for (let at = 0; at < whole.length; at += 7) {
    const bit = 1 << (at % 8)
    put(
      repository,
      'metadata/pending/root.json',
      whole.map((byte, i) => (i === at ? byte ^ bit : byte)),
    )
    const { proposals, problems } = await system.pending(repository.source, repository.context)
    for (const proposal of proposals) {
      // White space and the case of hexadecimal digits are no part of what is signed.
      if (toHex(proposal.payload) === toHex((await sameBytes(whole)).payload) && signedNow(proposal).length > 0)
        continue
      expect(signedNow(proposal)).toEqual([])
    }
    expect(proposals.length + problems.length).toBe(1)
  }
})

async function sameBytes(bytes: Uint8Array): Promise<Proposal> {
  const files = new Map(repository.source.files)
  files.set('metadata/pending/root.json', bytes)
  const { proposals } = await system.pending(memoryTransport(files), repository.context)
  return proposals[0] as Proposal
}

test('a signature by a key that the old root trusts and the new one drops counts for the old root alone', async () => {
  const dropped = idOf(repository.holders[2] as never)
  const { id } = await proposeRoot((fields) => {
    const roles = fields.roles as Record<string, { keyids: string[] }>
    if (roles.root !== undefined) roles.root.keyids = roles.root.keyids.filter((one) => one !== dropped)
  })
  await sign(id, signerOf(2))
  expect((await pending()).quorums.map(signedCount)).toEqual([1, 0])
})

test('a root that replaces the online key is not published without the new key', async () => {
  const fresh = await softwareSigner('new online')
  const { holderKey } = await import('../../src/core/systems/tuf/create.ts')
  const key = holderKey({ signer: fresh })
  const { id } = await proposeRoot((fields) => {
    const roles = fields.roles as Record<string, { keyids: string[] }>
    for (const role of ['snapshot', 'timestamp']) if (roles[role] !== undefined) roles[role].keyids = [key.id]
    ;(fields.keys as Record<string, object>)[key.id] = key.raw
  })
  await sign(id, signerOf(0))
  await sign(id, signerOf(1))
  await refused('signer/absent', () => release(id))
  await publish(id, system, repository.source, repository.source, [fresh], repository.context)
  expect(await clientVersion()).toBe(2)
})

test('a signature planted under a stranger’s id is named, and counts for nothing', async () => {
  await proposeRoot()
  const bytes = repository.source.files.get('metadata/pending/root.json') as Uint8Array
  put(repository, 'metadata/pending/root.json', insertSignature(bytes, 'ab'.repeat(32), '00'))
  const { quorums } = await pending()
  expect(quorums.map((quorum) => quorum.strangers.map((one) => one.id))).toEqual([['ab'.repeat(32)], ['ab'.repeat(32)]])
})
