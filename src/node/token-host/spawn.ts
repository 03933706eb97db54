// Starts the process that owns the tokens as a child of this Node.
import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { HostProcess } from './client.ts'

/** From source this file lies beside the entry; built, everything lies in one folder. */
export function hostModule(): string {
  const name = import.meta.url.endsWith('.ts') ? './entry.ts' : './token-host.js'
  const here = import.meta.url.replace(/\/chunks\/[^/]+$/, '/')
  return fileURLToPath(new URL(name, here))
}

/** More worker threads than usual: a reader that another program holds keeps one busy. Nothing else is loaded into the host. */
export function hostEnvironment(): Record<string, string | undefined> {
  const { NODE_OPTIONS: _, ...env } = process.env
  return { ...env, UV_THREADPOOL_SIZE: '16' }
}

export function forkTokenHost(dataDir: string): HostProcess & { pid: number } {
  // A secret must not end up in a core dump: where there is a shell, the child may not write one.
  const isPosix = process.platform !== 'win32'
  const flags = ['--disable-sigusr1']
  const child = fork(hostModule(), [dataDir], {
    env: hostEnvironment(),
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    execArgv: isPosix ? ['-c', 'ulimit -c 0; exec "$0" "$@"', process.execPath, ...flags] : flags,
    ...(isPosix ? { execPath: '/bin/sh' } : {}),
  })
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
    child.once('error', () => resolve())
  })
  return {
    ended,
    pid: child.pid ?? 0,
    post: (message) => {
      // A child that is gone is heard of through `ended`.
      if (child.connected) child.send(message, () => undefined)
    },
    listen: (hear) => void child.on('message', hear),
    kill: () => void child.kill('SIGKILL'),
  }
}
