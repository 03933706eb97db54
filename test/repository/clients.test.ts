// What TUF clients read: plain files with honest headers, and nothing that is not published.
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { fileSystem } from '../../src/node/file-system.ts'
import { openTeam, sha256, type Team } from '../support/team.ts'

const renewal = { kind: 'expires', date: '2030-01-01T00:00:00Z' } as const
const content = Array.from({ length: 3_000_000 }, (_, at) => String.fromCharCode(97 + (at % 26))).join('')
const target = `/targets/loom/${sha256(content)}.loom-1.0`

async function withTarget(): Promise<Team> {
  const team = await openTeam()
  mkdirSync(join(team.folder, 'targets/loom'), { recursive: true })
  writeFileSync(join(team.folder, target), content)
  return team
}

describe('metadata', () => {
  test('byte for byte, with a type, a digest, and the time for which it may be kept', async () => {
    const team = await openTeam()
    for (const name of ['1.root.json', '1.targets.json', '1.snapshot.json', 'timestamp.json']) {
      const bytes = readFileSync(join(team.folder, 'metadata', name))
      // Twice: from the disk, and from memory.
      for (const _ of [1, 2]) {
        const answer = await team.call('GET', `/metadata/${name}`)
        expect(Buffer.from(await answer.arrayBuffer())).toEqual(bytes)
        expect(Object.fromEntries(answer.headers)).toMatchObject({
          'content-type': 'application/json',
          'content-length': String(bytes.length),
          'cache-control': name === 'timestamp.json' ? 'public, max-age=5' : 'public, max-age=31536000, immutable',
          etag: `"${sha256(bytes)}"`,
        })
      }
      const head = await team.call('HEAD', `/metadata/${name}`)
      expect([head.status, await head.text(), head.headers.get('content-length')]).toEqual([
        200,
        '',
        String(bytes.length),
      ])
      const same = await team.call('GET', `/metadata/${name}`, undefined, { 'if-none-match': `"${sha256(bytes)}"` })
      expect([same.status, await same.text()]).toEqual([304, ''])
    }
  })

  test('new at once after a publication, also when another program made it', async () => {
    const team = await openTeam({ threshold: 1 })
    const version = async () => (await (await team.call('GET', '/metadata/timestamp.json')).json()).signed.version
    expect(await version()).toBe(1)
    await team.propose('targets', ['Ana'], renewal)
    expect(await version()).toBe(2)
    expect((await team.call('GET', '/metadata/2.targets.json')).status).toBe(200)
    const path = join(team.folder, 'metadata/timestamp.json')
    const text = readFileSync(path, 'utf8')
    writeFileSync(path, text.replaceAll('"version": 2', '"version": 7'))
    await expect.poll(version, { timeout: 5000 }).toBe(7)
  })

  test('new soon under every name that is used again, as programs without consistent snapshots do', async () => {
    const team = await openTeam()
    const path = join(team.folder, 'metadata/snapshot.json')
    const text = async () => (await team.call('GET', '/metadata/snapshot.json')).text()
    const heldText = () => team.repository.files.held('metadata/snapshot.json')?.bytes.length
    expect((await team.call('GET', '/metadata/snapshot.json')).status).toBe(404)
    writeFileSync(path, '{"it":1}')
    expect(await text()).toBe('{"it":1}')
    expect(heldText()).toBe(8)
    writeFileSync(path, '{"it":22}')
    await expect.poll(text, { timeout: 5000 }).toBe('{"it":22}')
    // What is answered at once is no older than that.
    await expect.poll(heldText, { timeout: 5000 }).toBe(undefined)
    rmSync(path)
    expect((await team.call('GET', '/metadata/snapshot.json')).status).toBe(404)
  })

  test('above 4 MB is read whole once for its digest, and then only what somebody asks for', async () => {
    const team = await openTeam()
    const path = join(team.folder, 'metadata/9.targets.json')
    const text = `{"x":"${'0123456789'.repeat(600_000)}"}`
    writeFileSync(path, text)
    const read = vi.spyOn(fileSystem, 'read')
    onTestFinished(() => read.mockRestore())
    const bytesRead = async () => {
      const counts = await Promise.all(read.mock.results.map(({ value }) => value as Promise<number>))
      return counts.reduce((sum, count) => sum + count, 0)
    }
    const name = '/metadata/9.targets.json'
    const parts = await Promise.all(
      Array.from({ length: 30 }, () => team.call('GET', name, undefined, { range: 'bytes=6-9' })),
    )
    for (const part of parts) expect([part.status, await part.text()]).toEqual([206, '0123'])
    // The digest, and a piece for each.
    expect(await bytesRead()).toBeLessThan(text.length + 31 * 1024 * 1024)
    const etag = `"${sha256(text)}"`
    read.mockClear()
    const same = await team.call('GET', name, undefined, { 'if-none-match': etag })
    expect([same.status, read.mock.calls.length]).toEqual([304, 0])
    const whole = await team.call('GET', name)
    expect(await whole.text()).toBe(text)
    expect(Object.fromEntries(whole.headers)).toMatchObject({
      etag,
      'content-type': 'application/json',
      'content-length': String(text.length),
      'cache-control': 'public, max-age=31536000, immutable',
    })
    const next = text.replace('0', '1')
    writeFileSync(path, next)
    expect((await team.call('HEAD', name)).headers.get('etag')).toBe(`"${sha256(next)}"`)
    rmSync(path)
    expect((await team.call('GET', name)).status).toBe(404)
  })

  test('what waits is not there, nor what is no file of the repository', async () => {
    const team = await openTeam()
    await team.propose('targets', ['Ana'], renewal)
    writeFileSync(join(team.folder, 'secret.json'), '{}')
    const names = [
      ...['pending/targets.json', 'pending%2Ftargets.json', 'pending%252Ftargets.json', '2.root.json', ''],
      ...[
        '..%2Fsecret.json',
        '%2e%2e/secret.json',
        '../secret.json',
        '..\\secret.json',
        '%00.json',
        '%zz.json',
        '.json',
      ],
      ...['.countersign/journal', `${'x'.repeat(300)}.json`, 'targets.json?x=1', '%c3%28.json'],
    ]
    for (const name of names) expect((await team.call('GET', `/metadata/${name}`)).status, name).toBe(404)
  })

  test('of roles whose names are encoded, however the client encodes them', async () => {
    const team = await openTeam()
    writeFileSync(join(team.folder, 'metadata/1.a%2Fb%20c.json'), '{"it":1}')
    for (const name of ['1.a%2Fb%20c.json', '1.a%2fb%20c.json', '%31.a%2Fb%20c.json']) {
      expect(await (await team.call('GET', `/metadata/${name}`)).text(), name).toBe('{"it":1}')
    }
  })
})

