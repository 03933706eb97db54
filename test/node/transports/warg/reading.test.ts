// A registry read as files: an honest one, verified with core from the operator's first record; pages put together from any slices;
// and moments that are not mixed.
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { AppError } from '../../../../src/core/error.ts'
import { parseCheckpoint, verifyCheckpoint } from '../../../../src/core/systems/warg/checkpoint.ts'
import {
  checkpointName,
  consistencyName,
  inclusionName,
  kindOf,
  logIdOf,
  maxBytes,
  operatorSubject,
  pageName,
} from '../../../../src/core/systems/warg/files.ts'
import { verifyLog } from '../../../../src/core/systems/warg/log.ts'
import { parseLogProof, verifyConsistent, verifyIncluded } from '../../../../src/core/systems/warg/log-proof.ts'
import { parseMapProofs, verifyMapped } from '../../../../src/core/systems/warg/map-proof.ts'
import {
  type LoggedRecord,
  pageBytes,
  parseConsistency,
  parseInclusion,
  parsePage,
} from '../../../../src/core/systems/warg/wire.ts'
import type { Transport } from '../../../../src/core/transport.ts'
import { parseWargAddress } from '../../../../src/node/transports/warg/address.ts'
import { wargTransport } from '../../../../src/node/transports/warg.ts'
import { never } from '../../../support/repository.ts'
import { codeOfPromise } from '../../../support/thrown.ts'
import { type WargTestRegistry, wargRegistry, wargTestKey } from '../../../support/warg-registry.ts'
import { questionsFor, type Stage, stage } from './stage.ts'

const checkpoint = async (source: Transport) => {
  const bytes = await source.read(checkpointName, maxBytes.checkpoint, never)
  return parseCheckpoint(bytes ?? new Uint8Array())
}

async function page(source: Transport, subject: string, number = 1): Promise<LoggedRecord[] | undefined> {
  const bytes = await source.read(pageName(subject, number), maxBytes.page, never)
  return bytes === undefined ? undefined : parsePage(bytes, subject)
}

const placesOf = async (source: Transport, subject: string) =>
  (await page(source, subject))?.map(({ registryIndex }) => registryIndex)

/** As core does it: everything from the operator's first record, and the newest record of each log proved. */
async function verifyAll(source: Transport, { registry, hello, tools }: Stage): Promise<number> {
  const signed = await checkpoint(source)
  for (const subject of [operatorSubject, hello, tools]) {
    const records = (await page(source, subject)) ?? []
    const state = await verifyLog(kindOf(subject), records)
    if (subject === operatorSubject) {
      const question = { operator: state, pinned: registry.operatorInitId, now: new Date(), maxAgeSeconds: 600 }
      await verifyCheckpoint(signed, question)
    }
    const { registryIndex = -1 } = records.at(-1) ?? {}
    const name = inclusionName(signed.logLength, registryIndex)
    const bytes = (await source.read(name, maxBytes.proof, never)) ?? new Uint8Array()
    const { log, map } = parseInclusion(bytes, name)
    const head = { registryIndex, logId: logIdOf(subject), recordId: state.head?.id ?? '' }
    verifyIncluded(parseLogProof(log), signed, [head])
    verifyMapped(parseMapProofs(map), signed.mapRoot, [head])
  }
  return signed.logLength
}

async function faultOf(promise: Promise<unknown>): Promise<unknown> {
  const thrown = await promise.then(
    () => 'ok',
    (error: unknown) => error,
  )
  return thrown instanceof AppError ? (thrown.data?.fault ?? thrown.code) : thrown
}

