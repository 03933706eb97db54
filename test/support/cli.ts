// The command line as a stranger uses it: a process of its own, with nothing of this one's environment, and every word it
// says kept, to be searched for secrets.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, expect, vi } from 'vitest'

// Many processes one after the other: slow where the machine is.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 })

/** As it is shipped, where it was just built: that starts four times as fast as from its sources. */
const entry = process.env.COUNTERSIGN_BUILT_CLI ?? resolve(import.meta.dirname, '../../src/cli/index.ts')
/** Only for speed: the sources are stripped of types and compiled once for all calls. */
const compileCache = resolve(import.meta.dirname, '../../.cache/compile')
const asNobody = resolve(import.meta.dirname, 'cli-as-nobody.ts')

export interface CliOptions {
  /** Where the child keeps its settings and keys. */
  home: string
  /** For standard input; without it, standard input is empty. */
  stdin?: string | Uint8Array
  /** How long nothing comes on standard input and descriptor 3. */
  lateMs?: number
  /** One line each, given on file descriptor 3 with --passphrase-fd. */
  passphrases?: readonly string[]
  cwd?: string
  /** What is set for it beside what a stranger has. */
  env?: Readonly<Record<string, string>>
  /** Ctrl-C, when this comes true. */
  interrupt?: Promise<unknown>
  /** Nobody reads what is printed, as after `| head` has seen enough. */
  deaf?: boolean
  /** As a user who owns nothing; only where this process is root, whom rights do not bind. */
  nobody?: boolean
}

export interface CliResult {
  code: number
  out: string
  err: string
  json: unknown
}

interface ErrorOut {
  code: string
  message: string
  hint: string
}

const said: { args: readonly string[]; text: string }[] = []
const secrets = new Set<string>()

/** Texts that must never be seen in anything the command line says. */
export function keepSecret(...texts: readonly string[]): void {
  for (const text of texts) secrets.add(text)
}

export function keepSecretBytes(bytes: Uint8Array): void {
  const buffer = Buffer.from(bytes)
  keepSecret(buffer.toString('hex'), buffer.toString('base64').replace(/=+$/, ''), buffer.toString('base64url'))
}

/** Rehearsal keys lie open in their file; that is no reason to print them. */
function learnRehearsalSecrets(home: string): void {
  let text: string
  try {
    text = readFileSync(join(home, 'rehearsal-keys.json'), 'utf8')
  } catch {
    return
  }
  const { keys } = JSON.parse(text) as { keys: { unprotectedSecret: string }[] }
  for (const key of keys) keepSecretBytes(Buffer.from(key.unprotectedSecret, 'base64'))
}

/** What was said so far that holds a secret: the calls, without the secret. */
export function leaks(): string[] {
  const all = [...secrets].map((secret) => secret.toLowerCase())
  return said
    .filter(({ text }) => all.some((secret) => text.toLowerCase().includes(secret)))
    .map(({ args }) => args.join(' '))
}

export function secretCount(): number {
  return secrets.size
}

export const isRoot = process.getuid?.() === 0

function environment(home: string): NodeJS.ProcessEnv {
  return {
    COUNTERSIGN_HOME: home,
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => /^GIT_(AUTHOR|COMMITTER)_/.test(name))),
    HOME: home,
    PATH: '/usr/bin:/bin',
    LC_ALL: 'C.UTF-8',
    TZ: 'UTC',
    NODE_COMPILE_CACHE: compileCache,
  }
}

