// The app in Electron: prepares the shell, starts the app, ends with its last window.
import { join } from 'node:path'
import { app } from 'electron'
import { dataDirectory } from '../node/workspace.ts'
import { startApp } from './app.ts'
import { exitWithError } from './exit.ts'
import { parseOptions } from './options.ts'
import { openElectronShell, prepareElectron } from './shells/electron.ts'

async function run(): Promise<void> {
  // Electron's own switches stand among the arguments; ours come after "--".
  const separator = process.argv.indexOf('--')
  const options = parseOptions(separator < 0 ? [] : process.argv.slice(separator + 1), dataDirectory())
  const out = join(import.meta.dirname, '..')
  const shell = await openElectronShell({
    rendererDir: join(out, 'renderer'),
    preload: join(out, 'preload', 'electron.cjs'),
  })
  await startApp(shell, { ...options, programDir: out })
  await shell.ended
  await shell.quit()
}

if (prepareElectron()) run().catch((thrown: unknown) => exitWithError(thrown, (code) => app.exit(code)))
else app.exit(0)
