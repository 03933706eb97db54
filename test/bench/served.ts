// The served repository beside nginx with the same files, on loopback; and what a thousand listeners cost.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { createRepository } from '../../src/core/systems/tuf/create.ts'
import { plainLayout } from '../../src/core/systems/tuf/layouts/plain.ts'
import { directoryTransport } from '../../src/node/transports/directory.ts'
import { holder, never, softwareSigner } from '../support/repository.ts'

const seconds = 2
const rounds = 5
const connections = 32
const listeners = 1000
const limits = { partOfNginx: 1 / 3, megabytes: 300 }

export async function benchServed(base: string): Promise<boolean> {
  const folder = join(base, 'served')
  await found(folder)
  const ours = await serveOurs(folder)
  const nginx = await serveNginx(folder, join(base, 'nginx'))
  try {
    // Listeners first: a flood of requests leaves memory behind that is none of theirs.
    const memory = await listen(ours)
    const reads = await read(ours.url, nginx.url)
    return memory && reads
  } finally {
    for (const { child } of [ours, nginx]) child.kill('SIGTERM')
  }
}

interface Server {
  child: ChildProcess
  url: string
}

async function found(folder: string): Promise<void> {
  const people = { holders: [await holder('Ana'), await holder('Ben')], threshold: 1, expiryDays: 365 }
  const machine = { holders: [{ signer: await softwareSigner('online') }], threshold: 1, expiryDays: 7 }
  const plan = { root: people, targets: people, snapshot: machine, timestamp: machine }
  const files = await createRepository(plan, plainLayout, { now: new Date(), signal: never })
  await directoryTransport(folder, { create: true }).write(files, new Map(), 'create', never)
}

async function serveOurs(folder: string): Promise<Server> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'serve-child.ts'), folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const url = await new Promise<string>((done) =>
    child.stdout.once('data', (data: Buffer) => done(data.toString('utf8').trim())),
  )
  return { child, url }
}

/** One worker, as we are one process: on a busy machine two would get twice the time. */
async function serveNginx(folder: string, place: string): Promise<Server> {
  mkdirSync(place, { recursive: true })
  const port = await freePort()
  const configuration = join(place, 'nginx.conf')
  writeFileSync(
    configuration,
    `${process.getuid?.() === 0 ? 'user root;' : ''}
worker_processes 1;
pid ${place}/nginx.pid;
error_log ${place}/error.log;
events { worker_connections 1024; }
http {
  access_log off;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 1000000000;
  open_file_cache max=1000;
  types { application/json json; }
  server { listen 127.0.0.1:${port}; root ${folder}; }
}
`,
  )
  const child = spawn('nginx', ['-c', configuration, '-p', place, '-g', 'daemon off;'], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` },
  })
  const url = `http://127.0.0.1:${port}/`
  for (let tries = 0; tries < 100; tries++) {
    const answer = await fetch(`${url}metadata/timestamp.json`).catch(() => undefined)
    if (answer?.ok === true) return { child, url }
    await new Promise((done) => setTimeout(done, 50))
  }
  child.kill('SIGTERM')
  throw new Error('nginx does not answer')
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  await new Promise((done) => server.close(done))
  return port
}

// ---- reads ---------------------------------------------------------------------------------------------------------

async function read(ours: string, nginx: string): Promise<boolean> {
  console.log(`\nMetadata reads a second, ${connections} connections, ${rounds} turns of ${seconds} s each`)
  let isMet = true
  for (const name of ['timestamp.json', '1.root.json']) {
    const rates = { ours: [] as number[], nginx: [] as number[] }
    for (let round = -1; round < rounds; round++) {
      const turn = { ours: perSecond(`${ours}metadata/${name}`), nginx: perSecond(`${nginx}metadata/${name}`) }
      if (round < 0) continue
      rates.ours.push(turn.ours)
      rates.nginx.push(turn.nginx)
    }
    const [own, peer] = [median(rates.ours), median(rates.nginx)]
    const ratio = own / peer
    const met = ratio >= limits.partOfNginx
    isMet &&= met
    console.log(
      `  ${name}: ${Math.round(own)} ours, ${Math.round(peer)} nginx: ${ratio.toFixed(2)}x (goal: at least ${limits.partOfNginx.toFixed(2)}x) ${met ? 'met' : 'NOT MET'}`,
    )
  }
  return isMet
}

function perSecond(url: string): number {
  const { stdout } = spawnSync('wrk', ['-t1', `-c${connections}`, `-d${seconds}s`, url], { encoding: 'utf8' })
  const [, rate] = /Requests\/sec: +([\d.]+)/.exec(stdout) ?? []
  if (rate === undefined || /Non-2xx/.test(stdout)) throw new Error(`wrk said: ${stdout}`)
  return Number(rate)
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}

// ---- listeners -----------------------------------------------------------------------------------------------------

async function listen({ child, url }: Server): Promise<boolean> {
  const before = megabytesOf(child)
  const sockets = await Promise.all(Array.from({ length: listeners }, () => listener(url)))
  await new Promise((done) => setTimeout(done, 1000))
  const after = megabytesOf(child)
  for (const socket of sockets) socket.destroy()
  const met = after <= limits.megabytes
  console.log(
    `\n${listeners} idle listeners: ${after} MB resident, ${before} MB before (goal: at most ${limits.megabytes} MB) ${met ? 'met' : 'NOT MET'}`,
  )
  return met
}

function listener(url: string): Promise<Socket> {
  return new Promise((done, fail) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () =>
      socket.write('GET /api/v1/events HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\r\n'),
    )
    socket.once('error', fail)
    socket.once('data', (data) => {
      if (/^HTTP\/1\.1 200 /.test(data.toString('latin1'))) done(socket)
      else fail(new Error(data.toString('latin1').slice(0, 200)))
    })
  })
}

function megabytesOf({ pid }: ChildProcess): number {
  const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Math.round(Number(kilobytes) / 1024)
}
