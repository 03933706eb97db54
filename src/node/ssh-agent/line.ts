// One conversation with an ssh-agent: a connection of its own, each question with its whole answer, bounded in bytes and in time.
import { createConnection, type Socket } from 'node:net'
import { concatBytes } from '../../core/bytes.ts'
import { AppError, cancelled } from '../../core/error.ts'
import { maxMessageBytes } from '../../core/ssh-agent/messages.ts'
import { badAnswer, wireString } from '../../core/ssh-agent/wire.ts'
import { visible } from '../../core/visible.ts'
import { errnoOf } from '../errno.ts'

/** `late` is thrown when the whole answer is not there in time. */
export type Ask = (request: Uint8Array, timeoutMs: number, late: AppError) => Promise<Uint8Array>

export async function withAgentLine<T>(path: string, signal: AbortSignal, use: (ask: Ask) => Promise<T>): Promise<T> {
  if (signal.aborted) throw stopped(signal)
  const socket = createConnection({ path })
  // What happens between two questions is noticed by the next one.
  socket.on('error', () => undefined)
  try {
    return await use((request, timeoutMs, late) => ask({ socket, path, signal }, request, timeoutMs, late))
  } finally {
    socket.destroy()
  }
}

interface Line {
  socket: Socket
  path: string
  signal: AbortSignal
}

function ask({ socket, path, signal }: Line, request: Uint8Array, timeoutMs: number, late: AppError) {
  const ended = new AbortController()
  const until = { signal: ended.signal }
  return new Promise<Uint8Array>((resolve, reject) => {
    let read = new Uint8Array(0)
    const hear = (chunk: Buffer): void => {
      try {
        read = concatBytes(read, chunk)
        const answer = wholeAnswer(read)
        if (answer !== undefined) resolve(answer)
      } catch (thrown) {
        reject(thrown)
      }
    }
    const fail = (thrown: unknown): void => reject(unreachable(thrown, path))
    const gone = (): void => reject(wentAway())
    const timer = setTimeout(() => reject(late), timeoutMs)
    until.signal.addEventListener('abort', () => {
      clearTimeout(timer)
      socket.off('data', hear).off('error', fail).off('close', gone).pause()
    })
    signal.addEventListener('abort', () => reject(stopped(signal)), until)
    if (signal.aborted) reject(stopped(signal))
    socket.on('error', fail).on('close', gone).on('data', hear).resume()
    if (socket.destroyed) reject(socket.errored === null ? wentAway() : unreachable(socket.errored, path))
    else socket.write(wireString(request))
  }).finally(() => ended.abort())
}

/** Undefined while bytes are missing. */
function wholeAnswer(read: Uint8Array): Uint8Array | undefined {
  if (read.length < 4) return undefined
  const length = new DataView(read.buffer, read.byteOffset).getUint32(0)
  if (length > maxMessageBytes) {
    return badAnswer(`the ssh-agent's answer has ${length} bytes where at most ${maxMessageBytes} are read`)
  }
  if (read.length > 4 + length) return badAnswer('the ssh-agent says more than its answer')
  return read.length === 4 + length ? read.subarray(4) : undefined
}

function stopped(signal: AbortSignal): AppError {
  return cancelled('nothing was signed', signal.reason)
}

function wentAway(cause?: unknown): AppError {
  return new AppError({
    code: 'signer/absent',
    message: 'the ssh-agent ended the conversation before it had answered',
    hint: 'see whether it still runs: ssh-add -l; then repeat',
    cause,
  })
}

function unreachable(cause: unknown, path: string): AppError {
  const errno = errnoOf(cause)
  if (errno === 'ECONNRESET' || errno === 'EPIPE') return wentAway(cause)
  const where = visible(path)
  const isForbidden = errno === 'EACCES' || errno === 'EPERM'
  return new AppError({
    code: errno === 'EAGAIN' ? 'signer/busy' : 'signer/absent',
    message: isForbidden ? `the ssh-agent at ${where} lets this user not in` : `no ssh-agent answers at ${where}`,
    hint: isForbidden
      ? 'use an agent of your own: eval $(ssh-agent), then ssh-add'
      : 'start the agent again, or unset SSH_AUTH_SOCK to do without one',
    data: { path, errno: errno ?? '' },
    cause,
  })
}
