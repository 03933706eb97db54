// The program that owns the tokens: a child of the window or of the command line, which gives it the folder of its data.
import { AppError } from '../../core/error.ts'
import { obeyOffline } from '../offline.ts'
import { startTokens } from './start.ts'

/** Electron's utility process has its own kind of port. */
interface ParentPort {
  postMessage(message: unknown): void
  on(event: 'message', hear: (event: { data: unknown }) => void): void
}

obeyOffline()
const parentPort = (process as { parentPort?: ParentPort }).parentPort
const [, , dataDir] = process.argv
if (dataDir === undefined || dataDir === '') {
  // A folder of its own choosing would hold other keys and other modules than those this user knows.
  throw new AppError({ code: 'usage/invalid', message: 'the program for tokens was not told where its data is' })
}

// Ctrl-C in a terminal reaches every program in it; whoever started this one decides when it ends.
for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined)
process.on('disconnect', () => process.exit(0))

if (parentPort !== undefined) {
  startTokens(dataDir, {
    post: (message) => parentPort.postMessage(message),
    listen: (hear) => parentPort.on('message', ({ data }) => hear(data)),
  })
} else {
  startTokens(dataDir, {
    post: (message) => {
      // Whoever is gone needs no answer.
      if (process.connected) process.send?.(message, undefined, {}, () => undefined)
    },
    listen: (hear) => void process.on('message', hear),
  })
}
