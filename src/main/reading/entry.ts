// The thread that reads repositories for the window: verifies, compares and works out, and never writes, signs or asks anybody.
import { parentPort, workerData } from 'node:worker_threads'
import { AppError } from '../../core/error.ts'
import type { Prompt } from '../../core/signer.ts'
import { openDesk } from '../../node/desk.ts'
import { obeyOffline } from '../../node/offline.ts'
import type { TokenHost } from '../../node/token-host/client.ts'
import type { ThreadData } from './reader.ts'
import { readings } from './readings.ts'
import { serveReadings } from './serve.ts'

function notHere(): AppError {
  return new AppError({ code: 'internal/bug', message: 'the thread that reads was asked to sign' })
}

const nobody: Prompt = { pin: () => Promise.reject(notHere()), touch: () => () => {} }
const noTokens: TokenHost = {
  call: () => Promise.reject(notHere()),
  latest: () => ({ tokens: [], problems: [] }),
  watch: () => () => {},
  close: async () => {},
}

obeyOffline()
const port = parentPort
if (port === null) throw new AppError({ code: 'usage/invalid', message: 'this is a thread of the window' })
const { dataDir } = workerData as ThreadData
const now = (): Date => new Date()
const desk = openDesk({ dataDir, prompt: nobody, tokens: noTokens, now, keepsDocuments: true })
serveReadings(
  {
    post: (message, buffers) => port.postMessage(message, buffers),
    listen: (hear) => void port.on('message', hear),
    report: (what, thrown) => console.error(`countersign: reading ${what}:`, thrown),
  },
  readings(desk, now),
)
