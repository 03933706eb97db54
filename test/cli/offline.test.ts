// Offline mode: whatever is asked, no byte leaves the process. A server that listens for it is the judge.
import { spawn } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openInterfaces } from '../../src/node/offline.ts'
import { checkIsolated } from '../../src/node/offline-setting.ts'
import { openWorkspace } from '../../src/node/workspace.ts'
import { answerOf, refusalOf, runCli } from '../support/cli.ts'
import { never } from '../support/repository.ts'
import { codeOfPromise } from '../support/thrown.ts'
import { Stage } from './stage.ts'

const stage = new Stage()
let server: Server
let heard = 0
let port = 0

beforeAll(async () => {
  await stage.create()
  server = createServer((socket) => {
    heard++
    socket.destroy()
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  port = typeof address === 'object' && address !== null ? address.port : 0
})
afterAll(() => void server.close())

const root = () => ['--root', stage.path('metadata/1.root.json')]

test('no transport reaches anybody, and each says why', async () => {
  const places = [`http://127.0.0.1:${port}/`, `https://127.0.0.1:${port}/`, `rstuf+http://127.0.0.1:${port}/`]
  for (const place of places) {
    const before = heard
    await refusalOf(['status', place, ...root()], stage.options)
    expect(heard, `online, ${place} is asked`).toBeGreaterThan(before)
    const asked = heard
    const error = await refusalOf(['status', place, ...root(), '--offline'], stage.options)
    expect(error).toMatchObject({ code: 'source/unreachable' })
    expect(error.hint).toContain('offline off')
    expect(heard).toBe(asked)
  }
})

test('nor does git', async () => {
  const place = `git+https://127.0.0.1:${port}/repository`
  const before = heard
  await refusalOf(['pin', place], stage.options)
  expect(heard).toBeGreaterThan(before)
  const asked = heard
  expect((await refusalOf(['pin', place, '--offline'], stage.options)).code).toBe('source/unreachable')
  expect(heard).toBe(asked)
})

test('behind the doors nothing opens either: not by fetch, not by a socket, not in a thread or a child', async () => {
  const script = join(stage.folder, 'try.mjs')
  const result = join(stage.folder, 'result.json')
  const module = join(import.meta.dirname, '../../src/node/offline.ts')
  writeFileSync(
    script,
    `import { connect, Socket } from 'node:net'
    import { createSocket } from 'node:dgram'
    import { lookup } from 'node:dns'
    import { resolve4, Resolver } from 'node:dns/promises'
    import { get } from 'node:https'
    import { writeFileSync } from 'node:fs'
    import { Worker } from 'node:worker_threads'
    import { obeyOffline, goOffline } from ${JSON.stringify(module)}
    goOffline()
    const thrown = async (run) => { try { await run(); return 'open' } catch (error) { return error.code === 'source/unreachable' ? 'closed' : error.code } }
    const how = [
      () => new Promise((done) => new Socket().on('connect', () => done('open')).on('error', () => done('closed')).connect('${port}', '127.0.0.1')),
      () => thrown(() => createSocket('udp4').send('x', ${port}, '127.0.0.1')),
      () => thrown(() => createSocket('udp4').connect(${port}, '127.0.0.1')),
      () => thrown(() => lookup('localhost', () => {})),
      () => thrown(() => resolve4('localhost')),
      () => thrown(() => new Resolver().resolve4('localhost')),
      () => fetch('http://127.0.0.1:${port}/').then(() => 'open', () => 'closed'),
      () => new Promise((done) => connect(${port}, '127.0.0.1').on('connect', () => done('open')).on('error', () => done('closed'))),
      () => new Promise((done) => connect({ port: ${port}, host: '127.0.0.1' }).on('connect', () => done('open')).on('error', () => done('closed'))),
      () => new Promise((done) => get('https://127.0.0.1:${port}/').on('error', () => done('closed'))),
      () => new Promise((done) => new Worker(\`
        const { parentPort } = require('node:worker_threads')
        import(\${JSON.stringify(${JSON.stringify(module)})}).then(({ obeyOffline }) => {
          obeyOffline()
          fetch('http://127.0.0.1:${port}/').then(() => parentPort.postMessage('open'), () => parentPort.postMessage('closed'))
        })\`, { eval: true }).on('message', done)),
    ]
    const found = []
    for (const one of how) found.push(await one())
    writeFileSync(${JSON.stringify(result)}, JSON.stringify({ found, told: process.env.COUNTERSIGN_OFFLINE }))`,
  )
  const before = heard
  await new Promise((done) => spawn(process.execPath, [script], { stdio: 'inherit' }).on('exit', done))
  expect(JSON.parse(readFileSync(result, 'utf8'))).toEqual({ found: Array(11).fill('closed'), told: '1' })
  expect(heard).toBe(before)
})

test('is kept until it is said otherwise; a damaged setting opens nothing', async () => {
  const place = `http://127.0.0.1:${port}/`
  await answerOf(['offline', 'on'], stage.options)
  const before = heard
  expect((await refusalOf(['status', place, ...root()], stage.options)).code).toBe('source/unreachable')
  writeFileSync(
    join(stage.home, 'offline.json'),
    '{"format":"countersign offline 1","offline":"perhaps","isolated":false}',
  )
  expect((await refusalOf(['status', place, ...root()], stage.options)).code).toBe('format/malformed')
  expect(heard).toBe(before)
  expect((await refusalOf(['offline', 'perhaps'], stage.options)).code).toBe('usage/invalid')
  await answerOf(['offline', 'off', '--isolated', 'no'], stage.options)
  await refusalOf(['status', place, ...root()], stage.options)
  expect(heard).toBeGreaterThan(before)
})

test('where it is said so, nothing is signed while an interface is up', async () => {
  const { files } = openWorkspace(stage.home)
  await answerOf(['offline', '--isolated', 'yes'], stage.options)
  expect(await codeOfPromise(checkIsolated(files, never, ['eth0']))).toBe('signer/unsupported')
  expect(await codeOfPromise(checkIsolated(files, never, []))).toBe('ok')
  const sign = ['sign', stage.repository, 'root', '--key', 'Ana']
  if (openInterfaces().length > 0) expect((await refusalOf(sign, stage.options)).code).toBe('signer/unsupported')
  else expect((await runCli(sign, stage.options)).code).toBe(0)
  await answerOf(['offline', '--isolated', 'no'], stage.options)
  expect(await codeOfPromise(checkIsolated(files, never, ['eth0']))).toBe('ok')
  expect(existsSync(join(stage.home, 'offline.json'))).toBe(true)
})

test('the interfaces of this machine are those that lead off it', () => {
  const address = (internal: boolean) => ({
    address: '192.0.2.1',
    netmask: '255.255.255.0',
    family: 'IPv4' as const,
    mac: '00:00:00:00:00:00',
    internal,
    cidr: null,
  })
  expect(openInterfaces({ lo: [address(true)], wlan0: [address(false)], eth1: undefined })).toEqual(['wlan0'])
})
