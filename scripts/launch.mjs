// Opens the app in the best way this machine has: Electron, else the system's Chromium, else the demo in the terminal.
import { existsSync } from 'node:fs'
import { findElectron } from './electron.mjs'
import { at, runProgram, runTool, Stop } from './tools.mjs'

/** What the programs answer when no window can be opened here; everything else is the app's own exit code. */
const noWindow = 69
const earlyMs = 5000

export function requireBuilt(name) {
  if (!existsSync(at('out', 'main', name))) throw new Stop('this copy is not built yet, run: npm run build')
}

function hasDisplay() {
  if (process.platform !== 'linux') return true
  return Boolean(process.env.DISPLAY) || Boolean(process.env.WAYLAND_DISPLAY)
}

export async function launch({ demo, args }) {
  const all = demo ? ['--demo', ...args] : args
  if (!hasDisplay()) return inTerminal('there is no display here', demo)
  const electron = await findElectron()
  let reason = electron.reason
  if (electron.program !== undefined) {
    requireBuilt('index.js')
    const started = Date.now()
    const code = await runProgram(electron.program, [at(), '--', ...all])
    // A window that a person used does not end in the first seconds with an error.
    if (code === 0 || Date.now() - started > earlyMs) return code
    reason = 'Electron could not open a window here'
  }
  console.error(`countersign: ${reason}; opening the window in this system's browser instead`)
  requireBuilt('chromium.js')
  const code = await runTool('node', [at('out', 'main', 'chromium.js'), ...all])
  return code === noWindow ? inTerminal('no window can be opened here', demo) : code
}

async function inTerminal(reason, demo) {
  requireBuilt('cli.js')
  if (!demo) throw new Stop(`${reason}; use the command line: countersign --help`, noWindow)
  console.error(`countersign: ${reason}; running the same demo in the terminal`)
  return runTool('node', [at('out', 'main', 'cli.js'), 'demo'])
}