describe('targets', () => {
  test('whole, and in parts', async () => {
    const team = await withTarget()
    const whole = await team.call('GET', target)
    expect(await whole.text()).toBe(content)
    expect(Object.fromEntries(whole.headers)).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-length': '3000000',
      'accept-ranges': 'bytes',
      'cache-control': 'public, max-age=31536000, immutable',
      etag: `"${sha256(content)}"`,
      'x-content-type-options': 'nosniff',
    })
    const parts: [string, number, number][] = [
      ['bytes=0-0', 0, 1],
      ['bytes=5-9', 5, 10],
      ['bytes=2999999-', 2_999_999, 3_000_000],
      ['bytes=-3', 2_999_997, 3_000_000],
      ['bytes=-9999999', 0, 3_000_000],
      ['bytes=2000000-99999999', 2_000_000, 3_000_000],
    ]
    for (const [range, from, to] of parts) {
      const part = await team.call('GET', target, undefined, { range })
      expect(part.status, range).toBe(206)
      expect(part.headers.get('content-range')).toBe(`bytes ${from}-${to - 1}/3000000`)
      expect(await part.text()).toBe(content.slice(from, to))
    }
  })

  test.each(['bytes=9-5', 'bytes=0-1,3-4', 'bytes=-', 'bytes=a-b', 'lines=1-2', `bytes=${'9'.repeat(30)}-`])(
    'a range that is not understood is answered with all of it: %s',
    async (range) => {
      const team = await withTarget()
      const answer = await team.call('GET', target, undefined, { range })
      expect([answer.status, (await answer.text()).length]).toEqual([200, 3_000_000])
    },
  )

  test('beyond the end, and of something that changed', async () => {
    const team = await withTarget()
    for (const range of ['bytes=3000000-', 'bytes=-0']) {
      const answer = await team.call('GET', target, undefined, { range })
      expect([answer.status, answer.headers.get('content-range')], range).toEqual([416, 'bytes */3000000'])
    }
    const ask = (tag: string) => team.call('GET', target, undefined, { range: 'bytes=0-1', 'if-range': tag })
    expect((await ask(`"${sha256(content)}"`)).status).toBe(206)
    expect((await ask('"another"')).status).toBe(200)
    expect((await team.call('GET', '/metadata/1.root.json', undefined, { range: 'bytes=99999-' })).status).toBe(416)
    expect((await team.call('GET', '/metadata/1.root.json', undefined, { range: 'bytes=0-3' })).status).toBe(206)
  })

  test('through no link, and nothing outside', async () => {
    const team = await withTarget()
    writeFileSync(join(team.folder, 'secret'), 'secret')
    symlinkSync(join(team.folder, 'secret'), join(team.folder, 'targets/link'))
    symlinkSync(team.folder, join(team.folder, 'targets/up'))
    const names = [
      'link',
      'up/secret',
      '../secret',
      '..%2Fsecret',
      '%2e%2e%2fsecret',
      'loom',
      'loom/',
      '',
      '/secret',
      '%00',
      '.git/config',
    ]
    for (const name of names)
      expect((await team.call('GET', `/targets/${name}`)).status, name).toBeGreaterThanOrEqual(404)
  })

  test('another method is refused by name', async () => {
    const team = await withTarget()
    const answer = await team.call('DELETE', target)
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
    expect((await team.call('POST', '/metadata/timestamp.json', 'x')).status).toBe(405)
    expect((await team.call('PATCH', '/api/v1/candidates', 'x')).status).toBe(405)
    expect((await team.call('GET', '/api/v2/')).status).toBe(404)
  })
})
