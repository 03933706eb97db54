// The app in the system's Chromium: finds the browser, starts the app, ends with its last window or when told to.
import { join } from 'node:path'
import { AppError } from '../core/error.ts'
import { findChromium, isProgram } from '../node/find-chromium.ts'
import { dataDirectory } from '../node/workspace.ts'
import { startApp } from './app.ts'
import { exitWithError, noWindowExitCode } from './exit.ts'
import { parseOptions } from './options.ts'
import type { Shell } from './shell.ts'
import { openChromiumShell } from './shells/chromium.ts'

async function run(): Promise<void> {
  const options = parseOptions(process.argv.slice(2), dataDirectory())
  // Ended by a signal while the browser starts: the exit itself takes the browser and its profile along.
  let quit = (): void => process.exit(130)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => quit())
  const shell = await openShell().catch((thrown: unknown) => {
    exitWithError(thrown, process.exit, noWindowExitCode)
    throw thrown
  })
  quit = () => void shell.quit()
  try {
    await startApp(shell, { ...options, programDir: join(import.meta.dirname, '..') })
    await shell.ended
  } finally {
    await shell.quit()
  }
}

async function openShell(): Promise<Shell> {
  const program = findChromium({ platform: process.platform, env: process.env, isProgram })
  if (program === undefined) {
    const named = process.env.COUNTERSIGN_CHROMIUM
    throw new AppError({
      code: 'usage/invalid',
      message: named ? `${named} is not a program` : 'no Chromium, Chrome, Brave or Edge was found',
      hint: named ? 'name another browser in COUNTERSIGN_CHROMIUM' : 'install one, or name it in COUNTERSIGN_CHROMIUM',
    })
  }
  const out = join(import.meta.dirname, '..')
  return openChromiumShell({
    program,
    rendererDir: join(out, 'renderer'),
    preload: join(out, 'preload', 'chromium.cjs'),
  })
}

run().then(
  () => process.exit(0),
  (thrown: unknown) => exitWithError(thrown, process.exit),
)
