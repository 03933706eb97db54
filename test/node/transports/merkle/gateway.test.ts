// Blocks from a gateway: what it may answer, what each lie is called, and how often it is asked.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { utf8 } from '../../../../src/core/bytes.ts'
import { blockName, headName, maxBytes } from '../../../../src/core/systems/merkle/files.ts'
import { parseMerkleAddress } from '../../../../src/node/transports/merkle/address.ts'
import { type GatewayOptions, gatewayTransport } from '../../../../src/node/transports/merkle/gateway.ts'
import { type BlockServer, blockServer, type GatewayFault } from '../../../support/merkle/gateway.ts'
import { type Published, published } from '../../../support/merkle/published.ts'
import { temporaryFolder } from '../../../support/temporary-folder.ts'
import { codeOfPromise, faultOfPromise } from '../../../support/thrown.ts'

const { signal } = new AbortController()
let repository: Published
beforeAll(async () => {
  repository = await published()
})

async function opened(options: GatewayOptions = {}, head = '') {
  const server = await blockServer()
  for (const [cid, block] of repository.blocks) server.blocks.set(cid, block)
  server.files.set(headName, repository.head)
  const address = parseMerkleAddress(`merkle+${server.url}/repo/${head}`)
  return { server, gateway: gatewayTransport(address, options) }
}
const gets = (server: BlockServer, part: string) => server.asked.filter((one) => one.includes(part)).length

test('gives back the head and every block, and asks for a block once', async () => {
  const { server, gateway } = await opened()
  expect(await gateway.read(headName, maxBytes.head, signal)).toEqual(repository.head)
  for (let i = 0; i < 2; i++)
    for (const [cid, block] of repository.blocks)
      expect(await gateway.read(blockName(cid), maxBytes.block, signal)).toEqual(block)
  expect(gets(server, '/repo/ipfs/')).toBe(repository.blocks.size)
  expect(gets(server, `/repo/ipfs/${repository.root.cid}?format=raw`)).toBe(1)
})

test('keeps no more blocks than fit', async () => {
  const { server, gateway } = await opened({ keptBytes: 1 })
  for (let i = 0; i < 2; i++) await gateway.read(blockName(repository.root.cid), maxBytes.block, signal)
  expect(gets(server, '/repo/ipfs/')).toBe(2)
})

test('the size limit is exact, also for a block that is kept', async () => {
  const { gateway } = await opened()
  const [name, size] = [blockName(repository.root.cid), repository.head.length]
  expect(await codeOfPromise(gateway.read(name, size - 1, signal))).toBe('source/too-large')
  expect((await gateway.read(name, size, signal))?.length).toBe(size)
  expect(await codeOfPromise(gateway.read(name, size - 1, signal))).toBe('source/too-large')
})

test('what is not there is absent, and so is what has another name', async () => {
  const { server, gateway } = await opened()
  server.blocks.clear()
  server.files.clear()
  expect(await gateway.read(blockName(repository.root.cid), maxBytes.block, signal)).toBe(undefined)
  expect(await gateway.read(headName, maxBytes.head, signal)).toBe(undefined)
  server.files.set('other.json', utf8('{}'))
  expect(await gateway.read('other.json', 10, signal)).toBe(undefined)
})

test.each<[GatewayFault, string, string]>([
  ['wrong block', 'block-hash', 'ok'],
  ['truncated', 'source/unreachable', 'source/unreachable'],
  ['endless', 'source/too-large', 'source/too-large'],
  ['page', 'source/rejected', 'source/rejected'],
  ['outage', 'source/unreachable', 'source/unreachable'],
  ['forbidden', 'source/rejected', 'source/rejected'],
  ['elsewhere', 'source/rejected', 'source/rejected'],
  // A block is what its hash says; of a head nothing is known yet.
  ['wrong type', 'ok', 'source/rejected'],
  ['slow', 'source/unreachable', 'source/unreachable'],
])('%s: a block is %s, a head %s', async (fault, block, head) => {
  const { server, gateway } = await opened({ answerMs: 2000, idleMs: 200 })
  server.fault = fault
  expect(await faultOfPromise(gateway.read(blockName(repository.root.cid), maxBytes.block, signal))).toBe(block)
  expect(await codeOfPromise(gateway.read(headName, maxBytes.head, signal))).toBe(head)
})

test('a head at another address gets no token of ours, and one in a file is read there', async () => {
  const other = await blockServer()
  other.files.set('moving', utf8('{"other":1}'))
  const seen: unknown[] = []
  const access = { bearer: async () => String(seen.push('asked')) }
  const at = encodeURIComponent(`${other.url}/repo/moving`)
  const { gateway } = await opened({ access }, `?head=${at}`)
  expect(await gateway.read(headName, 100, signal)).toEqual(utf8('{"other":1}'))
  expect(seen).toEqual([])
  await gateway.read(blockName(repository.root.cid), maxBytes.block, signal)
  expect(seen).toEqual(['asked'])
  const file = join(temporaryFolder(), 'head.json')
  writeFileSync(file, '{"file":1}')
  const here = await opened({}, `?head=${encodeURIComponent(file)}`)
  expect(await here.gateway.read(headName, 100, signal)).toEqual(utf8('{"file":1}'))
})

test('lists what waits from a file of names, and nothing where there is none', async () => {
  const { server, gateway } = await opened()
  expect(await gateway.list('pending/', signal)).toEqual([])
  server.files.set(
    'pending/index.json',
    utf8('["pending/targets.json","../x","pending/root.json","pending/root.json"]'),
  )
  server.files.set('pending/root.json', utf8('{"waits":1}'))
  expect(await gateway.list('pending/', signal)).toEqual(['pending/root.json', 'pending/targets.json'])
  expect(await gateway.read('pending/root.json', 100, signal)).toEqual(utf8('{"waits":1}'))
  server.files.set('pending/index.json', utf8('{"a":1}'))
  expect(await codeOfPromise(gateway.list('pending/', signal))).toBe('format/malformed')
  expect(await codeOfPromise(gateway.list('ipfs/', signal))).toBe('format/unsupported')
})

test('is not written', async () => {
  const { gateway } = await opened()
  expect(await codeOfPromise(gateway.write(new Map(), new Map(), '', signal))).toBe('usage/invalid')
})
