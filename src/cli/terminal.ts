// The terminal: results go to standard output, everything said to a person to standard error, secrets are never echoed.
import { createInterface } from 'node:readline/promises'
import { isatty } from 'node:tty'
import { AppError } from '../core/error.ts'
import type { PinRequest, Prompt } from '../core/signer.ts'
import { visible } from '../core/visible.ts'
import type { Io } from './command.ts'
import { readByte } from './input.ts'

export interface TerminalOptions {
  passphraseFd?: number
  signal: AbortSignal
}

export function terminal({ passphraseFd, signal }: TerminalOptions): Io {
  const note = (line: string): void => {
    if (process.stderr.isTTY) process.stderr.write(`${visible(line)}\n`)
  }
  return {
    out: (line) => void process.stdout.write(`${line}\n`),
    note,
    isInteractive: isTyped() && process.stderr.isTTY === true,
    ask: (question, otherwise) => askLine(question, otherwise, signal),
    prompt: passphraseFd === undefined ? typedPrompt(note) : fdPrompt(passphraseFd),
    signal,
    now: () => new Date(),
  }
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
  try {
    return await lines.question(question.split('\n').map(visible).join('\n'), { signal })
  } finally {
    lines.close()
  }
}

const maxSecretBytes = 1024

/** Byte by byte from the terminal in raw mode: nothing is echoed, and nothing is kept in a line history or a string. */
function typedPrompt(note: (line: string) => void): Prompt {
  return {
    touch: (request) => {
      note(`touch ${request.device}: ${request.purpose}`)
      return () => {}
    },
    pin: async (request, signal) => {
      if (!isTyped()) {
        throw nobody(`the ${request.secret} of ${request.device}`, 'in a script there is --passphrase-fd N')
      }
      const isNew = request.secret.startsWith('new')
      const first = await readHidden(labelOf(request), signal)
      if (!isNew) return first
      const second = await readHidden('The same once more: ', signal)
      const isSame = first.length === second.length && first.every((byte, i) => byte === second[i])
      second.fill(0)
      if (isSame) return first
      first.fill(0)
      throw new AppError({
        code: 'usage/invalid',
        message: 'the two entries differ; nothing was created',
        hint: 'start again',
      })
    },
  }
}

function labelOf(request: PinRequest): string {
  const again = request.wasWrong === true ? 'That was not it. ' : ''
  const about = request.purpose === '' ? '' : `${visible(request.purpose)}\n`
  return `${about}${again}${request.secret} of ${request.device}: `
}

async function readHidden(label: string, signal: AbortSignal): Promise<Uint8Array> {
  const { stdin, stderr } = process
  const secret = new Uint8Array(maxSecretBytes)
  let length = 0
  // Before the question: a quick typist must not see the first letters.
  stdin.setRawMode(true)
  stderr.write(label)
  stdin.resume()
  try {
    return await new Promise<Uint8Array>((resolve, reject) => {
      const cancel = (): void =>
        reject(
          new AppError({
            code: 'user/cancelled',
            message: 'cancelled, nothing was changed',
            hint: 'repeat the command when you are ready',
          }),
        )
      signal.addEventListener('abort', cancel, { once: true })
      // A terminal that is closed never answers.
      stdin.once('end', cancel)
      const take = (byte: number): void => {
        if (byte === 0x03 || byte === 0x04 || byte === 0x1b) cancel()
        else if (byte === 0x0d || byte === 0x0a) resolve(secret.slice(0, length))
        else if (byte === 0x7f || byte === 0x08) {
          // One character may be several bytes.
          do length = Math.max(0, length - 1)
          while (length > 0 && ((secret[length] ?? 0) & 0xc0) === 0x80)
        } else if (length < maxSecretBytes) secret[length++] = byte
        else reject(tooLong())
      }
      stdin.on('data', (chunk: Buffer) => {
        for (const byte of chunk) take(byte)
        chunk.fill(0)
      })
    })
  } finally {
    secret.fill(0)
    stdin.removeAllListeners('data')
    stdin.removeAllListeners('end')
    stdin.setRawMode(false)
    stdin.pause()
    stderr.write('\n')
  }
}

function tooLong(): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: `the passphrase is longer than ${maxSecretBytes} bytes`,
    hint: 'give one passphrase a line, each ended by a line feed',
  })
}

/** One secret a line; a line is used once. */
function fdPrompt(fd: number): Prompt {
  return {
    touch: () => () => {},
    pin: async (request) => {
      const secret = new Uint8Array(maxSecretBytes)
      const one = new Uint8Array(1)
      let length = 0
      let isEnd = false
      try {
        for (;;) {
          isEnd = !readByte(fd, one)
          if (isEnd || one[0] === 0x0a) break
          // Cut off it would be another passphrase, and its end the answer to the next question.
          if (length === maxSecretBytes) throw tooLong()
          secret[length++] = one[0] ?? 0
        }
      } catch (cause) {
        secret.fill(0)
        if (cause instanceof AppError) throw cause
        throw new AppError({
          code: 'usage/invalid',
          message: `file descriptor ${fd} cannot be read`,
          hint: `open it with the call, for example: --passphrase-fd ${fd} ${fd}< FILE`,
          cause,
        })
      } finally {
        one.fill(0)
      }
      if (isEnd && length === 0) {
        // The person behind the script has given all they have: a wrong passphrase is not tried again by itself.
        throw new AppError({
          code: request.wasWrong === true ? 'signer/pin-wrong' : 'usage/invalid',
          message:
            request.wasWrong === true
              ? `the ${request.secret} of ${request.device} is wrong; nothing was signed`
              : `file descriptor ${fd} holds no line for the ${request.secret} of ${request.device}`,
          hint: 'give one passphrase a line, in the order in which the keys are asked',
        })
      }
      const line = secret.slice(0, length)
      secret.fill(0)
      return line
    },
  }
}
