// Long logs: pages put together from whatever slices a registry gives, in any order.
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { type LoggedRecord, pageBytes } from '../../../../src/core/systems/warg/encoding/wire.ts'
import { operatorSubject } from '../../../../src/core/systems/warg/files.ts'
import { verifyLog } from '../../../../src/core/systems/warg/log/log.ts'
import { parseWargAddress } from '../../../../src/node/transports/warg/address.ts'
import { wargTransport } from '../../../../src/node/transports/warg.ts'
import { person } from '../../../support/warg/keys.ts'
import { type WargTestRegistry, wargRegistry } from '../../../support/warg/served/registry.ts'
import { questionsFor, stage } from './stage.ts'
import { page, placesOf } from './verified.ts'

describe('a long log', () => {
  let registry: WargTestRegistry
  const long = 'acme:long'
  const [full, count] = ['acme:full', 2345]

  beforeAll(async () => {
    registry = await wargRegistry()
    const key = person('ana')
    const digest = `sha256:${'00'.repeat(32)}`
    for (const [name, length] of [[long, count] as const, [full, 1000] as const]) {
      await registry.publish(name, key, [{ kind: 'init', key }])
      for (let at = 1; at < length; at++)
        await registry.publish(name, key, [{ kind: 'release', version: `0.0.${at}`, digest }])
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
    const asked = questionsFor({ registry }, long)
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
    for (const _ of [1, 2]) expect(await page(source, full, 2)).toBe(undefined)
    expect(questionsFor({ registry }, full)).toHaveLength(2)
  })

  test.each([1, 7, 999])('slices of %i are gathered until a page is full', async (slice) => {
    const fast = opened()
    const [whole, last] = [await page(fast, long, 2), await page(fast, long, 3)]
    registry.lie('slow-paging', slice)
    const source = opened()
    expect(await page(source, long, 3)).toEqual(last)
    expect(pageBytes((await page(source, long, 2)) ?? [])).toEqual(pageBytes(whole ?? []))
  })

  test('of an operator goes on when that of a package has ended', async () => {
    const made = await stage()
    for (const namespace of ['more', 'and-more']) await made.registry.operate([{ kind: 'define', namespace }])
    await made.registry.publish('acme:one', made.bo, [{ kind: 'init', key: made.bo }])
    made.registry.lie('slow-paging', 1)
    expect(await placesOf(made.open(), 'acme:one')).toEqual([10])
  })

  test('of an operator comes along, however slowly', async () => {
    registry.lie('slow-paging', 1)
    const source = opened()
    expect(numbers(await page(source, 'acme:long', 1))).toEqual([1000, 2])
    expect(numbers(await page(source, operatorSubject))).toEqual([2, 0])
  })
})
