// Secrets from a pinentry program, the one that GnuPG uses: the Assuan protocol over its standard input and output. A secret
// is bytes from its first to its last moment here, and every line that held one is zeroed.
import { type ChildProcess, spawn } from 'node:child_process'
import { AppError } from '../core/error.ts'
import type { PinRequest, Prompt } from '../core/signer.ts'
import { visible } from '../core/visible.ts'
import {
  cancelledPrompt,
  isLastTry,
  isNew,
  isSameSecret,
  labelOf,
  maxSecretBytes,
  refuseBlocked,
  whyNot,
} from './secrets.ts'

export interface PinentryOptions {
  /** Its path, or its name where PATH leads to it. It gets no arguments, and no shell is asked. */
  program: string
  environment: NodeJS.ProcessEnv
}

/** With its line feed (Assuan manual, "Client requests"). */
const maxLineBytes = 1000
/** Room for the command's name. */
const maxTextBytes = 900
/** What it says before its first word, and after BYE, is waited for this long. */
const politeMs = 5_000

/** Where a pinentry draws its window, and in which language. */
const passed = [
  ...['PATH', 'HOME', 'LANG', 'LC_ALL', 'LC_CTYPE', 'TERM', 'GPG_TTY', 'DISPLAY', 'WAYLAND_DISPLAY', 'XAUTHORITY'],
  ...['XDG_RUNTIME_DIR', 'DBUS_SESSION_BUS_ADDRESS', 'SystemRoot', 'APPDATA'],
]

export function pinentryPrompt({ program, environment }: PinentryOptions): Pick<Prompt, 'pin'> {
  return {
    pin: async (request, signal) => {
      refuseBlocked(request)
      const talk = await openTalk(program, environment, signal)
      try {
        await setUp(talk, environment)
        if (isLastTry(request)) await confirmLastTry(talk, request)
        return await ask(talk, request)
      } finally {
        await talk.end()
      }
    },
  }
}

async function setUp({ send }: Talk, environment: NodeJS.ProcessEnv): Promise<void> {
  const options = {
    ttyname: environment.GPG_TTY,
    ttytype: environment.TERM,
    display: environment.DISPLAY,
    'lc-ctype': environment.LC_ALL ?? environment.LC_CTYPE ?? environment.LANG,
  }
  for (const [name, value] of Object.entries(options)) {
    // Which options it knows depends on the kind of pinentry; without one of them it still asks.
    if (value !== undefined && value !== '') await send('OPTION', `${name}=${value}`, 'may-fail')
  }
  await send('SETTITLE', 'Countersign', 'may-fail')
}

async function confirmLastTry({ send }: Talk, { device, secret }: PinRequest): Promise<void> {
  await send('SETDESC', `This is the last try: one more wrong ${secret}, and the ${secret} of ${device} is blocked.`)
  await send('CONFIRM')
}

/** Asked again until it can be the secret: what cannot be it never reaches the token. */
async function ask({ send }: Talk, request: PinRequest): Promise<Uint8Array> {
  // Which secret of which device comes first, where nothing can push it out; a purpose is one line, whatever stands in it.
  const about = [visible(labelOf(request)), visible(request.purpose)].filter((line) => line !== '').join('\n')
  let problem = request.wasWrong === true ? 'That was not it' : undefined
  for (;;) {
    await send('SETDESC', about)
    await send('SETPROMPT', `${request.secret}:`)
    if (problem !== undefined) await send('SETERROR', problem)
    const secret = await send('GETPIN')
    problem = whyNot(request, secret)
    if (problem === undefined) {
      if (!isNew(request)) return secret
      await send('SETDESC', `${labelOf(request)}: the same once more`)
      const second = await send('GETPIN')
      const isSame = isSameSecret(secret, second)
      second.fill(0)
      if (isSame) return secret
      problem = 'The two entries differ'
    }
    secret.fill(0)
  }
}

// ---- Assuan --------------------------------------------------------------------------------------------------------

interface Talk {
  /** Answers the data that came with its OK; the caller zeroes it. */
  send(command: string, text?: string, mood?: 'may-fail'): Promise<Uint8Array>
  end(): Promise<void>
}

interface Answer {
  resolve(data: Uint8Array): void
  reject(error: AppError): void
}