describe('an honest registry', () => {
  test('verifies from the first record of its operator to every newest one', async () => {
    const made = await stage()
    expect(await verifyAll(made.open(), made)).toBe(8)
    const before = await checkpoint(made.open())
    await made.registry.publish('acme:more', [{ kind: 'init', key: made.bo }], made.bo)
    const after = await checkpoint(made.open())
    const name = consistencyName(before.logLength, after.logLength)
    const bytes = (await made.open().read(name, maxBytes.proof, never)) ?? new Uint8Array()
    verifyConsistent(parseLogProof(parseConsistency(bytes, name)), before, after)
  })

  test('is listed as what was named, and what waits here; nobody is asked', async () => {
    const { open, registry, drafts } = await stage()
    await drafts.write(new Map([['pending/acme+hello.json', new Uint8Array(1)]]), new Map(), '', never)
    const packages = ['acme:tools', 'acme:hello']
    expect(await open({ packages }).list('', never)).toEqual([
      'operator/000001.json',
      'packages/acme+hello/000001.json',
      'packages/acme+tools/000001.json',
      'pending/acme+hello.json',
    ])
    expect(await open({ packages }).list('packages/acme+t', never)).toEqual(['packages/acme+tools/000001.json'])
    expect(registry.asked).toEqual([])
  })

  test('the bytes of a checkpoint are those that came, asked for anew each time', async () => {
    const { open, registry } = await stage()
    const text = JSON.stringify(registry.history.checkpoint(4, 1_700_000_000, registry.operator), undefined, 3)
    registry.lie('answer', { path: 'fetch/checkpoint', status: 200, text })
    const source = open()
    const read = () => source.read(checkpointName, maxBytes.checkpoint, never)
    expect(Buffer.from((await read()) ?? []).toString()).toBe(text)
    await read()
    expect(registry.askedFor('fetch/checkpoint')).toHaveLength(2)
    expect(registry.askedFor('/.well-known')).toHaveLength(1)
  })

  test('what nobody knows is absent', async () => {
    const { open } = await stage()
    const source = open()
    for (const name of [
      pageName('acme:other', 1),
      pageName('acme:hello', 2),
      pageName('acme:hello', 700),
      pageName(operatorSubject, 2),
      'pending/acme+hello.json',
      'sending/acme+hello.json',
      'packages/acme+hello/000000.json',
      'packages/acme:hello/000001.json',
      'proofs/inclusion/08-1.json',
      'elsewhere',
    ])
      expect([name, await source.read(name, maxBytes.page, never)]).toEqual([name, undefined])
  })

  test('the limit of a read is exact', async () => {
    const { open, hello } = await stage()
    const source = open()
    const whole = (await source.read(pageName(hello, 1), maxBytes.page, never)) ?? new Uint8Array()
    expect((await source.read(pageName(hello, 1), whole.length, never))?.length).toBe(whole.length)
    expect(await codeOfPromise(source.read(pageName(hello, 1), whole.length - 1, never))).toBe('source/too-large')
    expect(await codeOfPromise(source.read(checkpointName, 10, never))).toBe('source/too-large')
  })

  test('below a path of its own, which it tells where it is looked for', async () => {
    const made = await stage({ path: '/registry/of/acme/' })
    expect(await verifyAll(made.open(), made)).toBe(8)
    const direct = wargTransport(parseWargAddress(`warg+${made.registry.url}registry/of/acme`))
    made.registry.asked.length = 0
    expect(await verifyAll(direct, made)).toBe(8)
    expect(made.registry.askedFor('/.well-known')).toEqual([])
  })

  test('who must show a token shows it', async () => {
    const made = await stage({ token: 'secret' })
    expect(await codeOfPromise(checkpoint(made.open()))).toBe('source/rejected')
    expect(await verifyAll(made.open({ access: { bearer: async () => 'secret' } }), made)).toBe(8)
  })
})

describe('a moment', () => {
  test('is that of the checkpoint that was read last', async () => {
    const { open, registry, hello, ana } = await stage()
    const source = open()
    await checkpoint(source)
    await registry.publish(hello, [{ kind: 'yank', version: '1.1.0' }], ana)
    expect(await placesOf(source, hello)).toEqual([2, 5, 7])
    await checkpoint(source)
    expect(await placesOf(source, hello)).toEqual([2, 5, 7, 8])
  })

  test('pages of a moment are fetched once; without a checkpoint one is fetched', async () => {
    const made = await stage()
    const source = made.open()
    const all = await Promise.all([1, 2, 3].map(() => page(source, made.hello)))
    expect(all.map((one) => one?.length)).toEqual([3, 3, 3])
    expect(questionsFor(made, made.hello)).toHaveLength(1)
    expect(questionsFor(made, made.hello)[0]).toMatchObject({ logLength: 8, limit: 1000 })
  })

  test('what failed is asked for again', async () => {
    const { open, registry, hello } = await stage()
    const source = open()
    registry.lie('answer', { path: 'fetch', status: 503, text: '{"status":503,"message":"busy"}' })
    expect(await codeOfPromise(page(source, hello))).toBe('source/unreachable')
    registry.beHonest()
    await checkpoint(source)
    registry.lie('answer', { path: 'fetch', status: 503, text: '{}' })
    expect(await codeOfPromise(page(source, hello))).toBe('source/unreachable')
    registry.beHonest()
    expect(await placesOf(source, hello)).toEqual([2, 5, 7])
  })
})

