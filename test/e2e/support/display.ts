// A display of our own for the tests: Xvfb picks a free number, nothing listens on TCP, it ends with the test.
import { spawn } from 'node:child_process'
import type { Readable } from 'node:stream'

export interface Display {
  name: string
  end(): Promise<void>
}

export async function startDisplay(): Promise<Display> {
  const args = ['-displayfd', '3', '-screen', '0', '1600x1200x24', '-nolisten', 'tcp', '-noreset']
  const server = spawn('Xvfb', args, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] })
  const exited = new Promise<void>((resolve) => server.once('exit', () => resolve()))
  const atExit = (): void => void server.kill('SIGKILL')
  process.once('exit', atExit)
  const number = await new Promise<string>((resolve, reject) => {
    server.once('error', reject)
    server.once('exit', () => reject(new Error('Xvfb ended before it had a display')))
    const answers = server.stdio[3] as Readable
    answers.setEncoding('utf8').once('data', (text: string) => resolve(text.trim()))
  })
  return {
    name: `:${number}`,
    end: async () => {
      server.kill('SIGTERM')
      await exited
      process.off('exit', atExit)
    },
  }
}
