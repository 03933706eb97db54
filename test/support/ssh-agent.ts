// OpenSSH's own ssh-agent on a socket in a folder of its own, and one that says whatever a test wants.
import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

const password = 'a password for the agent'

/** As ssh-keygen is told; RSA as small as it can be, for speed. */
const types = {
  ed25519: ['ed25519'],
  p256: ['ecdsa', '-b', '256'],
  p384: ['ecdsa', '-b', '384'],
  rsa: ['rsa', '-b', '1024'],
} as const

export interface TestAgent {
  socket: string
  env: Record<string, string>
  /** A new key with this comment, in the agent; answers its public half as SSH writes it in one line. */
  add(type: keyof typeof types, comment: string, ...flags: string[]): string
  lock(): void
  unlock(): void
  kill(): void
}

/** The agent asks the program `false` for confirmations: everybody says no. */
export async function realAgent(): Promise<TestAgent> {
  const folder = shortFolder()
  const socket = join(folder, 'agent')
  const askPass = join(folder, 'ask')
  writeFileSync(askPass, `#!/bin/sh\necho '${password}'\n`)
  chmodSync(askPass, 0o700)
  const child = spawn('ssh-agent', ['-D', '-a', socket], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      PATH: process.env.PATH,
      HOME: folder,
      SSH_ASKPASS: '/bin/false',
      SSH_ASKPASS_REQUIRE: 'force',
      DISPLAY: ':0',
    },
  })
  onTestFinished(() => void child.kill())
  // It says where it listens as soon as it does.
  await new Promise((listens, fail) => {
    child.stdout.once('data', listens)
    child.once('error', fail)
  })
  const env = { SSH_AUTH_SOCK: socket }
  const run = (program: string, args: readonly string[]): void => {
    const done = spawnSync(program, args, {
      encoding: 'utf8',
      env: { ...env, PATH: process.env.PATH, HOME: folder, SSH_ASKPASS: askPass, SSH_ASKPASS_REQUIRE: 'force' },
    })
    if (done.status !== 0) throw new Error(`${program} ${args.join(' ')}: ${done.stderr}`, { cause: done.error })
  }
  let count = 0
  return {
    socket,
    env,
    add: (type, comment, ...flags) => {
      const file = join(folder, `key${++count}`)
      run('ssh-keygen', ['-q', '-t', ...types[type], '-N', '', '-C', comment, '-f', file])
      run('ssh-add', ['-q', ...flags, file])
      return readFileSync(`${file}.pub`, 'utf8').trim()
    },
    lock: () => run('ssh-add', ['-x']),
    unlock: () => run('ssh-add', ['-X']),
    kill: () => void child.kill('SIGKILL'),
  }
}

/** Answers each message by what `answer` makes of it, byte by byte as it is; undefined answers nothing, null hangs up. */
export async function fakeAgent(answer: (request: Uint8Array) => Uint8Array | undefined | null): Promise<string> {
  const path = join(shortFolder(), 'agent')
  const open = new Set<Socket>()
  const server = createServer((socket) => {
    open.add(socket)
    socket.on('error', () => undefined)
    socket.on('data', (chunk) => {
      const said = answer(chunk.subarray(4))
      if (said === null) socket.destroy()
      else if (said !== undefined) socket.write(said)
    })
  })
  await new Promise<void>((listening) => server.listen(path, listening))
  onTestFinished(() => {
    for (const socket of open) socket.destroy()
    server.close()
  })
  return path
}

/** The path of a socket has 107 bytes at most. */
function shortFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'cs-agent-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
