// Requests of people who mean no good, over a real port: too large, too slow, malformed, too many, and from a browser.
import { connect } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { repositoryApp } from '../../src/repository/app.ts'
import { standardLimits } from '../../src/repository/body.ts'
import { rates } from '../../src/repository/rates.ts'
import { type RunningServer, startServer } from '../../src/repository/server.ts'
import { openTeam, refused, type Team } from '../support/team.ts'
import { codeOfCall, codeOfPromise } from '../support/thrown.ts'

const renewal = { kind: 'expires', date: '2030-01-01T00:00:00Z' } as const

async function onPort(team: Team, body = standardLimits, names?: ReadonlySet<string>): Promise<RunningServer> {
  const { log, signal } = team.ground
  const app = repositoryApp(team.repository, { log, signal, body, ...(names === undefined ? {} : { names }) })
  const server = await startServer(app, { host: '127.0.0.1', port: 0 })
  onTestFinished(() => server.close())
  return server
}

/** What comes back on a connection on which these bytes were sent, until the other side ends it. */
function raw(url: string, text: string): Promise<string> {
  return new Promise((done, fail) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(text))
    let heard = ''
    socket.on('data', (data) => {
      heard += data.toString('latin1')
    })
    socket.on('error', fail)
    socket.on('close', () => done(heard))
  })
}

const post = 'POST /api/v1/candidates HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n'

describe('a request', () => {
  test('with a body that does not come is answered, and the connection is closed', async () => {
    const { url } = await onPort(await openTeam(), { ...standardLimits, totalMs: 200 })
    const heard = await raw(url, `${post}Connection: close\r\nContent-Length: 1000\r\n\r\n{`)
    expect(heard).toMatch(/^HTTP\/1\.1 408 /)
    expect(heard).toContain('"source/unreachable"')
  })

  test('that drips a body for ever is left after the time for all of it', async () => {
    const team = await openTeam()
    const { url } = await onPort(team, { ...standardLimits, totalMs: 300 })
    const drip = new ReadableStream({
      pull: async (controller) => {
        await new Promise((done) => setTimeout(done, 20))
        controller.enqueue(new TextEncoder().encode(' '))
      },
    })
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: drip, duplex: 'half' }
    const answer = await fetch(`${url}api/v1/candidates`, init as RequestInit).catch(() => undefined)
    // Refused, or cut off while it was still sending.
    if (answer !== undefined) expect(answer.status).toBe(408)
    expect(team.log.at(-1)).toMatch(/POST \/api\/v1\/candidates 408 source\/unreachable$/)
  })

  test('that is too large is refused by what it announces, and by what it sends', async () => {
    const { url } = await onPort(await openTeam(), { ...standardLimits, bytes: 1000 })
    const announced = await raw(url, `${post}Connection: close\r\nContent-Length: 99999999999\r\n\r\n`)
    expect(announced).toMatch(/^HTTP\/1\.1 413 /)
    const sent = await raw(
      url,
      `${post}Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n7d0\r\n${' '.repeat(2000)}\r\n0\r\n\r\n`,
    )
    expect(sent).toMatch(/^HTTP\/1\.1 413 /)
  })

  test('that is no HTTP, or has headers without end, gets nothing of ours', async () => {
    const { url } = await onPort(await openTeam())
    expect(await raw(url, 'nonsense\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /)
    expect(await raw(url, `GET / HTTP/1.1\r\nHost: x\r\nX: ${'y'.repeat(20_000)}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 431 /)
    const doubled = `${post}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`
    expect(await raw(url, doubled)).toMatch(/^HTTP\/1\.1 400 /)
  })

  test('whose path climbs is refused before it is resolved', async () => {
    const { url } = await onPort(await openTeam())
    for (const path of ['/metadata/../../etc/passwd', '/targets/..%2f..%2fetc/passwd', '//etc/passwd', '/%2e%2e/x']) {
      expect(await raw(url, `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)).toMatch(
        /^HTTP\/1\.1 40[04] /,
      )
    }
  })

  test.each([
    '{"documents":[',
    '[]',
    'null',
    '{"documents":{}}',
    '{"documents":[],"documents":[]}',
    '\ufeff{}',
    '{"__proto__":1}',
    `${'['.repeat(5000)}`,
  ])('with JSON that is not what it should be: %s', async (body) => {
    const team = await openTeam()
    const headers = { 'content-type': 'application/json' }
    expect(await refused(await team.call('POST', '/api/v1/candidates', body, headers))).toMatchObject({
      status: 400,
      code: 'format/malformed',
    })
  })

  test('of very many small values is refused before it is read as JSON', async () => {
    const team = await openTeam()
    const body = `{"documents":[${'0,'.repeat(100_000)}0]}`
    const answer = await team.call('POST', '/api/v1/candidates', body, { 'content-type': 'application/json' })
    expect(await refused(answer)).toMatchObject({ status: 413, code: 'source/too-large' })
  })

  test('from a page in a browser cannot write: it would have to ask first, and is not answered', async () => {
    const team = await openTeam()
    const form = { 'content-type': 'application/x-www-form-urlencoded' }
    expect(await refused(await team.call('POST', '/api/v1/candidates', '{}', form))).toMatchObject({ status: 415 })
    const preflight = await team.call('OPTIONS', '/api/v1/candidates')
    expect(preflight.status).toBe(405)
    expect(preflight.headers.get('access-control-allow-origin')).toBe(null)
  })
})

