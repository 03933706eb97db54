// The terminal: results go to standard output, everything said to a person to standard error, secrets are never echoed.
import { createInterface } from 'node:readline/promises'
import { isatty } from 'node:tty'
import { AppError } from '../core/error.ts'
import type { PinRequest, Prompt } from '../core/signer.ts'
import { visible } from '../core/visible.ts'
import type { Io } from './command.ts'
import { descriptorPrompt } from './descriptor.ts'
import { pinentryPrompt } from './pinentry.ts'
import { isTokenSecret } from './secrets.ts'
import { pressedEnter, showTouch } from './touch.ts'
import { typedPrompt } from './typed.ts'

export interface TerminalOptions {
  passphraseFd?: number
  pinFd?: number
  lastTry: boolean
  pinentry?: string
  signal: AbortSignal
}

export function terminal(options: TerminalOptions): Omit<Io, 'atEnd'> {
  const { signal } = options
  const note = (line: string): void => {
    if (process.stderr.isTTY) process.stderr.write(`${visible(line)}\n`)
  }
  return {
    out: (line) => void process.stdout.write(`${line}\n`),
    note,
    isInteractive: isTyped() && process.stderr.isTTY === true,
    ask: (question, otherwise) => askLine(question, otherwise, signal),
    size: terminalSize,
    enter: pressedEnter,
    prompt: { touch: showTouch, pin: secretsFrom(options) },
    signal,
    now: () => new Date(),
  }
}

function terminalSize(): { columns: number; rows: number } | undefined {
  const { isTTY, columns, rows } = process.stdout
  // A terminal that does not know its size says nought.
  return isTTY === true && columns > 0 && rows > 0 ? { columns, rows } : undefined
}

/** A descriptor that was named for this kind of secret; else the pinentry; else who sits here. */
function secretsFrom({ passphraseFd, pinFd, lastTry, pinentry, signal }: TerminalOptions): Prompt['pin'] {
  const fromPins =
    pinFd === undefined ? undefined : descriptorPrompt({ fd: pinFd, option: '--pin-fd', lastTry: lastTry })
  const fromPassphrases =
    passphraseFd === undefined
      ? undefined
      : descriptorPrompt({ fd: passphraseFd, option: '--passphrase-fd', lastTry: false })
  const asked = pinentry === undefined ? undefined : pinentryPrompt({ program: pinentry, environment: process.env })
  const typed = typedPrompt((question) => askLine(question, 'in a script there is --pin-fd N', signal))
  return (request, stop) => {
    const given = isTokenSecret(request) ? fromPins : fromPassphrases
    const source = given ?? asked
    if (source !== undefined) return source.pin(request, stop)
    if (!isTyped()) throw nobody(`the ${request.secret} of ${request.device}`, scriptHint(request))
    return typed.pin(request, stop)
  }
}

function scriptHint(request: PinRequest): string {
  return `in a script there is ${isTokenSecret(request) ? '--pin-fd' : '--passphrase-fd'} N`
}

/** Asked of the system: to touch `process.stdin` would make a pipe one that does not wait for its data. */
function isTyped(): boolean {
  return isatty(0)
}

function nobody(what: string, otherwise: string): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: `${what} must be typed, and there is no terminal`,
    hint: `run this in a terminal; ${otherwise}`,
  })
}

async function askLine(question: string, otherwise: string, signal: AbortSignal): Promise<string> {
  if (!isTyped()) throw nobody('the answer', otherwise)
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  const gone = new AbortController()
  // Ctrl-C ends the command as it does everywhere; a terminal that is closed never answers.
  lines.on('SIGINT', () => void process.kill(process.pid, 'SIGINT'))
  lines.once('close', () => gone.abort())
  try {
    const either = AbortSignal.any([signal, gone.signal])
    return await lines.question(question.split('\n').map(visible).join('\n'), { signal: either })
  } finally {
    lines.close()
  }
}
