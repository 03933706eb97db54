// Lines that break, gateways that answer, people who cancel, others who publish: a record is taken once, and never said to have failed
// when it was taken.

import { describe, expect, test } from 'vitest'
import { AppError } from '../../../../src/core/error.ts'
import { parseSending } from '../../../../src/core/systems/warg/encoding/wire.ts'
import { sendingName } from '../../../../src/core/systems/warg/files.ts'
import { parseWargAddress } from '../../../../src/node/transports/warg/address.ts'
import { wargApi } from '../../../../src/node/transports/warg/api.ts'
import { realPace } from '../../../../src/node/transports/warg/patience.ts'
import { publishRecord } from '../../../../src/node/transports/warg/publishing.ts'
import { contentOf, posts, published, release, send, sendFiles } from './sending.ts'
import { stage } from './stage.ts'

describe('a line that breaks', () => {
  test('once the record was taken: it is asked for, and not sent again', async () => {
    const made = await stage()
    made.registry.lie('lost-after-post', 1)
    expect(await send(made)).toEqual(['ok'])
    expect([posts(made), await published(made)]).toEqual([1, 1])
  })

  test('before it was taken: that it is not there is said, and that it may still come', async () => {
    const made = await stage()
    made.registry.lie('lost-before-post', 1)
    const { files } = await release(made)
    const [code, error] = await sendFiles(made.open(contentOf()), files)
    expect([code, error?.data?.isSent, posts(made)]).toEqual(['source/unreachable', true, 1])
    expect(made.drafts.files.size).toBe(1)
    expect(await sendFiles(made.open(contentOf()), files)).toEqual(['ok'])
  })

  test.each<[string, number, string, string]>([
    ['a gateway that ran out of time', 504, '{}', 'application/json'],
    ['a web page', 200, '<html>', 'text/html'],
    ['half an answer', 202, '{"recordId":', 'application/json'],
  ])('%s in the place of an answer says nothing about the record', async (_, status, text, type) => {
    const made = await stage()
    const garbled = { status, text, type }
    made.registry.lie('garbled-post', garbled)
    expect(await send(made)).toEqual(['ok'])
    expect([posts(made), await published(made)]).toEqual([1, 1])
  })

  test('and stays broken: nothing is certain, and repeating goes on', async () => {
    const made = await stage()
    const { files } = await release(made)
    const source = made.open(contentOf())
    const take = made.registry.taking.take.bind(made.registry.taking)
    made.registry.taking.take = async (...asked) => {
      const id = await take(...asked)
      made.registry.lie('lost-after-post', 1)
      made.registry.lie('answer', { path: 'package', status: 502, text: '{}' })
      return id
    }
    const [code, error] = await sendFiles(source, files)
    expect([code, error?.data?.isSent, posts(made)]).toEqual(['source/unreachable', true, 1])
    made.registry.beHonest()
    expect(await sendFiles(source, files)).toEqual(['ok'])
    expect([posts(made), await published(made)]).toEqual([1, 1])
  })

  test('before anything was sent is only a line that broke', async () => {
    const made = await stage()
    made.registry.lie('answer', { path: 'package', status: 502, text: '{}' })
    const [code, error] = await send(made)
    expect([code, error?.data?.isSent, posts(made)]).toEqual(['source/unreachable', undefined, 0])
  })

  test('while it is asked how far it is', async () => {
    const made = await stage()
    const upload = made.registry.taking.upload.bind(made.registry.taking)
    made.registry.taking.upload = (...asked) => {
      upload(...asked)
      made.registry.lie('answer', { path: 'package', status: 503, text: '{}' })
    }
    let slept = 0
    const pace = {
      now: () => 0,
      sleep: async () => {
        if (++slept === 3) made.registry.beHonest()
      },
    }
    expect(await send(made, { ...contentOf(), pace })).toEqual(['ok'])
    expect([posts(made), await published(made)]).toEqual([1, 1])
  })

  test('or a person who cancels: what was sent may be published nevertheless', async () => {
    const made = await stage()
    made.registry.taking.polls = 1e9
    const stop = new AbortController()
    const { files } = await release(made)
    const pace = { now: () => 0, sleep: async () => stop.abort() }
    const [code, error] = await sendFiles(made.open({ ...contentOf(), pace }), files, stop.signal)
    expect([code, error?.data?.isSent]).toEqual(['user/cancelled', true])
    const before = new AbortController()
    before.abort()
    expect((await sendFiles(made.open(contentOf()), files, before.signal))[1]?.data).toBe(undefined)
  })

  test('or a person who cancels while it is sent', async () => {
    const made = await stage()
    const stop = new AbortController()
    const { files } = await release(made)
    const take = made.registry.taking.take.bind(made.registry.taking)
    made.registry.taking.take = async (...asked) => {
      const id = await take(...asked)
      stop.abort()
      await new Promise((done) => setTimeout(done, 50))
      return id
    }
    const [code, error] = await sendFiles(made.open(contentOf()), files, stop.signal)
    expect([code, error?.data?.isSent]).toEqual(['user/cancelled', true])
    expect(made.slept).toEqual([])
  })

  test('or a person who cancels before it is sent: then nothing was', async () => {
    const made = await stage()
    const { files } = await release(made)
    const stop = new AbortController()
    let sent = 0
    const api = {
      ...wargApi(parseWargAddress(`warg+${made.registry.url}`)),
      record: async () => void stop.abort(),
      publish: async () => {
        sent++
        throw new Error('it was sent')
      },
    }
    const sending = parseSending(files.get(sendingName(made.hello)) ?? new Uint8Array(), 'the record')
    const others = { content: async () => undefined, pace: realPace }
    const thrown = await publishRecord({ api, sending, ...others }, stop.signal).catch((error: unknown) => error)
    expect([thrown instanceof AppError && [thrown.code, thrown.data], sent]).toEqual([['user/cancelled', undefined], 0])
  })
})

describe('another record that is under way', () => {
  test('is waited for', async () => {
    const made = await stage()
    made.registry.lie('busy', 3)
    expect((await send(made))[0]).toBe('ok')
    expect([posts(made), await published(made)]).toEqual([4, 1])
    expect(made.slept.slice(0, 3)).toEqual([1000, 2000, 4000])
  })

  test('but not for ever', async () => {
    const made = await stage()
    made.registry.lie('busy', 1e9)
    expect((await send(made))[0]).toBe('source/conflict')
    expect(made.slept.reduce((sum, ms) => sum + ms, 0)).toBeLessThan(40_000)
    expect(made.drafts.files.size).toBe(1)
  })

  test('may be this very one', async () => {
    const made = await stage()
    const { files } = await release(made)
    const { registry } = made
    const take = registry.taking.take.bind(registry.taking)
    registry.taking.take = async (...asked) => {
      // It arrived twice, as some proxies have it: the second one is answered.
      await take(...asked)
      return take(...asked)
    }
    expect(await sendFiles(made.open(contentOf()), files)).toEqual(['ok'])
    expect([posts(made), made.slept.includes(1000), await published(made)]).toEqual([1, false, 1])
  })
})
