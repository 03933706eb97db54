// Starts the built app in the Chromium shell on a display of its own and gives Playwright its pages.
// The debugging port is added by a wrapper around the browser: the product itself has no such door.
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import { findChromium, isProgram } from '../../../src/node/find-chromium.ts'
import { startDisplay } from './display.ts'

const root = resolve(import.meta.dirname, '../../..')

/** The app's process, whether or not it shows a window yet. */
export interface SpawnedApp {
  process: ChildProcess
  dataDir: string
  /** Where this app's profiles and other temporary files lie. */
  temporary: string
  /** What the app wrote to standard error so far. */
  said(): string
  /** Settles when the app's process has ended. */
  exited: Promise<number | null>
  end(): Promise<void>
}

export interface RunningApp extends SpawnedApp {
  browser: Browser
  /** The main window. */
  page: Page
  debuggingPort: number
  /** Waits for a window that shows this page, e.g. the passphrase window. */
  window(name: 'index.html' | 'prompt.html'): Promise<Page>
}

export interface StartOptions {
  args?: readonly string[]
  env?: Readonly<Record<string, string>>
  /** For the browser, such as a camera that plays a film. */
  browserArgs?: readonly string[]
}

export async function spawnTestApp(options: StartOptions = {}): Promise<SpawnedApp> {
  const entry = join(root, 'out/main/chromium.js')
  if (!existsSync(entry)) throw new Error('the app is not built: npm run build')
  const temporary = mkdtempSync(join(tmpdir(), 'countersign-e2e-'))
  const dataDir = join(temporary, 'data')
  const display = await startDisplay()
  const child = spawn(process.execPath, [entry, '--data-dir', dataDir, ...(options.args ?? [])], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      ...process.env,
      DISPLAY: display.name,
      WAYLAND_DISPLAY: '',
      TMPDIR: temporary,
      COUNTERSIGN_CHROMIUM: writeWrapper(temporary, options.browserArgs),
      ...options.env,
    },
  })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  const exited = new Promise<number | null>((settle) => child.once('exit', settle))
  const end = async (): Promise<void> => {
    child.kill('SIGTERM')
    const late = setTimeout(() => child.kill('SIGKILL'), 8000)
    await exited
    clearTimeout(late)
    await display.end()
    rmSync(temporary, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  }
  return { process: child, dataDir, temporary, said: () => said, exited, end }
}

export async function startTestApp(options: StartOptions = {}): Promise<RunningApp> {
  const spawned = await spawnTestApp(options)
  const { temporary, exited, said, end } = spawned
  try {
    const debuggingPort = await until('the debugging port', () => portOf(temporary), exited, said)
    const browser = await chromium.connectOverCDP(`http://127.0.0.1:${debuggingPort}`)
    const window = (name: string): Promise<Page> => windowOf(browser, name, exited, said)
    const page = await window('index.html')
    await page.waitForLoadState('load')
    return { ...spawned, browser, page, debuggingPort, window }
  } catch (error) {
    await end()
    throw error
  }
}

/** The window of a browser that shows this page, waited for; what does not come is told with what the others show. */
export async function windowOf(
  browser: Browser,
  name: string,
  exited: Promise<unknown>,
  said: () => string,
): Promise<Page> {
  const pages = (): Page[] => browser.contexts().flatMap((context) => context.pages())
  try {
    const find = async () => pages().find((page) => new URL(page.url()).pathname === `/${name}`)
    return await until(`a window with ${name}`, find, exited, said)
  } catch (error) {
    const shown = pages().map(async (page) => {
      const text = await page.locator('body').innerText({ timeout: 2000 })
      return `${page.url()}:\n${text}`
    })
    const told = (await Promise.allSettled(shown)).map((one) =>
      one.status === 'fulfilled' ? one.value : String(one.reason),
    )
    throw new Error(`${error instanceof Error ? error.message : error}\n${told.join('\n\n')}`)
  }
}

/** A browser program that opens a debugging port beside the pipe; lies in the given folder. */
export function writeWrapper(temporary: string, args: readonly string[] = []): string {
  const program = findChromium({ platform: process.platform, env: process.env, isProgram })
  if (program === undefined) throw new Error('no Chromium is installed here')
  const wrapper = join(temporary, 'chromium-with-port')
  writeFileSync(
    wrapper,
    `#!/bin/sh\nexec '${program}' --remote-debugging-port=0${args.map((arg) => ` '${arg}'`).join('')} "$@"\n`,
    { mode: 0o755 },
  )
  return wrapper
}

/** The browser writes the port it got into its profile. */
export async function portOf(temporary: string): Promise<number | undefined> {
  const profile = readdirSync(temporary).find((name) => name.startsWith('countersign-window-'))
  if (profile === undefined) return undefined
  const file = join(temporary, profile, 'DevToolsActivePort')
  if (!existsSync(file)) return undefined
  const port = Number(readFileSync(file, 'utf8').split('\n')[0])
  return Number.isInteger(port) && port > 0 ? port : undefined
}

export async function until<T>(
  what: string,
  look: () => Promise<T | undefined>,
  exited: Promise<unknown>,
  said: () => string,
): Promise<T> {
  let over = false
  void exited.then(() => {
    over = true
  })
  for (const start = Date.now(); Date.now() - start < 30_000 && !over; ) {
    const found = await look()
    if (found !== undefined) return found
    await new Promise((settle) => setTimeout(settle, 50))
  }
  throw new Error(`${what} did not come${over ? ', the app ended' : ''}: ${said().slice(-2000)}`)
}
