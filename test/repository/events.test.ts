// Events: each has an id; who comes back with the last one gets the rest, or is told that too much happened.
import { describe, expect, test } from 'vitest'
import { events } from '../../src/repository/events.ts'
import { openTeam, refused, type Team } from '../support/team.ts'

const renewal = { kind: 'expires', date: '2030-01-01T00:00:00Z' } as const

/** Reads blocks of the stream, without their comments. */
function reader(response: Response) {
  const stream = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  return {
    next: async (): Promise<Record<string, string>> => {
      for (;;) {
        const end = text.indexOf('\n\n')
        if (end >= 0) {
          const lines = text.slice(0, end).split('\n')
          text = text.slice(end + 2)
          const event = Object.fromEntries(lines.map((line) => line.split(/: ?(.*)/s).slice(0, 2)))
          if (event.event !== undefined) return event
          continue
        }
        const { done, value } = (await stream?.read()) ?? { done: true, value: undefined }
        if (done) return { event: 'end' }
        text += value
      }
    },
    close: () => stream?.cancel(),
  }
}

const listen = async (team: Team, last?: string) =>
  reader(await team.call('GET', '/api/v1/events', undefined, last === undefined ? {} : { 'last-event-id': last }))

describe('the stream', () => {
  test('tells what happens, and from the last one on what was missed', async () => {
    const team = await openTeam({ threshold: 2 })
    const first = await listen(team)
    await team.propose('targets', ['Ana'], renewal)
    const proposed = await first.next()
    expect(proposed).toMatchObject({ event: 'proposed', data: '{"subjects":["targets"]}' })
    await first.close()
    await team.sign('targets', 'Ben')
    const again = await listen(team, proposed.id)
    expect(await again.next()).toMatchObject({ event: 'signed' })
    expect(await again.next()).toMatchObject({ event: 'published' })
  })

  test('says when it cannot know what was missed', async () => {
    const team = await openTeam()
    const stream = await listen(team, 'of-another-start-7')
    expect(await stream.next()).toMatchObject({ event: 'reset' })
  })

  test('is bounded for one address and for all, and a place that is left is free', async () => {
    const subscribing = { total: 3, perAddress: 2, beatMs: 60_000 }
    const team = await openTeam({ app: { subscribing } })
    const open = [await listen(team), await listen(team)]
    expect(await refused(await team.call('GET', '/api/v1/events'))).toMatchObject({
      status: 429,
      code: 'source/unreachable',
    })
    const other = (address: string) => team.app.fetch(new Request('http://127.0.0.1/api/v1/events'), { address })
    expect((await other('192.0.2.2')).status).toBe(200)
    expect((await other('192.0.2.3')).status).toBe(429)
    await open[0]?.close()
    await expect.poll(async () => (await other('192.0.2.3')).status).toBe(200)
  })

  test('is not begun for who asks only for the headers', async () => {
    const team = await openTeam()
    const answer = await team.call('HEAD', '/api/v1/events')
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toBe('text/event-stream')
    expect(team.repository.events.listeners()).toBe(0)
  })

  test('ends for who does not read, and nobody else is held up', async () => {
    const team = await openTeam()
    const lazy = await team.call('GET', '/api/v1/events')
    const awake = await listen(team)
    for (let at = 0; at < 600; at++) {
      team.repository.events.emit('signed', [`role-${at}`])
      expect(await awake.next()).toMatchObject({ data: `{"subjects":["role-${at}"]}` })
    }
    expect(team.repository.events.listeners()).toBe(1)
    const stream = reader(lazy)
    let last = ''
    for (let event = await stream.next(); event.event !== 'end'; event = await stream.next()) last = event.data ?? ''
    expect(Number(/\d+/.exec(last))).toBeLessThan(300)
  })
})

test('a thousand are kept; before that it is not known any more', () => {
  const happened = events()
  const start = happened.last()
  happened.emit('signed', ['a'])
  const first = happened.last()
  for (let at = 0; at < 1000; at++) happened.emit('signed', [String(at)])
  expect(happened.since(first)?.map(({ subjects }) => subjects[0])).toEqual(
    Array.from({ length: 1000 }, (_, at) => String(at)),
  )
  expect(happened.since(happened.last())).toEqual([])
  expect(happened.since(start)).toBe(undefined)
  happened.emit('signed', ['b'])
  expect(happened.since(first)).toBe(undefined)
  expect(happened.since(undefined)).toEqual([])
  expect(happened.since('nonsense')).toBe(undefined)
})
