// A repository of blocks at a gateway: read over the network, signed here, and published where its folder is.
import { scryptSync } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import * as dagJson from '@ipld/dag-json'
import { CID } from 'multiformats/cid'
import { describe, expect, test, vi } from 'vitest'
import { withdrawCommand } from '../../src/cli/commands/edit.ts'
import { keysCommand } from '../../src/cli/commands/keys.ts'
import { merkleCommand } from '../../src/cli/commands/merkle.ts'
import { pinCommand } from '../../src/cli/commands/pin.ts'
import { publishCommand } from '../../src/cli/commands/publish.ts'
import { pendingCommand } from '../../src/cli/commands/review.ts'
import { signCommand } from '../../src/cli/commands/sign.ts'
import { merkleForm } from '../../src/core/systems/merkle/carried-form.ts'
import { headName, pendingName } from '../../src/core/systems/merkle/files.ts'
import { memoryTransport } from '../../src/core/transport.ts'
import { draftsBeside } from '../../src/node/transports/merkle/drafts.ts'
import { calls } from '../support/calls.ts'
import { blockServer } from '../support/merkle/gateway.ts'
import { codeOfPromise } from '../support/thrown.ts'

const { signal } = new AbortController()
const bytes = (text: string) => new TextEncoder().encode(text)

vi.mock('../../src/node/stretch.ts', () => ({
  stretch: async (secret: Uint8Array, { salt }: { salt: Uint8Array }, length: number) =>
    new Uint8Array(scryptSync(secret, salt, length, { N: 2 })),
}))

describe('drafts beside a gateway', () => {
  const name = pendingName('targets')
  function both() {
    const gateway = memoryTransport(new Map([[name, bytes('theirs')]]))
    const drafts = memoryTransport()
    return { gateway, drafts, transport: draftsBeside(gateway, drafts, 'there') }
  }
  const write = (to: ReturnType<typeof both>, text: string | null, was: string | null) =>
    to.transport.write(
      new Map([[name, text === null ? null : bytes(text)]]),
      new Map([[name, was === null ? null : bytes(was)]]),
      'a test',
      signal,
    )

  test('what is signed here covers what is shown there, until it is taken away here', async () => {
    const room = both()
    await write(room, 'signed', 'theirs')
    expect(await room.transport.read(name, 100, signal)).toEqual(bytes('signed'))
    expect(room.gateway.files.get(name)).toEqual(bytes('theirs'))
    expect(await room.transport.list('', signal)).toEqual([name])
    await write(room, null, 'signed')
    expect(await room.transport.read(name, 100, signal)).toEqual(bytes('theirs'))
  })

  test('what changed there meanwhile is not covered unseen, and what lies there is not taken away', async () => {
    const room = both()
    expect(await codeOfPromise(write(room, 'signed', 'before'))).toBe('source/conflict')
    expect(await codeOfPromise(write(room, null, 'theirs'))).toBe('usage/invalid')
    expect([...room.drafts.files]).toEqual([])
  })
})

test('a change that is shown at a gateway is signed here, and neither sent nor published', async () => {
  const stage = calls({ replies: 3 })
  const { call, refused, at } = stage
  await call(keysCommand, 'create', 'Ana')
  await call(merkleCommand, 'init', at('blocks'), '--key', 'Ana')
  for (const subject of ['root', 'targets']) await call(signCommand, 'blocks', subject, '--key', 'Ana')
  await call(publishCommand, 'blocks')

  const server = await blockServer()
  server.files.set(headName, readFileSync(at('blocks/head.json')))
  for (const cid of readdirSync(at('blocks/ipfs'))) server.blocks.set(cid, readFileSync(at(`blocks/ipfs/${cid}`)))
  const { data: root } = await call(merkleCommand, 'show', 'blocks', 'root')
  const { digest } = await merkleForm.readAnchor(server.blocks.get(cidIn(root)) ?? new Uint8Array(), 'root')
  await call(pinCommand, `merkle+${server.url}/repo/`, '--digest', digest, '--name', 'far')
  expect((await call(pendingCommand, 'far')).data).toMatchObject({ proposals: [] })

  const { data: targets } = await call(merkleCommand, 'show', 'blocks', 'targets')
  const before = CID.parse(cidIn(targets))
  const { signed } = dagJson.decode<{ signed: object }>(server.blocks.get(cidIn(targets)) ?? new Uint8Array())
  const next = dagJson.encode({ signatures: [], signed: { ...signed, height: 1, 'previous-version': before } })
  server.files.set(pendingName('targets'), next)
  server.files.set('pending/index.json', bytes(JSON.stringify([pendingName('targets')])))
  await call(signCommand, 'far', 'targets', '--key', 'Ana')
  expect((await call(pendingCommand, 'far')).data).toMatchObject({
    proposals: [{ subject: 'targets', quorums: [{ signed: 1 }] }],
  })
  expect(await refused(publishCommand, 'far')).toBe('usage/invalid')
  expect(server.files.get(pendingName('targets'))).toBe(next)
  expect(server.asked.every((one) => one.startsWith('GET'))).toBe(true)
  await call(withdrawCommand, 'far', 'targets', '--yes')
  expect((await call(pendingCommand, 'far')).data).toMatchObject({ proposals: [{ quorums: [{ signed: 0 }] }] })
})

function cidIn(data: unknown): string {
  return (data as { cid: string }).cid
}
