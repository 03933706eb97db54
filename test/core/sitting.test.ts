// Several changes, one sitting: the signer is asked once, each change keeps its own checks, and one that fails stops no other.
import { beforeEach, expect, test } from 'vitest'
import { AppError } from '../../src/core/error.ts'
import { type Proposal, signedCount } from '../../src/core/proposal.ts'
import type { Signer } from '../../src/core/signer.ts'
import { approveAll, type Outcome } from '../../src/core/sitting.ts'
import { encodeMetadata } from '../../src/core/systems/tuf/encode.ts'
import { plainLayout } from '../../src/core/systems/tuf/layouts/plain.ts'
import { tufSystem } from '../../src/core/systems/tuf/system.ts'
import { memoryTransport, type Transport } from '../../src/core/transport.ts'
import {
  days,
  never,
  put,
  signedOf,
  softwareSigner,
  type TestRepository,
  testRepository,
} from '../support/repository.ts'

const system = tufSystem(plainLayout)
let repository: TestRepository
let ids: string[]
let log: string[]

async function pending(): Promise<readonly Proposal[]> {
  return (await system.pending(repository.source, repository.context)).proposals
}

/** How many have signed each change, by subject. */
async function signed(): Promise<Record<string, number[]>> {
  return Object.fromEntries((await pending()).map(({ subject, quorums }) => [subject, quorums.map(signedCount)]))
}

/** A token: one question for all, and a note of what it was given. */
function asToken(signer: Signer, sign: Signer['sign'] = signer.sign): Signer {
  return {
    ...signer,
    signAll: async (messages, signal) => {
      log.push(`signAll ${messages.length}`)
      return Promise.all(messages.map((message) => sign(message, signal)))
    },
    sign: async (message, signal) => {
      log.push('sign')
      return sign(message, signal)
    },
  }
}

const first = (): Signer => repository.holders[0]?.signer as Signer

function watched(target: Transport): Transport {
  return {
    ...target,
    write: async (files, ...rest) => {
      const names = [...files.keys()].join()
      log.push(`write ${names}`)
      await new Promise((resolve) => setTimeout(resolve, 20))
      await target.write(files, ...rest)
      log.push(`wrote ${names}`)
    },
  }
}

function approveWith(signer: Signer, source: Transport = repository.source): Promise<Outcome[]> {
  return approveAll(ids, system, source, source, signer, repository.context)
}

const codes = (outcomes: readonly Outcome[]): string[] => outcomes.map(({ error }) => error?.code ?? 'ok')

beforeEach(async () => {
  repository = await testRepository()
  log = []
  for (const subject of ['root', 'targets'] as const) {
    const document = encodeMetadata({
      ...signedOf(repository, `1.${subject}.json`, subject),
      version: 2,
      expires: days(400),
    })
    const files = await system.draft({ subject, document }, repository.source, repository.context)
    await repository.source.write(files, new Map(), '', never)
  }
  ids = (await pending()).map(({ id }) => id)
  expect(ids).toHaveLength(2)
})

test('the token is asked once; then one is written after the other', async () => {
  const outcomes = await approveWith(asToken(first()), watched(repository.source))
  expect(codes(outcomes)).toEqual(['ok', 'ok'])
  expect(outcomes.map(({ id }) => id)).toEqual(ids)
  expect(log[0]).toBe('signAll 2')
  expect(log.slice(1).map((line) => line.split(' ')[0])).toEqual(['write', 'wrote', 'write', 'wrote'])
  expect(await signed()).toEqual({ root: [1, 1], targets: [1] })
})

test('a signer that knows no sittings is asked one by one, and everything is signed before anything is written', async () => {
  const { signAll: _, ...single } = asToken(first())
  expect(codes(await approveWith(single, watched(repository.source)))).toEqual(['ok', 'ok'])
  expect(log.slice(0, 2)).toEqual(['sign', 'sign'])
  expect(await signed()).toEqual({ root: [1, 1], targets: [1] })
})

test('one that this key may not sign is told apart, and the token is asked for the other alone', async () => {
  expect(codes(await approveWith(asToken(first())))).toEqual(['ok', 'ok'])
  // Again: both have been signed by this key. By another key, with one that is not there any more: one of two.
  expect(codes(await approveWith(asToken(first())))).toEqual(['usage/invalid', 'usage/invalid'])
  log = []
  ids = [ids[0] ?? '', `targets/${'0'.repeat(64)}`]
  expect(codes(await approveWith(asToken(repository.holders[1]?.signer as Signer)))).toEqual(['ok', 'trust/changed'])
  expect(log).toEqual(['signAll 1'])
  expect(await signed()).toEqual({ root: [2, 2], targets: [1] })
})

test('a stranger’s key is never asked', async () => {
  const stranger = asToken(await softwareSigner('stranger'))
  expect(codes(await approveWith(stranger))).toEqual(['signer/wrong-key', 'signer/wrong-key'])
  expect(log).toEqual([])
})

test('a token that refuses signs none of them; one that answers too little signs what it answered', async () => {
  const refusing: Signer = {
    ...first(),
    signAll: () => Promise.reject(new AppError({ code: 'signer/touch-timeout', message: 'nobody touched it' })),
  }
  expect(codes(await approveWith(refusing))).toEqual(['signer/touch-timeout', 'signer/touch-timeout'])
  expect(await signed()).toEqual({ root: [0, 0], targets: [0] })
  const short: Signer = {
    ...first(),
    signAll: async (messages, signal) => [await first().sign(messages[0] ?? new Uint8Array(), signal)],
  }
  expect(codes(await approveWith(short)).sort()).toEqual(['ok', 'signer/failed'])
})

test('signatures that were exchanged are seen, and not written', async () => {
  const token = asToken(first())
  const exchanging: Signer = {
    ...token,
    signAll: async (messages, signal) => (await (token.signAll?.(messages, signal) ?? [])).reverse(),
  }
  expect(codes(await approveWith(exchanging))).toEqual(['signer/failed', 'signer/failed'])
  expect(await signed()).toEqual({ root: [0, 0], targets: [0] })
})

test('one that was replaced meanwhile is not overwritten; the other is written', async () => {
  const replacing = asToken(first(), async (message, signal) => {
    put(
      repository,
      'metadata/pending/root.json',
      encodeMetadata({ ...signedOf(repository, '1.root.json', 'root'), version: 2 }),
    )
    return first().sign(message, signal)
  })
  const outcomes = await approveWith(replacing)
  const byId = new Map(outcomes.map(({ id, error }) => [id.split('/')[0], error?.code ?? 'ok']))
  expect(byId).toEqual(
    new Map([
      ['root', 'source/conflict'],
      ['targets', 'ok'],
    ]),
  )
  expect((await signed()).targets).toEqual([1])
})

test('into another place: that is where both are written', async () => {
  const before = new Map(repository.source.files)
  const target = memoryTransport()
  const outcomes = await approveAll(ids, system, repository.source, target, asToken(first()), repository.context)
  expect(codes(outcomes)).toEqual(['ok', 'ok'])
  expect([...target.files.keys()].sort()).toEqual(['metadata/pending/root.json', 'metadata/pending/targets.json'])
  expect(repository.source.files).toEqual(before)
})
