// What the window's programs take from the command line: where the data lies, and whether to show the demo.
import { resolve } from 'node:path'
import { AppError } from '../core/error.ts'

export interface AppOptions {
  dataDir: string
  demo: boolean
  /** Where the files of the program lie. */
  programDir?: string
}

export function parseOptions(args: readonly string[], defaultDataDir: string): AppOptions {
  let dataDir = defaultDataDir
  let demo = false
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]
    if (arg === '--demo') demo = true
    else if (arg === '--data-dir') {
      const value = args[++i]
      if (value === undefined) throw usage('--data-dir needs a directory')
      dataDir = resolve(value)
    } else throw usage(`there is no option ${arg}`)
  }
  return { dataDir, demo }
}

function usage(message: string): AppError {
  return new AppError({ code: 'usage/invalid', message, hint: 'allowed here: --demo, --data-dir DIR' })
}