test('a page whose name was made to lead here reads nothing, and one of another address changes nothing', async () => {
  const { url } = await onPort(await openTeam(), standardLimits, new Set(['packages.example']))
  const ask = async (host: string, path: string) =>
    (await raw(url, `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)).slice(9, 12)
  await ask('localhost', '/metadata/timestamp.json')
  for (const path of ['/api/v1/', '/metadata/timestamp.json', '/metadata/1.root.json']) {
    expect(await ask('evil.example:8470', path)).toBe('400')
    expect(await ask('127.0.0.1.evil.example', path)).toBe('400')
    for (const own of ['localhost:8470', '192.0.2.7', '[::1]:8470', 'Packages.Example.', 'packages.example:80']) {
      expect(await ask(own, path)).toBe('200')
    }
  }
  const body = { method: 'POST', body: '{"documents":[]}' }
  const send = async (origin: string) =>
    (await fetch(`${url}api/v1/candidates`, { ...body, headers: { 'content-type': 'application/json', origin } }))
      .status
  expect(await send('http://evil.example')).toBe(403)
  expect(await send('null')).toBe(403)
  expect(await send(url.slice(0, -1))).toBe(400)
})

describe('too often', () => {
  test('from one address is refused for a while, and others are not', async () => {
    const team = await openTeam()
    const ask = async (address: string) =>
      (await team.app.fetch(new Request('http://127.0.0.1/api/v1/openapi.json'), { address })).status
    // A few come back while they are being used up.
    let asked = 0
    while ((await ask('192.0.2.9')) === 200 && asked < 5000) asked++
    expect(asked).toBeGreaterThanOrEqual(600)
    expect(asked).toBeLessThan(5000)
    const answer = await team.app.fetch(new Request('http://127.0.0.1/api/v1/'), { address: '192.0.2.9' })
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(await ask('192.0.2.10')).toBe(200)
    // What is published is for everybody, always.
    const read = await team.app.fetch(new Request('http://127.0.0.1/metadata/timestamp.json'), { address: '192.0.2.9' })
    expect(read.status).toBe(200)
  })

  test('comes back with time, never above the measure, and forgets the oldest of very many', () => {
    let now = 0
    const two = rates(
      () => 2,
      () => now,
    )
    const take = (who = 'a') => codeOfCall(() => two.take(who, 'it'))
    expect([take(), take(), take()]).toEqual(['ok', 'ok', 'source/unreachable'])
    now += 30_000
    expect([take(), take()]).toEqual(['ok', 'source/unreachable'])
    now += 3_600_000
    expect([take(), take(), take()]).toEqual(['ok', 'ok', 'source/unreachable'])
    for (let at = 0; at < 10_001; at++) take(`other ${at}`)
    expect(take()).toBe('ok')
  })

  test('changes that one key may let wait are as many as the configuration says', async () => {
    const team = await openTeam({ threshold: 1, structure: { kind: 'projects' } })
    await team.propose('configuration', ['Ana'], { kind: 'configure', values: { 'quotas/candidatesPerKey': 2 } })
    const two = async (name: string) => {
      const keys = [await team.entry('Mia'), await team.entry('Noa')]
      return team.draft(`keys:${name}`, { kind: 'project-keys', first: true, keys, keepIds: [], threshold: 1 })
    }
    const send = async (name: string) => team.send((await team.documents(await two(name), ['Mia'])).slice(0, 1))
    expect([(await send('one')).status, (await send('two')).status]).toEqual([200, 200])
    expect(await refused(await send('three'))).toMatchObject({
      status: 422,
      code: 'source/rejected',
      data: { waiting: 3 },
    })
    await team.call('POST', '/api/v1/withdrawals', await team.withdrawal('keys:one', 'Mia'))
    expect((await send('three')).status).toBe(200)
  })
})

test('what goes wrong inside is not told to strangers, and the log says it', async () => {
  const team = await openTeam()
  team.repository.info = async () => {
    throw new Error('secret path /root/x')
  }
  const answer = await team.call('GET', '/api/v1/')
  expect(answer.status).toBe(500)
  expect(await answer.text()).not.toMatch(/secret|root|at /)
  expect(team.log.at(-1)).toContain('secret path')
})

test('a port that is taken is said to be, and one that cannot be', async () => {
  const team = await openTeam()
  const { url } = await onPort(team)
  const port = Number(new URL(url).port)
  expect(await codeOfPromise(startServer(team.app, { host: '127.0.0.1', port }))).toBe('source/conflict')
  expect(await codeOfPromise(startServer(team.app, { host: '192.0.2.1', port: 0 }))).toBe('usage/invalid')
  expect((await team.propose('targets', ['Ana'], renewal)).published).toEqual([])
})
