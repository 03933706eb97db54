// Secrets from an open file, one a line: for scripts. Nobody is there to try again, so what is wrong ends the command.
import { fstatSync } from 'node:fs'
import { AppError } from '../core/error.ts'
import type { PinRequest, Prompt } from '../core/signer.ts'
import { readByte } from './input.ts'
import { isLastTry, isTokenSecret, maxSecretBytes, refuseBlocked, triesWords, whyNot } from './secrets.ts'

export interface Descriptor {
  fd: number
  /** By which it was named: "--pin-fd". */
  option: string
  /** The person behind the script knows that a PIN may be blocked by this. */
  lastTry: boolean
}

/** A line is used once. The next line is never the answer to a PIN that was wrong. */
export function descriptorPrompt(descriptor: Descriptor): Pick<Prompt, 'pin'> {
  return {
    pin: async (request) => {
      if (isTokenSecret(request)) checkMayTry(request, descriptor)
      const secret = readLine(request, descriptor)
      const why = whyNot(request, secret)
      if (why === undefined) return secret
      secret.fill(0)
      throw new AppError({
        code: 'usage/invalid',
        message: `the line for the ${request.secret} of ${request.device} cannot be it: ${why}`,
        hint: `give one secret a line, in the order in which they are asked, on the file of ${descriptor.option}`,
      })
    },
  }
}

function checkMayTry(request: PinRequest, { lastTry }: Descriptor): void {
  if (request.wasWrong === true) throw wrong(request)
  refuseBlocked(request)
  if (!isLastTry(request) || lastTry) return
  throw new AppError({
    code: 'usage/invalid',
    message: `1 try is left for the ${request.secret} of ${request.device}, and a script does not use it up by itself`,
    hint: 'type it in a terminal; or if you are sure of it, repeat with --last-try',
    data: { triesLeft: 1 },
  })
}

function wrong(request: PinRequest): AppError {
  const tries = triesWords(request)
  return new AppError({
    code: 'signer/pin-wrong',
    message: `the ${request.secret} of ${request.device} is wrong${tries === undefined ? '' : `, ${tries}`}; nothing was signed`,
    hint: wrongHint(request),
    ...(request.triesLeft === undefined ? {} : { data: { triesLeft: request.triesLeft } }),
  })
}

function wrongHint(request: PinRequest): string {
  if (!isTokenSecret(request)) return 'give one passphrase a line, in the order in which the keys are asked'
  const { secret, notThe } = request
  if (notThe === undefined) return `find out the right ${secret} before you repeat; the next line was not tried`
  return `check that it is the ${secret} and not the ${notThe}; the next line was not tried`
}

function readLine(request: PinRequest, { fd, option }: Descriptor): Uint8Array {
  checkOpen(fd, option)
  const secret = new Uint8Array(maxSecretBytes)
  const one = new Uint8Array(1)
  let length = 0
  let isEnd = false
  try {
    for (;;) {
      isEnd = !readByte(fd, one)
      if (isEnd || one[0] === 0x0a) break
      // Cut off it would be another secret, and its end the answer to the next question.
      if (length === maxSecretBytes) throw tooLong()
      secret[length++] = one[0] ?? 0
    }
    if (!isEnd || length > 0) return secret.slice(0, length)
    // The person behind the script has given all they have.
    if (request.wasWrong === true) throw wrong(request)
    throw new AppError({
      code: 'usage/invalid',
      message: `file descriptor ${fd} holds no line for the ${request.secret} of ${request.device}`,
      hint: 'give one secret a line, in the order in which they are asked',
    })
  } catch (cause) {
    if (cause instanceof AppError) throw cause
    throw new AppError({
      code: 'usage/invalid',
      message: `file descriptor ${fd} cannot be read`,
      hint: `open it with the call, for example: ${option} ${fd} ${fd}< FILE`,
      cause,
    })
  } finally {
    secret.fill(0)
    one.fill(0)
  }
}

/** A number that nobody opened may be something of our own: it would be waited for, for ever. */
function checkOpen(fd: number, option: string): void {
  let isFile = false
  try {
    const stats = fstatSync(fd)
    isFile = stats.isFile() || stats.isFIFO() || stats.isSocket() || stats.isCharacterDevice()
  } catch {
    // Not open at all: the same for whoever named it.
  }
  if (isFile) return
  throw new AppError({
    code: 'usage/invalid',
    message: `file descriptor ${fd} is not open`,
    hint: `open it with the call, for example: ${option} ${fd} ${fd}< FILE`,
  })
}

export function tooLong(): AppError {
  return new AppError({
    code: 'usage/invalid',
    message: `the secret is longer than ${maxSecretBytes} bytes`,
    hint: 'give one secret a line, each ended by a line feed',
  })
}
