// Content on its way to a served repository over a line that breaks, and after a restart of the command; and what others send.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { httpTransport } from '../../../src/node/transports/http.ts'
import { type Served, servedTransport } from '../../../src/node/transports/served.ts'
import { uploadNames } from '../../../src/node/upload-names.ts'
import { startServer } from '../../../src/repository/server.ts'
import { never } from '../../support/repository.ts'
import { openTeam, type Team } from '../../support/team.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { codeOfPromise } from '../../support/thrown.ts'

const bytes = new Uint8Array(6_000_000).map((_, at) => (at * 31) % 251)
const sha256 = createHash('sha256').update(bytes).digest('hex')

interface Line {
  team: Team
  content: { file: string; length: number; sha256: string }
  /** By a command that is begun anew, of the person whose data is there. */
  command(dataDir: string): Served
  /** How many bytes pass to the server on each of the next connections that carry content. */
  cuts: number[]
  /** From which byte on each of them was sent. */
  offsets: number[]
}

async function openLine(): Promise<Line> {
  const team = await openTeam({ threshold: 1 })
  const server = await startServer(team.app, { host: '127.0.0.1', port: 0 })
  const file = join(temporaryFolder(), 'loom')
  writeFileSync(file, bytes)
  await team.propose('targets', ['Ana'], {
    kind: 'target-set',
    path: 'loom-1.0',
    length: bytes.length,
    hashes: { sha256 },
    replace: false,
  })
  const cuts: number[] = []
  const offsets: number[] = []
  const between = createServer((near) => {
    const far = connect(Number(new URL(server.url).port), '127.0.0.1')
    let left: number | undefined
    near.on('data', (data) => {
      const [, offset] = /^PUT \S+offset=(\d+) /.exec(data.toString('latin1', 0, 400)) ?? []
      if (offset !== undefined) {
        offsets.push(Number(offset))
        left = cuts.shift()
      }
      far.write(left === undefined ? data : data.subarray(0, left))
      if (left === undefined) return
      left -= data.length
      if (left > 0) return
      near.destroy()
      far.end()
    })
    far.on('data', (data) => near.write(data))
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.on('error', () => undefined)
      one.on('close', () => other.destroy())
    }
  })
  await new Promise<void>((done) => between.listen(0, '127.0.0.1', done))
  onTestFinished(async () => {
    between.close()
    await server.close()
  })
  const url = `http://127.0.0.1:${(between.address() as AddressInfo).port}/`
  return {
    ...{ team, cuts, offsets, content: { file, length: bytes.length, sha256 } },
    command: (dataDir) => servedTransport(new URL(url), httpTransport(url), uploadNames(dataDir)),
  }
}

const isPublished = ({ team }: Line): boolean =>
  Buffer.compare(readFileSync(join(team.folder, `targets/${sha256}.loom-1.0`)), bytes) === 0

test('goes on where the line broke, more than once', async () => {
  const line = await openLine()
  line.cuts.push(2_000_000, 3_000_000)
  await line.command(temporaryFolder()).upload(line.content, undefined, never)
  expect(isPublished(line)).toBe(true)
  expect(line.offsets[0]).toBe(0)
  expect(line.offsets.at(-1)).toBeGreaterThan(1_000_000)
})

test('goes on after a restart of the command, and for its own person only', async () => {
  const line = await openLine()
  const [ana, ben] = [temporaryFolder(), temporaryFolder()]
  line.cuts.push(5_000_000)
  const stop = new AbortController()
  const first = line.command(ana).upload(line.content, (done) => done > 3_000_000 && stop.abort(), stop.signal)
  expect(await codeOfPromise(first)).toBe('user/cancelled')
  const partial = () =>
    readdirSync(join(line.team.folder, '.countersign'))
      .filter((name) => name.startsWith('receive-'))
      .map((name) => statSync(join(line.team.folder, '.countersign', name)).size)
  await expect.poll(() => Math.max(0, ...partial())).toBeGreaterThan(1_000_000)
  // What the server knows of it is not by what it can be gone on with.
  expect(statSync(join(ana, 'upload-secret')).mode & 0o077).toBe(0)
  const other = await uploadNames(ben)(new URL('http://127.0.0.1/'), sha256, never)
  expect(other).not.toBe(await uploadNames(ana)(new URL('http://127.0.0.1/'), sha256, never))
  expect(other).not.toBe(await uploadNames(ben)(new URL('http://127.0.0.2/'), sha256, never))
  await line.command(ana).upload(line.content, undefined, never)
  expect(isPublished(line)).toBe(true)
  expect(line.offsets.at(-1)).toBeGreaterThan(1_000_000)
})
