// The smart card service of Debian in the foreground, with the virtual reader on free ports. Its socket has a fixed place, so
// one can run at a time, and only root can start it.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type VirtualReader, virtualReader } from './vpcd.ts'

export interface Pcscd {
  /** As programs see them: the service makes two of one virtual reader. */
  readers: readonly { name: string; reader: VirtualReader }[]
  pid: number
  /** Ends it in good order. */
  stop(): Promise<void>
  /** Ends it at once, as a crash would. */
  kill(): Promise<void>
}

export interface PcscdOptions {
  /** What readers are called; ykman and ykcs11 only look at those that have "Yubico" in their name. */
  readerName?: string
  /** To be found again at the same place after a crash. */
  port?: number
}

const socketPath = '/run/pcscd/pcscd.comm'
const startLimitMs = 10_000
const driver = '/usr/lib/pcsc/drivers/serial/libifdvpcd.so'

export async function startPcscd(options: PcscdOptions = {}): Promise<Pcscd> {
  const name = options.readerName ?? 'Virtual PCD'
  if (await isListening(socketPath))
    throw new Error('a smart card service is running already: stop it before the tests')
  const port = options.port ?? (await freePortPair())
  const folder = await mkdtemp(join(tmpdir(), 'countersign-pcscd-'))
  await writeFile(join(folder, 'vpcd'), configText(name, port))
  // What a service that crashed left behind would be taken for one that runs.
  await rm('/run/pcscd', { recursive: true, force: true })
  const child = spawn('/usr/sbin/pcscd', ['-f', '-c', folder], { stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  child.stdout.on('data', (chunk) => {
    said += String(chunk)
  })
  child.stderr.on('data', (chunk) => {
    said += String(chunk)
  })
  const end = async (signal: 'SIGTERM' | 'SIGKILL') => {
    if (child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit')
      child.kill(signal)
      await ended
    }
    await rm(folder, { recursive: true, force: true })
  }
  const stop = () => end('SIGTERM')
  try {
    await untilReady(child)
  } catch (cause) {
    await end('SIGKILL')
    throw new Error(`pcscd did not start: ${said.slice(0, 500)}`, { cause })
  }
  const readers = [0, 1].map((slot) => ({ name: `${name} 00 0${slot}`, reader: virtualReader(port + slot) }))
  return { readers, pid: child.pid ?? 0, stop, kill: () => end('SIGKILL') }
}

function configText(name: string, port: number): string {
  const channel = `0x${port.toString(16).toUpperCase()}`
  return `FRIENDLYNAME "${name}"\nDEVICENAME /dev/null:${channel}\nLIBPATH ${driver}\nCHANNELID ${channel}\n`
}

async function untilReady(child: ChildProcess): Promise<void> {
  const failed = once(child, 'exit').then(() => Promise.reject(new Error('it ended')))
  failed.catch(() => undefined)
  const limit = Date.now() + startLimitMs
  while (!(await Promise.race([isListening(socketPath), failed]))) {
    if (Date.now() > limit) throw new Error(`no answer within ${startLimitMs} ms`)
    await sleep(20)
  }
}

async function isListening(path: string): Promise<boolean> {
  const socket = connect(path)
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

/** The virtual reader takes a port for each of its two slots, one after the other. */
async function freePortPair(): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const first = await listen(0).catch(() => undefined)
    if (first === undefined) continue
    const address = first.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const second = port < 65_535 ? await listen(port + 1).catch(() => undefined) : undefined
    await Promise.all([close(first), close(second)])
    if (second !== undefined) return port
  }
  throw new Error('no two free ports next to each other')
}

async function listen(port: number): Promise<Server> {
  const server = createServer()
  server.listen(port, '0.0.0.0')
  await once(server, 'listening')
  return server
}

async function close(server: Server | undefined): Promise<void> {
  if (server === undefined) return
  server.close()
  await once(server, 'close')
}
