// The only caller of git: one process a call, bounded in time and output, obeying nothing but this user's own settings.
import { spawn } from 'node:child_process'
import { AppError } from '../../../core/error.ts'
import { checkCancelled } from '../../cancel.ts'
import { checkOnline } from '../../offline.ts'
import type { GitScheme } from './address.ts'
import { gitMissing, translateGit } from './failure.ts'

export interface GitCall {
  /** The bare repository that is worked in. */
  gitDir?: string
  input?: Uint8Array
  maxOutputBytes?: number
  timeoutMs?: number
  /** No file that it writes may become larger. */
  maxFileBytes?: number
  /** The only way by which this call may reach another repository. */
  scheme?: GitScheme
  /** An index of our own. */
  index?: string
  /** What the other end is called in messages. */
  remote?: string
  /** An answer as well: exit codes that are no failure. */
  accept?: readonly number[]
  signal: AbortSignal
}

export interface GitResult {
  code: number
  out: Uint8Array
  err: string
}

/**
 * What a repository could make git run or follow is off, for us and for what we start. The command line wins over every
 * configuration file, and hands on to the processes that git starts itself.
 */
const settings: readonly string[] = [
  'core.hooksPath=/dev/null',
  'core.fsmonitor=false',
  'core.attributesFile=/dev/null',
  // Of a repository on this disk that borrows objects: named by its own configuration.
  'core.alternateRefsCommand=true',
  'receive.denyCurrentBranch=refuse',
  'receive.autogc=false',
  'protocol.allow=never',
  'submodule.recurse=false',
  'fetch.recurseSubmodules=false',
  'push.recurseSubmodules=no',
  'push.gpgSign=false',
  // A name that was guessed from the machine is nobody's sign-off.
  'user.useConfigOnly=true',
  'transfer.fsckObjects=true',
  // What is fetched is one file, whatever is in it: so one limit holds for all of it.
  'fetch.unpackLimit=1',
  'gc.auto=0',
  'maintenance.auto=false',
  // Where a person sent us, and nowhere else.
  'http.followRedirects=false',
  'http.lowSpeedLimit=200',
  'http.lowSpeedTime=30',
]

export async function git(args: readonly string[], call: GitCall): Promise<GitResult> {
  checkCancelled(call.signal)
  // Without a scheme git leaves no folder, and with this one no disk.
  if (call.scheme !== undefined && call.scheme !== 'file') checkOnline(call.remote ?? 'the repository')
  const { gitDir, input, scheme, index, accept = [], maxOutputBytes = 64 * 1024 * 1024, timeoutMs = 60_000 } = call
  const all = [...configured(scheme), ...(gitDir === undefined ? [] : [`--git-dir=${gitDir}`]), ...args]
  const [program, words] = limited(all, call.maxFileBytes)
  const child = spawn(program, words, {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: environment(scheme, index),
    cwd: gitDir ?? '/',
    // A group of its own, without a terminal: what git started ends with it, and nothing asks where nobody reads.
    detached: process.platform !== 'win32',
  })
  let stopped: 'time' | 'size' | 'person' | undefined
  const stop = (why: typeof stopped): void => {
    stopped ??= why
    kill(child.pid)
  }
  const timer = setTimeout(() => stop('time'), timeoutMs)
  const onAbort = (): void => stop('person')
  call.signal.addEventListener('abort', onAbort, { once: true })
  try {
    const chunks: Buffer[] = []
    let size = 0
    let err = ''
    child.stdout.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > maxOutputBytes) stop('size')
      else chunks.push(chunk)
    })
    child.stderr.on('data', (chunk: Buffer) => {
      if (err.length < maxErrorText) err += chunk.toString('utf8')
    })
    // Who ends before it has read everything broke the pipe; its exit code says what happened.
    child.stdin.on('error', () => undefined)
    child.stdin.end(input ?? new Uint8Array(0))
    const code = await new Promise<number>((done, fail) => {
      child.on('error', fail)
      child.on('close', (status) => done(status ?? -1))
    })
    const { remote = 'the repository' } = call
    if (stopped === 'time') throw tooSlow(remote, timeoutMs)
    if (stopped === 'size') throw tooMuch(remote, maxOutputBytes)
    checkCancelled(call.signal)
    if (code !== 0 && !accept.includes(code)) throw translateGit(err, remote, args[0] ?? '', code)
    return { code, out: Buffer.concat(chunks), err }
  } catch (thrown) {
    throw gitMissing(thrown) ?? thrown
  } finally {
    clearTimeout(timer)
    call.signal.removeEventListener('abort', onAbort)
  }
}

/** The system's own limit, which holds for everything that git starts; where there is no shell there is none. */
function limited(args: readonly string[], maxFileBytes: number | undefined): [string, readonly string[]] {
  if (maxFileBytes === undefined || process.platform === 'win32') return ['git', args]
  // POSIX counts in blocks of 512 bytes.
  return ['/bin/sh', ['-c', `ulimit -f ${Math.ceil(maxFileBytes / 512)}; exec git "$@"`, 'git', ...args]]
}

const maxErrorText = 65_536

function configured(scheme: GitScheme | undefined): string[] {
  const allowed = scheme === undefined ? [] : [`protocol.${scheme}.allow=always`]
  return [...settings, ...allowed].flatMap((setting) => ['-c', setting])
}

/**
 * A repository on this disk is served by a process that reads that repository's own configuration, and git hands ours on to
 * everything but that process: so it is told by name.
 */
export function servedBy(program: 'upload-pack' | 'receive-pack', scheme: GitScheme): string[] {
  if (scheme !== 'file') return []
  const command = ['git', ...configured(undefined), program].map((word) => `'${word}'`).join(' ')
  return [`--${program}=${command}`]
}

const kept = ['GIT_SSH', 'GIT_SSH_COMMAND', 'GIT_SSH_VARIANT', 'GIT_ASKPASS', 'GIT_CONFIG_GLOBAL', 'GIT_SSL_CAINFO']
const identity = ['GIT_AUTHOR_NAME', 'GIT_AUTHOR_EMAIL', 'GIT_COMMITTER_NAME', 'GIT_COMMITTER_EMAIL']

/** This user's agent, helpers and proxies stay; what would point git elsewhere does not. */
function environment(scheme: GitScheme | undefined, index: string | undefined): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('GIT_') || kept.includes(name) || identity.includes(name),
  )
  return {
    ...Object.fromEntries(own),
    ...(index === undefined ? {} : { GIT_INDEX_FILE: index }),
    // Stronger than any configuration.
    GIT_ALLOW_PROTOCOL: scheme ?? 'none',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_NO_LAZY_FETCH: '1',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_TERMINAL_PROMPT: '0',
    LC_ALL: 'C',
    LANGUAGE: 'C',
  }
}

function kill(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL')
  } catch {
    // It has ended by itself in the meantime.
  }
}

function tooSlow(remote: string, timeoutMs: number): AppError {
  return new AppError({
    code: 'source/unreachable',
    message: `${remote} did not finish its answer within ${Math.ceil(timeoutMs / 1000)} seconds`,
    hint: 'check the connection, then repeat; nothing was changed',
  })
}

function tooMuch(remote: string, maxOutputBytes: number): AppError {
  return new AppError({
    code: 'source/too-large',
    message: `${remote} holds more than the ${maxOutputBytes} bytes allowed for one answer`,
    hint: 'ask the repository admin why it grew; nothing of it was used',
  })
}
