// "countersign serve" as its own process, as whoever runs it starts it.
import { type ChildProcess, spawn } from 'node:child_process'
import { resolve } from 'node:path'
import { onTestFinished } from 'vitest'

const entry = resolve(import.meta.dirname, '../../src/cli/index.ts')
const compileCache = resolve(import.meta.dirname, '../../.cache/compile')

export interface ServedFolder {
  /** Ends with a slash. */
  url: string
  process: ChildProcess
  /** What it wrote to standard error so far. */
  log(): string
  /** Ended as a service manager ends it; answers the exit code. */
  end(): Promise<number | null>
  /** As a power cut ends it. */
  kill(): Promise<void>
}

export interface ServeCall {
  folder: string
  home: string
  args?: readonly string[]
  passphrases?: readonly string[]
}

/** Comes true when it answers. */
export async function serveProcess({ folder, home, args = [], passphrases }: ServeCall): Promise<ServedFolder> {
  const all = ['serve', folder, '--port', '0', ...args, ...(passphrases === undefined ? [] : ['--passphrase-fd', '3'])]
  const child = spawn(process.execPath, [entry, ...all], {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    env: { COUNTERSIGN_HOME: home, HOME: home, PATH: '/usr/bin:/bin', TZ: 'UTC', NODE_COMPILE_CACHE: compileCache },
    cwd: home,
  })
  const given = child.stdio[3] as NodeJS.WritableStream
  given.on('error', () => undefined)
  given.end((passphrases ?? []).map((one) => `${one}\n`).join(''))
  let said = ''
  child.stderr?.on('data', (data: Buffer) => {
    said += data.toString('utf8')
  })
  const ended = new Promise<number | null>((done) => child.once('exit', (code) => done(code)))
  const url = await new Promise<string>((done, fail) => {
    let out = ''
    child.stdout?.on('data', (data: Buffer) => {
      out += data.toString('utf8')
      const [, found] = /serving .* at (http\S+)\n/.exec(out) ?? []
      if (found !== undefined) done(found)
    })
    child.once('exit', (code) => fail(new Error(`serve ended with ${code}: ${said}`)))
  })
  const stopWith = (signal: NodeJS.Signals) => async (): Promise<number | null> => {
    child.kill(signal)
    return ended
  }
  onTestFinished(async () => {
    if (child.exitCode === null && child.signalCode === null) await stopWith('SIGKILL')()
  })
  return {
    url,
    process: child,
    log: () => said,
    end: stopWith('SIGTERM'),
    kill: async () => {
      await stopWith('SIGKILL')()
    },
  }
}
