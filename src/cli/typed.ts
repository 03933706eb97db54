// Secrets typed in a terminal: never echoed, never in a line history, never in a string.
import { AppError } from '../core/error.ts'
import type { PinRequest, Prompt } from '../core/signer.ts'
import { visible } from '../core/visible.ts'
import { tooLong } from './descriptor.ts'
import {
  cancelledPrompt,
  isLastTry,
  isNew,
  isSameSecret,
  isTokenSecret,
  labelOf,
  maxSecretBytes,
  refuseBlocked,
  whyNot,
} from './secrets.ts'

/** `ask` asks for one line that may be seen. */
export function typedPrompt(ask: (question: string) => Promise<string>): Pick<Prompt, 'pin'> {
  return {
    pin: async (request, signal) => {
      refuseBlocked(request)
      if (isLastTry(request)) await confirmLastTry(request, ask)
      const first = await readFitting(request, signal)
      if (!isNew(request)) return first
      const second = await readHidden('The same once more: ', signal)
      const isSame = isSameSecret(first, second)
      second.fill(0)
      if (isSame) return first
      first.fill(0)
      throw new AppError({
        code: 'usage/invalid',
        message: `the two entries differ; nothing was ${isTokenSecret(request) ? 'changed' : 'created'}`,
        hint: 'start again',
      })
    },
  }
}

async function confirmLastTry(request: PinRequest, ask: (question: string) => Promise<string>): Promise<void> {
  const { device, secret } = request
  const typed = await ask(
    `This is the last try: one more wrong ${secret}, and the ${secret} of ${device} is blocked.\nType "last try" to go on: `,
  )
  if (typed.trim().toLowerCase() === 'last try') return
  throw new AppError({
    code: 'user/cancelled',
    message: `the last try for the ${secret} was not used; nothing was signed`,
    hint: `find out the right ${secret} first, then repeat`,
  })
}

/** Asked again until it can be the secret: what cannot be it never reaches the token. */
async function readFitting(request: PinRequest, signal: AbortSignal): Promise<Uint8Array> {
  const about = request.purpose === '' ? '' : `${visible(request.purpose)}\n`
  let before = request.wasWrong === true ? 'That was not it. ' : ''
  for (;;) {
    const secret = await readHidden(`${about}${before}${visible(labelOf(request))}: `, signal)
    const why = whyNot(request, secret)
    if (why === undefined) return secret
    secret.fill(0)
    before = `${why.charAt(0).toUpperCase()}${why.slice(1)}.\n`
  }
}

async function readHidden(label: string, signal: AbortSignal): Promise<Uint8Array> {
  const { stdin, stderr } = process
  const secret = new Uint8Array(maxSecretBytes)
  let length = 0
  // Before the question: a quick typist must not see the first letters.
  stdin.setRawMode(true)
  stderr.write(label)
  stdin.resume()
  const ended = new AbortController()
  try {
    return await new Promise<Uint8Array>((resolve, reject) => {
      const cancel = (): void => reject(cancelledPrompt())
      signal.addEventListener('abort', cancel, { signal: ended.signal })
      if (signal.aborted) cancel()
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
    ended.abort()
    secret.fill(0)
    stdin.removeAllListeners('data')
    stdin.removeAllListeners('end')
    stdin.setRawMode(false)
    stdin.pause()
    stderr.write('\n')
  }
}