async function openTalk(program: string, environment: NodeJS.ProcessEnv, signal: AbortSignal): Promise<Talk> {
  if (signal.aborted) throw cancelledPrompt()
  const child = spawn(program, [], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: Object.fromEntries(passed.flatMap((name) => (environment[name] ? [[name, environment[name]]] : []))),
  })
  const { stdin, stdout } = child
  const data = new Uint8Array(maxSecretBytes)
  let length = 0
  let waiting: Answer | undefined
  let isOver: AppError | undefined

  function fail(error: AppError): void {
    isOver ??= error
    waiting?.reject(isOver)
    waiting = undefined
    child.kill()
  }
  function done(error?: AppError): void {
    const answer = waiting
    waiting = undefined
    const held = data.slice(0, length)
    data.fill(0)
    length = 0
    if (error === undefined) answer?.resolve(held)
    else {
      held.fill(0)
      answer?.reject(error)
    }
  }
  function take(line: Uint8Array): void {
    const word = wordOf(line)
    if (word === 'D') {
      const added = unescapedInto(data, length, line.subarray(2))
      if (added === undefined) fail(strange('a secret that is too long or damaged'))
      else length += added
    } else if (word === 'OK') done()
    else if (word === 'ERR') done(errorOf(line))
    else if (word === 'INQUIRE') stdin.write('CAN\n')
    else if (word !== 'S' && word !== '' && !word.startsWith('#')) fail(strange('a line that is no answer'))
  }

  const line = new Uint8Array(maxLineBytes)
  let at = 0
  stdout.on('data', (chunk: Buffer) => {
    for (const byte of chunk) {
      if (byte === 0x0a) {
        take(line.subarray(0, line[at - 1] === 0x0d ? at - 1 : at))
        line.fill(0)
        at = 0
      } else if (at < maxLineBytes - 1) line[at++] = byte
      else fail(strange('a line that is too long'))
    }
    chunk.fill(0)
  })
  // Who has gone is heard of through `close`.
  stdin.on('error', () => undefined)
  child.on('error', (cause) => fail(absent(program, cause)))
  child.on('close', () => fail(ended(program)))
  const stop = (): void => fail(cancelledPrompt())
  signal.addEventListener('abort', stop, { once: true })

  const answered = (): Promise<Uint8Array> =>
    new Promise((resolve, reject) => {
      if (isOver === undefined) waiting = { resolve, reject }
      else reject(isOver)
    })

  const greeting = setTimeout(() => fail(strange(`nothing for ${politeMs} ms`)), politeMs)
  await answered().finally(() => clearTimeout(greeting))
  return {
    send: async (command, text = '', mood) => {
      const reply = answered()
      stdin.write(text === '' ? `${command}\n` : `${command} ${escaped(text)}\n`)
      if (mood === undefined) return reply
      return reply.catch((thrown) => {
        if (isOver !== undefined) throw thrown
        return new Uint8Array()
      })
    },
    end: async () => {
      signal.removeEventListener('abort', stop)
      data.fill(0)
      line.fill(0)
      await leave(child)
    },
  }
}

/** It goes by itself after BYE, or is made to. */
async function leave(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
  const timer = setTimeout(() => child.kill('SIGKILL'), politeMs)
  const gone = new Promise((resolve) => child.once('close', resolve))
  child.stdin?.end('BYE\n')
  await gone
  clearTimeout(timer)
}

function wordOf(line: Uint8Array): string {
  const space = line.indexOf(0x20)
  return new TextDecoder().decode(line.subarray(0, space < 0 ? line.length : space))
}

/** How many bytes were written; undefined when they do not fit, or an escape is not one. */
function unescapedInto(data: Uint8Array, start: number, text: Uint8Array): number | undefined {
  let at = start
  for (let i = 0; i < text.length; i++) {
    let byte = text[i] ?? 0
    if (byte === 0x25) {
      const high = digitOf(text[i + 1])
      const low = digitOf(text[i + 2])
      if (high === undefined || low === undefined) return undefined
      byte = high * 16 + low
      i += 2
    }
    if (at === data.length) return undefined
    data[at++] = byte
  }
  return at - start
}

function digitOf(code: number | undefined): number | undefined {
  if (code === undefined) return undefined
  if (code >= 0x30 && code <= 0x39) return code - 0x30
  const letter = code | 0x20
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : undefined
}

/** Our own line feeds are meant; what else moves a cursor is shown by its number. Cut where a line would be too long. */
function escaped(text: string): string {
  let line = ''
  for (const char of text.split('\n').map(visible).join('\n')) {
    const next = char === '%' ? '%25' : char === '\n' ? '%0A' : char
    if (Buffer.byteLength(line) + Buffer.byteLength(next) > maxTextBytes) return `${line}…`
    line += next
  }
  return line
}

/** The lower half of a libgpg-error code: timeout, cancelled, not confirmed, fully cancelled. */
const declined: ReadonlySet<number> = new Set([62, 99, 114, 198])

function errorOf(line: Uint8Array): AppError {
  const [, number = ''] = new TextDecoder().decode(line).split(' ')
  const code = Number(number) & 0xffff
  if (declined.has(code)) return cancelledPrompt()
  return strange(`error ${code}`)
}

function strange(what: string): AppError {
  return new AppError({
    code: 'signer/failed',
    message: `the pinentry program answered ${what}; no secret was used`,
    hint: 'leave --pinentry out to type in the terminal',
  })
}

function ended(program: string): AppError {
  return new AppError({
    code: 'signer/failed',
    message: `${program} ended before it had answered; no secret was used`,
    hint: 'try it in a terminal: it must say OK when it starts, as a pinentry does',
  })
}

function absent(program: string, cause: unknown): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: `${program} cannot be started`,
    hint: 'give the path of a pinentry program, for example --pinentry /usr/bin/pinentry',
    cause,
  })
}
