// The document that the server hands out is true: every route and status in it is met here, in earnest, and every answer of
// every test is held against it (support/team).
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openApi } from '../../src/repository/openapi.ts'
import { promised, violations } from '../support/openapi.ts'
import { openTeam, sha256 } from '../support/team.ts'

const renewal = { kind: 'expires', date: '2030-01-01T00:00:00Z' } as const
const later = { kind: 'expires', date: '2030-02-02T00:00:00Z' } as const
const api = '/api/v1'
const text = 'the content of a release'
const digest = sha256(text)

test('everything that the document promises happens', async () => {
  const team = await openTeam({ threshold: 2 })
  const { call, exercised } = team
  expect(await (await call('GET', `${api}/openapi.json`)).json()).toEqual(JSON.parse(JSON.stringify(openApi)))
  await call('GET', `${api}/`)

  mkdirSync(join(team.folder, 'targets'), { recursive: true })
  writeFileSync(join(team.folder, `targets/${digest}.loom`), text)
  for (const path of ['/metadata/timestamp.json', `/targets/${digest}.loom`]) {
    const etag = (await call('GET', path)).headers.get('etag') ?? ''
    await call('GET', path, undefined, { 'if-none-match': etag })
    await call('GET', path, undefined, { range: 'bytes=0-1' })
    await call('GET', path, undefined, { range: 'bytes=99999999-' })
    await call('GET', `${path}.not`)
  }
  await call('GET', '/metadata/9.root.json')

  const candidates = `${api}/candidates`
  const release = {
    kind: 'target-set',
    path: 'other',
    length: text.length,
    hashes: { sha256: digest },
    replace: false,
  } as const
  await team.propose('targets', ['Ana'], release)
  await team.send(await team.documents(await team.draft('targets', later), ['Ben']))
  await team.send(await team.documents(await team.draft('root', later), []))
  await team.send(
    await team.documents(await team.draft('root', { kind: 'expires', date: '2020-01-01T00:00:00Z' }), ['Ana']),
  )
  await call('POST', candidates, '{}', { 'content-type': 'application/json' })
  await call('POST', candidates, '{}', { 'content-type': 'text/plain' })
  await call('POST', candidates, ' '.repeat(33 * 1024 * 1024), { 'content-type': 'application/json' })
  await call('GET', candidates)
  const etag = (await call('GET', `${candidates}/targets`)).headers.get('etag') ?? ''
  await call('GET', `${candidates}/targets`, undefined, { 'if-none-match': etag })
  await call('GET', `${candidates}/nothing`)
  await call('GET', `${candidates}/${'x'.repeat(300)}`)

  await call('GET', `${api}/content/${digest}`)
  await call('GET', `${api}/content/zz`)
  await call('GET', `${api}/content/${'0'.repeat(64)}`)
  const upload = '0a'.repeat(16)
  const content = (sha: string, offset: number) => `${api}/content/${sha}?offset=${offset}&upload=${upload}`
  await call('PUT', content(digest, 0), text.slice(0, 5))
  await call('PUT', content(digest, 0), text)
  await call('PUT', content(digest, 5), `${text}${text}`)
  await call('PUT', content('zz', 0), text)
  await call('PUT', content('0'.repeat(64), 0), text)

  const signatures = `${candidates}/targets/signatures`
  const { payload = '' } = (await team.candidate('targets')) ?? {}
  const [keyid = ''] = (await team.proposal('targets')).quorums[0]?.keys[1]?.ids ?? []
  const bad = [{ keyid, sig: '00'.repeat(64) }]
  await call('POST', signatures, { payload, signatures: bad })
  await call('POST', signatures, { payload, signatures: [{ keyid: 'nobody', sig: '00' }] })
  await call('POST', signatures, { payload: '0'.repeat(64), signatures: bad })
  await call('POST', signatures, { payload, signatures: [] })
  await call('POST', signatures, '{}', { 'content-type': 'text/plain' })
  await call('POST', `${candidates}/nothing/signatures`, { payload, signatures: bad })
  await team.sign('targets', 'Ana')

  const withdrawals = `${api}/withdrawals`
  const statement = (await team.withdrawal('targets', 'Ana')) as { signatures: object[]; signed: object }
  await call('POST', withdrawals, '{}')
  await call('POST', withdrawals, { ...statement, signatures: [{ keyid, sig: '00' }] })
  await call('POST', withdrawals, { ...statement, signed: { ...statement.signed, nonce: 'another' } })
  await call('POST', withdrawals, statement)
  await call('POST', withdrawals, statement)

  await team.propose('targets', ['Ana', 'Ben'], renewal)
  await call('GET', `${api}/history/targets`)
  await call('GET', `${api}/history/nothing`)
  await call('GET', `${api}/history/${'x'.repeat(300)}`)
  await (await call('GET', `${api}/events`)).body?.cancel()
  expect(promised().filter((one) => !exercised.has(one))).toEqual([])
})

test('the judge of these bodies is no yes-sayer', () => {
  const schema = { $ref: '#/components/schemas/Receipt' }
  expect(violations({ candidates: [], published: [] }, schema)).toEqual([])
  for (const wrong of [
    {},
    [],
    { candidates: [] },
    { candidates: [], published: [], more: 1 },
    { candidates: [{}], published: [] },
  ]) {
    expect(violations(wrong, schema)).not.toEqual([])
  }
  expect(violations('0', { type: 'string', enum: ['1'] })).not.toEqual([])
})
