// How a repository on the web is reached, as the window says it: when it is opened, and later.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { type TestApp, testApp } from '../support/app-handlers.ts'
import { folderRepository } from '../support/folder-repository.ts'
import { memoryKeychain } from '../support/keychain.ts'
import { holder } from '../support/repository.ts'
import { type Authority, makeAuthority, serveSecurely } from '../support/secure-server.ts'
import { everythingIn } from '../support/temporary-folder.ts'
import { codeOfPromise } from '../support/thrown.ts'

const token = 'tok-7f3a91c2d4'
let authority: Authority
beforeAll(async () => {
  authority = await makeAuthority('Our company')
})

/** A repository that is shown to those alone who bring the token. */
async function closedRepository(): Promise<string> {
  const { folder } = await folderRepository([await holder('Ana')])
  return serveSecurely(authority, ({ url = '', headers }, response) => {
    if (headers.authorization !== `Bearer ${token}`) return response.writeHead(401).end()
    try {
      return response.end(readFileSync(join(folder, url)))
    } catch {
      return response.writeHead(404).end()
    }
  })
}

const inspect = async (app: TestApp, what: { location: string; ca?: string }) => app.calls['sources.inspect'](what)

async function open(app: TestApp, location: string): Promise<string> {
  app.person.replies.push(token)
  const { ask, words } = await app.calls['sources.inspect']({ location, ca: authority.pem, token: true })
  const answers = Object.fromEntries(ask.map((position) => [String(position), words[position - 1] ?? '']))
  return (await app.calls['sources.pin']({ location, name: 'Web', answers })).id
}

test('certificates and a token are said when it is opened, kept, and never shown or left in memory', async () => {
  const app = testApp({ keychain: memoryKeychain() })
  const location = await closedRepository()
  expect(await codeOfPromise(inspect(app, { location }))).toBe('source/unreachable')
  expect(await codeOfPromise(inspect(app, { location, ca: authority.pem }))).toBe('source/rejected')
  await open(app, location)
  const [view] = await app.calls['sources.list']()
  expect(view).toMatchObject({ state: {}, access: { authorities: ['CN=Our company'], hasToken: true } })
  expect(JSON.stringify(everythingIn(app.dataDir))).not.toContain(token)
  expect(app.person.given.map((bytes) => bytes.every((byte) => byte === 0))).toEqual([true])
  expect(app.person.asked).toMatchObject([{ secret: 'token', device: expect.stringContaining('127.0.0.1') }])
})

test('each of both is changed and given up later', async () => {
  const app = testApp({ keychain: memoryKeychain() })
  const sourceId = await open(app, await closedRepository())
  const change = async (what: Parameters<TestApp['calls']['sources.access']>[0]) => app.calls['sources.access'](what)
  expect(await change({ sourceId, clear: 'token' })).toMatchObject({ problem: { code: 'source/rejected' } })
  app.person.replies.push(token)
  expect(await change({ sourceId, token: true })).toMatchObject({ state: {}, access: { hasToken: true } })
  expect(await change({ sourceId, clear: 'ca' })).toMatchObject({
    access: { authorities: [], hasToken: true },
    problem: { code: 'source/unreachable' },
  })
  expect(await change({ sourceId, ca: authority.pem })).toMatchObject({ state: {} })
  expect(await codeOfPromise(change({ sourceId, ca: 'nobody' }))).toBe('format/malformed')
  expect(await codeOfPromise(change({ sourceId: 'nothing', clear: 'ca' }))).toBe('source/not-found')
})

test('where a token cannot be kept, the repository is not pinned', async () => {
  const broken = { read: async () => undefined, readOrCreate: () => Promise.reject(new Error('no keychain')) }
  const app = testApp({ keychain: broken })
  expect(await codeOfPromise(open(app, await closedRepository()))).toBe('internal/bug')
  expect(await app.calls['sources.list']()).toEqual([])
})
