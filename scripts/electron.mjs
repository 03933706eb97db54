// Whether Electron can run here: its binary is fetched by its own installer at the first start, which not every network allows.
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { at, findNode } from './tools.mjs'

const askAgainAfterMs = 12 * 3_600_000
const failedMark = at('.cache', 'electron-not-fetched')

function binary() {
  const folder = at('node_modules', 'electron')
  const name = join(folder, 'path.txt')
  if (!existsSync(name)) return undefined
  const path = join(process.env.ELECTRON_OVERRIDE_DIST_PATH ?? join(folder, 'dist'), readFileSync(name, 'utf8'))
  return existsSync(path) ? path : undefined
}

const here = { isRoot: process.platform === 'linux' && process.getuid?.() === 0, fetchLimitMs: 90_000 }

/** Either the program, or the one-line reason why there is none. */
export async function findElectron({ isRoot, fetchLimitMs } = here) {
  if (!existsSync(at('node_modules', 'electron', 'install.js'))) return { reason: 'Electron is not installed' }
  // Electron refuses to start as root on Linux unless its sandbox is off, and then it is no better than the browser here.
  if (isRoot) return { reason: 'Electron does not run as root' }
  const found = binary()
  if (found !== undefined) return { program: found }
  const failed = statSync(failedMark, { throwIfNoEntry: false })
  if (failed !== undefined && Date.now() - failed.mtimeMs < askAgainAfterMs) {
    return { reason: "Electron's binary could not be fetched earlier today" }
  }
  console.error("countersign: fetching Electron's binary, once")
  await fetchBinary(fetchLimitMs)
  const fetched = binary()
  if (fetched === undefined) {
    mkdirSync(dirname(failedMark), { recursive: true })
    writeFileSync(failedMark, '')
    return { reason: "Electron's binary could not be fetched from here" }
  }
  rmSync(failedMark, { force: true })
  return { program: fetched }
}

function fetchBinary(limitMs) {
  return new Promise((settle) => {
    const child = spawn(findNode(), [at('node_modules', 'electron', 'install.js')], { stdio: 'ignore', cwd: at() })
    const late = setTimeout(() => child.kill('SIGKILL'), limitMs)
    const done = () => {
      clearTimeout(late)
      settle()
    }
    child.once('exit', done).once('error', done)
  })
}
