// What the scripts share: where things are, the right Node, running a tool, saying one clear line. Runs on Node 20 without packages.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { delimiter, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '..')

export const at = (...parts) => join(root, ...parts)

/** A failure that a person can act on; shown as its sentence alone. */
export class Stop extends Error {
  constructor(message, code = 1) {
    super(message)
    this.code = code
  }
}

/** Runs a script's main function: one line on failure, never a stack trace. */
export function main(work) {
  work().then(
    (code) => process.exit(code ?? 0),
    (error) => {
      console.error(
        `countersign: ${error instanceof Stop ? error.message : `unexpected failure: ${error?.message ?? error}`}`,
      )
      process.exit(error instanceof Stop ? error.code : 70)
    },
  )
}

/** The Node that came from npm, or this one when it is new enough. */
export function findNode() {
  const name = process.platform === 'win32' ? 'node.exe' : 'node'
  const own = at('node_modules', 'node', 'bin', name)
  if (existsSync(own)) return own
  return Number(process.versions.node.split('.')[0]) >= 24 ? process.execPath : undefined
}

/** The environment in which tools run: Node 24 and our own tools first in the path. */
export function toolEnvironment(extra = {}) {
  const node = findNode()
  const first = [...(node === undefined ? [] : [dirname(node)]), at('node_modules', '.bin')]
  const name = Object.keys(process.env).find((key) => key.toUpperCase() === 'PATH') ?? 'PATH'
  return { ...process.env, [name]: [...first, process.env[name] ?? ''].join(delimiter), ...extra }
}

/** The script behind a name in node_modules/.bin, to be run by Node 24 without a shell. */
export function toolScript(name) {
  const scripts = {
    biome: '@biomejs/biome/bin/biome',
    'electron-vite': 'electron-vite/bin/electron-vite.js',
    knip: 'knip/bin/knip.js',
    tsc: 'typescript/bin/tsc',
    vitest: 'vitest/vitest.mjs',
  }
  const script = scripts[name]
  if (script === undefined)
    throw new Stop(`there is no tool ${name}; known: node, ${Object.keys(scripts).join(', ')}`, 2)
  return at('node_modules', ...script.split('/'))
}

export function toolCommand(name, args) {
  const node = findNode()
  if (node === undefined) throw new Stop('Node 24 is missing, run: npm ci')
  return { command: node, args: name === 'node' ? args : [toolScript(name), ...args] }
}

/** Runs to the end with the terminal's own output; the answer is the exit code. */
export function runTool(name, args, options = {}) {
  const { command, args: all } = toolCommand(name, args)
  return runProgram(command, all, { env: toolEnvironment(), ...options })
}

export function runProgram(command, args, options = {}) {
  return new Promise((settle, reject) => {
    const child = spawn(command, args, { stdio: 'inherit', cwd: root, ...options })
    const forward = (signal) => child.kill(signal)
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, forward)
    child.once('error', (error) => reject(new Stop(`${command} could not be started: ${error.message}`)))
    child.once('exit', (code, signal) => {
      for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.off(name, forward)
      settle(code ?? (signal === null ? 1 : 130))
    })
  })
}

/** Runs quietly; the answer is the exit code and everything that was said. */
export function captureTool(name, args) {
  const { command, args: all } = toolCommand(name, args)
  const done = spawnSync(command, all, {
    cwd: root,
    env: toolEnvironment({ NO_COLOR: '1' }),
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  })
  return { code: done.status ?? 1, said: `${done.stdout ?? ''}${done.stderr ?? ''}` }
}

/** The lines of a tool's output that say what is wrong, without the stack traces. */
export function reasonOf(said, lines = 12) {
  // Some tools colour their words whatever they are told.
  const plain = said.replace(new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g'), '')
  const useful = plain.split('\n').filter((line) => line.trim() !== '' && !/^\s+at\s/.test(line))
  return useful.slice(-lines).join('\n')
}

/** The newest change below these paths, in milliseconds; 0 when none of them exists. */
export function newestBelow(...paths) {
  let newest = 0
  for (const path of paths) {
    const found = statSync(path, { throwIfNoEntry: false })
    if (found === undefined) continue
    newest = Math.max(newest, found.mtimeMs)
    if (found.isDirectory())
      newest = Math.max(newest, newestBelow(...readdirSync(path).map((name) => join(path, name))))
  }
  return newest
}