export async function runCli(args: readonly string[], options: CliOptions): Promise<CliResult> {
  const { home, passphrases, stdin, nobody = false } = options
  keepSecret(...(passphrases ?? []).filter((one) => one.length > 7))
  const all = passphrases === undefined ? args : [...args, '--passphrase-fd', '3']
  const child = spawn(process.execPath, [nobody && isRoot ? asNobody : entry, ...all], {
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    env: { ...environment(home), ...options.env },
    cwd: options.cwd ?? home,
  })
  const read = async (stream: NodeJS.ReadableStream): Promise<string> => {
    const chunks: Buffer[] = []
    for await (const chunk of stream) chunks.push(Buffer.from(chunk))
    return Buffer.concat(chunks).toString('utf8')
  }
  // Who ends without reading what it was given broke the pipe; that is no failure of the test.
  const give = (fd: 0 | 3, data: string | Uint8Array): void => {
    const stream = child.stdio[fd] as NodeJS.WritableStream
    stream.on('error', () => undefined)
    setTimeout(() => stream.end(data), options.lateMs ?? 0)
  }
  give(0, stdin ?? '')
  give(3, (passphrases ?? []).map((one) => `${one}\n`).join(''))
  const ended = new Promise<number>((done, fail) => {
    child.on('error', fail)
    child.on('close', (code) => done(code ?? -1))
  })
  options.interrupt?.then(() => child.kill('SIGINT'))
  if (options.deaf === true) child.stdout.destroy()
  const heard = options.deaf === true ? Promise.resolve('') : read(child.stdout)
  const [out, err, code] = await Promise.all([heard, read(child.stderr), ended])
  said.push({ args: all, text: `${out}\n${err}` })
  learnRehearsalSecrets(home)
  // A stack trace is never an answer, whatever went wrong.
  expect(err, all.join(' ')).not.toMatch(/^\s+at |node:internal/m)
  return { code, out, err, json: all.includes('--json') ? parsed(out, all) : undefined }
}

function parsed(out: string, args: readonly string[]): unknown {
  try {
    return JSON.parse(out)
  } catch (cause) {
    throw new Error(`no JSON from ${args.join(' ')}: ${out.slice(0, 500)}`, { cause })
  }
}

/** What a person types when they see this; in order. */
export type Typing = readonly (readonly [
  seen: RegExp,
  answer: (match: RegExpExecArray, screen: string) => string | Promise<string>,
])[]

/** On a terminal of its own, made by `script` (util-linux). */
export async function typeCli(
  args: readonly string[],
  typing: Typing,
  home: string,
): Promise<{ code: number; screen: string }> {
  const command = [process.execPath, entry, ...args].map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ')
  const child = spawn('script', ['-qec', command, '/dev/null'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...environment(home), SHELL: '/bin/sh', TERM: 'xterm' },
    cwd: home,
  })
  let screen = ''
  let read = 0
  let next = 0
  child.stdout.on('data', (chunk: Buffer) => {
    screen += chunk.toString('utf8')
    const step = typing[next]
    const match = step?.[0].exec(screen.slice(read))
    if (step === undefined || match === null || match === undefined) return
    read += match.index + match[0].length
    next++
    void Promise.resolve(step[1](match, screen)).then(
      (answer) => child.stdin.write(answer),
      () => child.kill(),
    )
  })
  child.stdin.on('error', () => undefined)
  // A question that nobody expected would be waited at for ever.
  const patience = setTimeout(() => child.kill(), 60_000)
  const code = await new Promise<number>((done, fail) => {
    child.on('error', fail)
    child.on('close', (status) => done(status ?? -1))
  })
  clearTimeout(patience)
  said.push({ args, text: screen })
  learnRehearsalSecrets(home)
  expect(screen).not.toMatch(/^\s+at |node:internal/m)
  expect(next, `not every question was asked: ${screen}`).toBe(typing.length)
  return { code, screen }
}

/** A call that must go well; its JSON. */
export async function answerOf<T>(args: readonly string[], options: CliOptions): Promise<T> {
  const { code, err, json } = await runCli([...args, '--json'], options)
  expect(err, args.join(' ')).toBe('')
  expect(code, args.join(' ')).toBe(0)
  return json as T
}

const exitCodes: Readonly<Record<string, number>> = { user: 1, usage: 2, source: 3, format: 4, trust: 5, signer: 6 }

/** A call that must be refused: its error, complete enough for a person to act on, with the exit code of its family. */
export async function refusalOf(args: readonly string[], options: CliOptions): Promise<ErrorOut> {
  const { code, json } = await runCli([...args, '--json'], options)
  const { error } = json as { error?: ErrorOut }
  expect(error, args.join(' ')).toBeDefined()
  const found = error as ErrorOut
  expect(found.message.length, args.join(' ')).toBeGreaterThan(10)
  expect(found.hint?.length ?? 0, `no hint: ${found.message}`).toBeGreaterThan(10)
  expect(found.message, args.join(' ')).not.toMatch(/[!.]$|^[A-Z][a-z]+ [a-z]+ed |undefined|NaN|\[object|ENO|EACCES/)
  expect(code, args.join(' ')).toBe(exitCodes[found.code.slice(0, found.code.indexOf('/'))])
  return found
}

/** A folder that every user may enter, for as long as the tests of a file run. */
export function sharedFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-cli-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
