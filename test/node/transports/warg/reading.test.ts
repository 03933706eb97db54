// A registry read as files: an honest one, and moments that are not mixed.
import { describe, expect, test } from 'vitest'
import { checkpointName, maxBytes, operatorSubject, pageName } from '../../../../src/core/systems/warg/files.ts'
import { parseWargAddress } from '../../../../src/node/transports/warg/address.ts'
import { wargTransport } from '../../../../src/node/transports/warg.ts'
import { never } from '../../../support/repository.ts'
import { codeOfPromise } from '../../../support/thrown.ts'
import { questionsFor, stage } from './stage.ts'
import { checkpoint, lengthsIn, page, placesOf, trusted } from './verified.ts'

describe('an honest registry', () => {
  test('verifies from the first record of its operator to every newest one, and goes on from there', async () => {
    const made = await stage()
    const before = await trusted(made)
    expect(lengthsIn(before)).toEqual([8, 2, 3, 3])
    await made.registry.publish('acme:more', made.bo, [{ kind: 'init', key: made.bo }])
    expect(lengthsIn(await trusted(made, before.memory))).toEqual([9, 2, 3, 3])
    expect(made.registry.askedFor('proof/consistency')).toHaveLength(1)
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
    const text = JSON.stringify(registry.history.checkpoint({ length: 4, timestamp: 1_700_000_000 }), undefined, 3)
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
    expect(lengthsIn(await trusted(made))[0]).toBe(8)
    const address = parseWargAddress(`warg+${made.registry.url}registry/of/acme`)
    made.registry.asked.length = 0
    const direct = { ...made, open: (options = {}) => wargTransport(address, options) }
    expect(lengthsIn(await trusted(direct))[0]).toBe(8)
    expect(made.registry.askedFor('/.well-known')).toEqual([])
  })

  test('who must show a token shows it', async () => {
    const made = await stage({ token: 'secret' })
    expect(await codeOfPromise(checkpoint(made.open()))).toBe('source/rejected')
    const access = { bearer: async () => 'secret' }
    expect(lengthsIn(await trusted(made, new Map(), { access }))[0]).toBe(8)
  })
})

describe('a moment', () => {
  test('is that of the checkpoint that was read last', async () => {
    const { open, registry, hello, ana } = await stage()
    const source = open()
    await checkpoint(source)
    await registry.publish(hello, ana, [{ kind: 'yank', version: '1.1.0' }])
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
    expect(await placesOf(source, operatorSubject)).toEqual([0, 1])
    registry.lie('answer', { path: 'fetch', status: 503, text: '{}' })
    expect(await codeOfPromise(page(source, hello))).toBe('source/unreachable')
    registry.beHonest()
    expect(await placesOf(source, hello)).toEqual([2, 5, 7])
  })
})
