// The touch notice in a terminal: one line while the token waits, or an agent keeps silent. And the finger of the practice token: the Enter key.
import { isatty } from 'node:tty'
import type { TouchRequest } from '../core/signer.ts'
import { visible } from '../core/visible.ts'

/** Shown also where standard error is no terminal: somebody has to do something. Answers what takes it away. */
export function showTouch(request: TouchRequest): () => void {
  const { stderr } = process
  const isTerminal = stderr.isTTY === true
  const seconds = Math.round(request.timeoutMs / 1000)
  const what = `${visible(request.device)} (${seconds} s): ${visible(request.purpose)}`
  if (request.practice === true) {
    if (isTerminal) stderr.write(`Practice, ${isatty(0) ? 'press Enter to touch' : 'touched by itself:'} ${what}\n`)
    return () => {}
  }
  const line = request.agent === true ? `Waiting; answer the agent if it asks: ${what}` : `Touch ${what}`
  if (!isTerminal) {
    stderr.write(`${line}\n`)
    return () => {}
  }
  stderr.write(line)
  // A line that went on in the next row cannot be wiped out.
  return () => void stderr.write(line.length < (stderr.columns ?? 80) ? '\r\x1b[K' : '\n')
}

/** Comes true when Enter was pressed, or when the signal says that nobody waits for it any more. */
export function pressedEnter(signal: AbortSignal): Promise<void> {
  const { stdin } = process
  return new Promise((resolve) => {
    const end = (): void => {
      stdin.off('data', hear)
      stdin.off('end', end)
      signal.removeEventListener('abort', end)
      stdin.pause()
      resolve()
    }
    const hear = (chunk: Buffer): void => {
      if (chunk.includes(0x0a) || chunk.includes(0x0d)) end()
    }
    if (signal.aborted) return resolve()
    signal.addEventListener('abort', end)
    stdin.on('data', hear)
    stdin.once('end', end)
    stdin.resume()
  })
}