describe('a long log', () => {
  let registry: WargTestRegistry
  const long = 'acme:long'
  const [full, count] = ['acme:full', 2345]

  beforeAll(async () => {
    registry = await wargRegistry()
    const key = wargTestKey('ana')
    const digest = `sha256:${'00'.repeat(32)}`
    for (const [name, length] of [[long, count] as const, [full, 1000] as const]) {
      await registry.publish(name, [{ kind: 'init', key }], key)
      for (let at = 1; at < length; at++)
        await registry.publish(name, [{ kind: 'release', version: `0.0.${at}`, digest }], key)
    }
  })
  afterAll(() => registry.close())

  const opened = () => {
    onTestFinished(() => registry.beHonest())
    registry.asked.length = 0
    return wargTransport(parseWargAddress(`warg+${registry.url}`))
  }
  const numbers = (records: LoggedRecord[] | undefined) => [records?.length, records?.[0]?.registryIndex]

  test('is read in pages, in order, and goes on where the page before ended', async () => {
    const source = opened()
    expect(numbers(await page(source, operatorSubject))).toEqual([2, 0])
    expect(numbers(await page(source, long, 1))).toEqual([1000, 2])
    expect(numbers(await page(source, long, 2))).toEqual([1000, 1002])
    expect(numbers(await page(source, long, 3))).toEqual([345, 2002])
    expect(await page(source, long, 4)).toBe(undefined)
    const asked = questionsFor({ registry } as Stage, long)
    expect(asked.map(({ packages }) => Object.values(packages as object)[0])).toEqual([
      null,
      'behind-1001',
      'behind-2001',
    ])
    // The operator's log, read before, does not come along again.
    expect(asked.map(({ operator }) => operator)).toEqual(['behind-1', 'behind-1', 'behind-1'])
  })

  test('and out of order, also by several at once', async () => {
    const source = opened()
    const found = await Promise.all([3, 1, 5, 2, 3].map((number) => page(source, long, number)))
    expect(found.map(numbers)).toEqual([
      [345, 2002],
      [1000, 2],
      [undefined, undefined],
      [1000, 1002],
      [345, 2002],
    ])
  })

  test('is the same records as a whole', async () => {
    const source = opened()
    const records = (await Promise.all([1, 2, 3].map((number) => page(source, long, number)))).flatMap(
      (one) => one ?? [],
    )
    const state = await verifyLog('package', records)
    expect([state.length, state.releases.size]).toEqual([count, count - 1])
  })

  test('of exactly one page has no second one', async () => {
    const source = opened()
    expect(numbers(await page(source, full, 1))).toEqual([1000, 2 + count])
    expect(await page(source, full, 2)).toBe(undefined)
  })

  test.each([1, 7, 999])('slices of %i are gathered until a page is full', async (slice) => {
    const fast = opened()
    const [whole, last] = [await page(fast, long, 2), await page(fast, long, 3)]
    registry.lie('slow-paging', slice)
    const source = opened()
    expect(await page(source, long, 3)).toEqual(last)
    expect(pageBytes((await page(source, long, 2)) ?? [])).toEqual(pageBytes(whole ?? []))
  })

  test('of an operator comes along, however slowly', async () => {
    registry.lie('slow-paging', 1)
    const source = opened()
    expect(numbers(await page(source, 'acme:long', 1))).toEqual([1000, 2])
    expect(numbers(await page(source, operatorSubject))).toEqual([2, 0])
  })
})

