// Content that did not come along with its change: the change is there all the same, and each file is found by what it holds.
import { expect, test } from 'vitest'
import { AppError } from '../../src/core/error.ts'
import { plainLayout } from '../../src/core/systems/tuf/layouts/plain.ts'
import { tufSystem } from '../../src/core/systems/tuf/system.ts'
import type { Transport } from '../../src/core/transport.ts'
import { sendLate } from '../../src/node/late-content.ts'
import { put } from '../../src/node/steward.ts'
import type { Served } from '../../src/node/transports/served.ts'
import { never } from '../support/repository.ts'

const refused = (code: 'source/unreachable' | 'user/cancelled') => new AppError({ code, message: 'the line is down' })
const file = (name: string) => ({ name, file: `/${name}`, length: 1, sha256: name, paths: [name], ids: ['targets/1'] })

function servedBy(upload: Served['upload']): Served {
  const unused = () => Promise.reject(new Error('not asked for'))
  return { upload, name: unused, outcome: unused, awaited: unused, withdraw: unused, listen: unused }
}

test('a change whose content is refused is proposed all the same, and the refusal says how it is sent later', async () => {
  const written: string[][] = []
  const transport: Transport = {
    list: async () => [],
    read: async () => undefined,
    write: async (files) => void written.push([...files.keys()]),
  }
  const pinned = { id: 'x', name: 'packages', location: 'http://localhost/', pinnedAt: '' }
  const trust = { anchor: new Uint8Array(), memory: new Map() }
  const served = servedBy(() => Promise.reject(refused('source/unreachable')))
  const source = { pinned, transport, layout: plainLayout, system: tufSystem(plainLayout), trust, served }
  const uploads = [{ file: '/one', path: 'one', length: 1, sha256: '11' }]
  const files = new Map([['metadata/pending/targets.json', new Uint8Array()]])
  const hint = expect.stringContaining('countersign upload SOURCE')
  const done = put(source, { files, base: new Map(), note: '', uploads, ids: [] }, never)
  await expect(done).rejects.toMatchObject({ code: 'source/unreachable', hint })
  expect(written).toEqual([['metadata/pending/targets.json']])
})

test('one file that is refused holds up no other, and who stops it stops all', async () => {
  const upload =
    (code: Parameters<typeof refused>[0]): Served['upload'] =>
    async ({ sha256 }) => {
      if (sha256 === 'one') throw refused(code)
    }
  const all = [file('one'), file('two')]
  const { sent, failed } = await sendLate(all, { upload: upload('source/unreachable') }, never, () => {})
  expect(sent.map(({ name }) => name)).toEqual(['two'])
  expect(failed).toMatchObject([{ file: { name: 'one' }, error: { code: 'source/unreachable' } }])
  const stopped = sendLate(all, { upload: upload('user/cancelled') }, never, () => {})
  await expect(stopped).rejects.toMatchObject({ code: 'user/cancelled' })
})
