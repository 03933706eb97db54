// How web addresses are reached, on the command line: a server under an authority of its own, and one that wants a token.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { answerOf, keepSecret, leaks, refusalOf } from '../support/cli.ts'
import { type RstufDocument, RstufService } from '../support/rstuf-service.ts'
import { makeAuthority, serveSecurely } from '../support/secure-server.ts'
import { Stage } from './stage.ts'

const stage = new Stage()
beforeAll(() => stage.create())
const token = 'tok-7f3a91c2d4'
keepSecret(token)

test('a repository under an authority of its own is pinned and read with it, and not without', async () => {
  const { options, folder } = stage
  const authority = await makeAuthority('Our company')
  const ca = join(folder, 'ca.pem')
  writeFileSync(ca, authority.pem)
  const url = await serveSecurely(authority, ({ url: path = '' }, response) => {
    try {
      response.end(readFileSync(stage.path(path)))
    } catch {
      response.writeHead(404).end()
    }
  })
  const { anchor } = await answerOf<{ anchor: { digest: string } }>(['status', stage.repository], options)
  const pin = ['pin', url, '--digest', anchor.digest, '--name', 'Web']
  expect((await refusalOf(pin, options)).code).toBe('source/unreachable')
  await answerOf([...pin, '--ca', ca], options)
  expect(await answerOf(['access', 'Web'], options)).toMatchObject({ authorities: ['CN=Our company'], hasToken: false })
  await answerOf(['status', 'Web'], options)
  expect((await refusalOf(['status', 'Web', '--ca', ca], options)).code).toBe('usage/invalid')
  await answerOf(['access', 'Web', '--no-ca'], options)
  expect((await refusalOf(['status', 'Web'], options)).code).toBe('source/unreachable')
  expect((await refusalOf(['access', 'Web', '--ca', ca, '--no-ca'], options)).code).toBe('usage/invalid')
  expect((await refusalOf(['access', stage.repository, '--ca', ca], options)).code).toBe('usage/invalid')
})

test('a token is read from a descriptor, sent, and never said', async () => {
  const { options } = stage
  const service = await RstufService.start()
  service.faults = { bearer: token }
  const root = stage.read('metadata/1.root.json') as RstufDocument
  service.trusted.set('root', root)
  service.pending.set('root', { signatures: [], signed: { ...root.signed, version: 2 } })
  const args = ['pending', service.location, '--root', stage.path('metadata/1.root.json')]
  expect((await refusalOf(args, options)).code).toBe('source/rejected')
  const found = await answerOf<{ proposals: unknown[] }>([...args, '--token'], { ...options, passphrases: [token] })
  expect(found.proposals).toHaveLength(1)
  expect(service.asked.at(-1)?.authorization).toBe(`Bearer ${token}`)
  expect((await refusalOf([...args, '--token'], { ...options, passphrases: ['with space'] })).code).toBe(
    'usage/invalid',
  )
  expect(leaks()).toEqual([])
})