describe('a registry that lies', () => {
  const verified = async (tell: (made: Stage) => unknown) => {
    const made = await stage()
    await tell(made)
    return faultOf(verifyAll(made.open(), made))
  }

  /** The transport moves what it gets: core tells what is wrong with it. */
  test.each<[string, (made: Stage) => unknown, string]>([
    ['proves nothing', ({ registry }) => registry.lie('zero-proofs'), 'proof-count'],
    ['signs with a key that may not', ({ registry }) => registry.lie('clerk-signs'), 'checkpoint-key-without-commit'],
    ['signs with a key of nobody', ({ registry }) => registry.lie('stranger-signs'), 'checkpoint-key-unknown'],
    ['shows an old checkpoint', ({ registry }) => registry.lie('stale-checkpoint', 3600), 'checkpoint-stale'],
    ['swaps a record', ({ registry, hello }) => registry.lie('swapped-record', hello), 'proof-wrong-root'],
    ['keeps an old map', ({ registry, hello }) => registry.lie('old-map-head', hello), 'proof-wrong-root'],
    ['moves a record', ({ registry, tools }) => registry.lie('wrong-index', tools), 'proof-wrong-root'],
  ])('%s', async (_, tell, fault) => {
    expect(await verified(tell)).toBe(fault)
    expect(await verified(() => undefined)).toBe('ok')
  })

  test('about its length, with a valid signature', async () => {
    const made = await stage()
    const trusted = await checkpoint(made.open())
    made.registry.lie('rolled-back', 2)
    expect(await verifyAll(made.open(), made)).toBe(6)
    const operator = await verifyLog('operator', (await page(made.open(), operatorSubject)) ?? [])
    const question = { operator, pinned: made.registry.operatorInitId, now: new Date(), maxAgeSeconds: 600, trusted }
    expect(await faultOf(verifyCheckpoint(await checkpoint(made.open()), question))).toBe('checkpoint-rolled-back')
  })

  test('and has two logs', async () => {
    const made = await stage()
    const { registry, hello, ana } = made
    const trusted = await checkpoint(made.open())
    const other = await registry.fork()
    await other.publish(hello, [{ kind: 'yank', version: '1.1.0' }], ana)
    await other.publish('acme:more', [{ kind: 'init', key: ana }], ana)
    registry.lie('forked', ({ headers }) => headers['user-agent'] === 'countersign')
    const source = made.open()
    const signed = await checkpoint(source)
    expect(signed.logLength).toBe(trusted.logLength + 1)
    const name = consistencyName(trusted.logLength, signed.logLength)
    const proof = parseLogProof(parseConsistency((await source.read(name, 1e6, never)) ?? new Uint8Array(), name))
    expect(await faultOf(Promise.resolve().then(() => verifyConsistent(proof, trusted, signed)))).toBe(
      'proof-wrong-old-root',
    )
  })

  test('about a package that it has', async () => {
    const { open, registry, hello } = await stage()
    for (const name of ['empty-log', 'hidden-log'] as const) {
      registry.beHonest()
      registry.lie(name, hello)
      expect(await page(open(), hello)).toBe(undefined)
    }
  })

  /** What can be seen without judging: it would never end, or could not be of that moment. */
  test.each<[string, (made: Stage) => unknown, string]>([
    ['more without any record', ({ registry }) => registry.lie('endless-paging'), 'source/rejected'],
    [
      'the same records again',
      ({ registry }) => {
        registry.lie('repeated-page')
        registry.lie('slow-paging', 1)
      },
      'bad-answer',
    ],
    ['a record newer than the moment', ({ registry, hello }) => registry.lie('beyond-length', hello), 'bad-answer'],
  ])('%s is refused', async (_, tell, fault) => {
    const made = await stage()
    tell(made)
    expect(await faultOf(page(made.open(), made.hello))).toBe(fault)
    expect(made.registry.asked.length).toBeLessThan(8)
  })

  test('the operator’s log that comes along may not go on for ever either', async () => {
    const made = await stage()
    made.registry.lie('repeated-page')
    made.registry.lie('slow-paging', 1)
    const source = made.open()
    await checkpoint(source)
    expect(await faultOf(page(source, operatorSubject))).toBe('bad-answer')
  })
})
