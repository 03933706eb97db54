// Archives sent to nodes and services: what they must say, what they must show, and whose head is never overwritten.
import { beforeAll, expect, test } from 'vitest'
import { utf8 } from '../../../src/core/bytes.ts'
import { headName } from '../../../src/core/systems/merkle/files.ts'
import { memoryTransport } from '../../../src/core/transport.ts'
import { type UploadOptions, uploadArchive } from '../../../src/node/merkle/upload.ts'
import { type BlockServer, blockServer } from '../../support/merkle/gateway.ts'
import { type Published, published } from '../../support/merkle/published.ts'
import { codeOfPromise, faultOfPromise } from '../../support/thrown.ts'

const { signal } = new AbortController()
let repository: Published
beforeAll(async () => {
  repository = await published()
})

const forms = [
  ['body', '/upload'],
  ['dag-import', '/api/v0/dag/import'],
] as const

function upload(server: BlockServer, form: 'body' | 'dag-import', more: Partial<UploadOptions> = {}) {
  const endpoint = server.url + (form === 'body' ? '/upload' : '/api/v0/dag/import')
  const places = { head: `${server.url}/repo/head.json`, gateway: { gateway: `${server.url}/repo/` } }
  return uploadArchive(memoryTransport(repository.files), {
    endpoint,
    form,
    replaces: async () => true,
    signal,
    ...places,
    ...more,
  })
}
const sent = ({ asked }: BlockServer) => asked.filter((one) => !one.startsWith('GET')).map((one) => one.split(' ')[0])

test.each(forms)('as %s: all blocks, then the head, then everything is read back', async (form, path) => {
  const server = await blockServer()
  const { blocks, root, shown } = await upload(server, form)
  expect(root).toEqual(repository.root)
  expect(shown).toEqual({ head: true, blocks })
  expect(server.blocks.size).toBe(blocks)
  expect(server.files.get(headName)).toEqual(Buffer.from(repository.head))
  expect(server.asked.slice(0, 3)).toEqual([
    'GET /repo/head.json',
    `POST ${path}${form === 'body' ? '' : '?pin-roots=true&stats=true'}`,
    'PUT /repo/head.json',
  ])
  await upload(server, form)
  expect(sent(server)).toEqual(['POST', 'PUT', 'POST'])
  expect(server.sentHeaders['transfer-encoding']).toBe(undefined)
  expect(Number(server.sentHeaders['content-length'])).toBeGreaterThan(1000)
})

test('a head that is there is replaced by its ETag, and only if ours may follow it', async () => {
  const server = await blockServer()
  server.files.set(headName, utf8('{"before":1}'))
  const seen: unknown[] = []
  const no = async (there: Uint8Array | undefined) => seen.push(there) > 1
  expect(await codeOfPromise(upload(server, 'body', { replaces: no }))).toBe('source/conflict')
  expect(sent(server)).toEqual([])
  expect(await codeOfPromise(upload(server, 'body', { replaces: no }))).toBe('ok')
  expect(seen).toEqual([utf8('{"before":1}'), utf8('{"before":1}')])
})

test.each([undefined, '{"before":1}'])('a head that somebody moved meanwhile stays, where %s was', async (before) => {
  const server = await blockServer()
  if (before !== undefined) server.files.set(headName, utf8(before))
  server.beforePut = () => void server.files.set(headName, utf8('{"theirs":1}'))
  expect(await codeOfPromise(upload(server, 'body'))).toBe('source/conflict')
  expect(server.files.get(headName)).toEqual(utf8('{"theirs":1}'))
})

test('without an ETag nothing is sent', async () => {
  const server = await blockServer()
  server.noTag = true
  server.files.set(headName, utf8('{"before":1}'))
  expect(await codeOfPromise(upload(server, 'body'))).toBe('source/rejected')
  expect(sent(server)).toEqual([])
})

test('a node must name our root, and must have kept it', async () => {
  const server = await blockServer()
  server.pinError = 'ipld: could not find a block'
  expect(await codeOfPromise(upload(server, 'dag-import'))).toBe('source/rejected')
  expect(await codeOfPromise(upload(server, 'dag-import', { pin: false }))).toBe('ok')
  server.pinError = ''
  server.otherRoot = [...repository.blocks.keys()].find((cid) => cid !== repository.root.cid) ?? ''
  expect(await codeOfPromise(upload(server, 'dag-import'))).toBe('source/rejected')
})

test('what only says that it has it shows that it has not', async () => {
  const server = await blockServer()
  server.forgetful = true
  expect(await codeOfPromise(upload(server, 'body'))).toBe('source/conflict')
  const { gateway } = { gateway: { gateway: `${server.url}/repo/` } }
  const endpoint = `${server.url}/upload`
  const source = memoryTransport(repository.files)
  const { shown } = await uploadArchive(source, { endpoint, form: 'body', gateway, replaces: async () => true, signal })
  expect(shown).toEqual({ head: false, blocks: 0 })
  server.forgetful = false
  server.fault = 'wrong block'
  expect(
    await faultOfPromise(
      uploadArchive(source, { endpoint, form: 'body', gateway, replaces: async () => true, signal }),
    ),
  ).toBe('block-hash')
})

test('not to an address that is not there, in the open, or none', async () => {
  const server = await blockServer()
  expect(await codeOfPromise(upload(server, 'body', { endpoint: `${server.url}/none` }))).toBe('source/rejected')
  for (const endpoint of ['http://example.com/', 'ftp://127.0.0.1/', 'nowhere', 'https://me:it@example.com/'])
    expect(await codeOfPromise(upload(server, 'body', { endpoint }))).toBe('usage/invalid')
})
