// The second shell: the system's Chromium as an app window over a private pipe, for machines without Electron.
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { AppError } from '../../core/error.ts'
import { renderPdf } from '../../node/print-pdf.ts'
import { forkTokenHost } from '../../node/token-host/spawn.ts'
import type { Shell, ShellWindow, WindowSpec } from '../shell.ts'
import { readAssets } from './assets.ts'
import { type Browser, isSandboxFailure, startBrowser } from './chromium-process.ts'
import { openPage, type Tab } from './chromium-window.ts'
import { type FileDialog, systemFileDialog } from './file-dialog.ts'
import { chromiumOrigin, isProtected } from './window-policy.ts'

const windowLimitMs = 15_000
const startPrefix = 'data:text/html;id='

export interface ChromiumOptions {
  /** The browser's program. */
  program: string
  rendererDir: string
  /** The built preload script for this shell. */
  preload: string
  dialog?: FileDialog
}

export async function openChromiumShell(options: ChromiumOptions): Promise<Shell> {
  const assets = readAssets(options.rendererDir)
  const preload = readFileSync(options.preload, 'utf8')
  const dialog = options.dialog ?? systemFileDialog()
  const tabs = new TabKeeper()
  const first = startAddress()
  const browser = await startWithBestSandbox(options.program, first, tabs)
  const commandLine = (await browser.cdp.send('SystemInfo.getInfo')).text('commandLine') ?? ''

  let spare: string | undefined = first
  const mains = new Set<ShellWindow>()
  let settleEnded: () => void = () => undefined
  const ended = new Promise<void>((resolve) => {
    settleEnded = resolve
  })
  void browser.cdp.closed.then(settleEnded)

  const open = async (spec: WindowSpec): Promise<ShellWindow> => {
    // The browser starts with one empty window; the first page takes it, later ones ask for their own.
    const address = spare ?? startAddress()
    const tab = tabs.expect(address)
    if (spare === undefined) browser.openWindow({ startAddress: address, width: spec.width, height: spec.height })
    spare = undefined
    const window = await openPage(await tab, spec, assets, preload)
    await resize(await tab, spec)
    if (spec.page === 'main') {
      mains.add(window)
      void window.closed.then(() => {
        mains.delete(window)
        if (mains.size === 0) settleEnded()
      })
    }
    return window
  }

  return {
    name: 'chromium',
    sandboxed: isProtected(commandLine),
    canPick: dialog.available,
    open,
    pickDirectory: (title) => dialog.pickDirectory(title),
    pickFiles: (title) => dialog.pickFiles(title),
    saveFile: (title, suggestedName) => dialog.saveFile(title, suggestedName),
    toPdf: renderPdf,
    startTokenHost: forkTokenHost,
    quit: async () => {
      await browser.end()
      settleEnded()
    },
    ended,
  }
}

async function startWithBestSandbox(program: string, address: string, tabs: TabKeeper): Promise<Browser> {
  const start = async (sandbox: boolean): Promise<Browser> => {
    const browser = await startBrowser(program, { startAddress: address, width: 1280, height: 860, sandbox })
    await tabs.attach(browser)
    return browser
  }
  // Chromium refuses to run sandboxed as root on Linux; some systems forbid the sandbox to everyone.
  if (process.platform === 'linux' && process.getuid?.() === 0) return start(false)
  try {
    return await start(true)
  } catch (thrown) {
    if (!isSandboxFailure(thrown)) throw thrown
    return start(false)
  }
}

/** Shows nothing; the random part tells our window from any other. */
function startAddress(): string {
  return `${startPrefix}${randomUUID()},`
}

async function resize({ cdp, targetId }: Tab, spec: WindowSpec): Promise<void> {
  const found = await cdp.send('Browser.getWindowForTarget', { targetId }).catch(() => undefined)
  const windowId = found?.number('windowId')
  if (windowId === undefined) return
  const bounds = { width: spec.width, height: spec.height }
  // A tiling or full-screen desktop decides for itself; the page fits any size.
  await cdp.send('Browser.setWindowBounds', { windowId, bounds }).catch(() => undefined)
}

/** Knows the tabs we asked for by their start address; closes every other one, at once. */
class TabKeeper {
  readonly #expected = new Map<string, (tab: Tab) => void>()
  readonly #arrived = new Map<string, Tab>()
  /** Nobody waits for these any more. */
  readonly #late = new Set<string>()

  async attach({ cdp }: Browser): Promise<void> {
    cdp.listen(({ method, params, sessionId: parent }) => {
      if (method !== 'Target.attachedToTarget' || parent !== undefined) return
      const target = params.inside('targetInfo')
      const targetId = target.text('targetId') ?? ''
      const sessionId = params.text('sessionId') ?? ''
      const address = target.text('url') ?? ''
      const isOurs = address.startsWith(startPrefix) && !this.#late.has(address)
      if (!isOurs || target.has('openerId') || target.text('type') !== 'page') {
        void cdp.send('Target.closeTarget', { targetId }).catch(() => undefined)
        return
      }
      const tab = { cdp, targetId, sessionId }
      const take = this.#expected.get(address)
      this.#expected.delete(address)
      if (take === undefined) this.#arrived.set(address, tab)
      else take(tab)
    })
    await cdp.send('Target.setDiscoverTargets', { discover: true })
    await cdp.send('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: true, flatten: true })
    await cdp.send('Browser.grantPermissions', { origin: chromiumOrigin, permissions: ['clipboardSanitizedWrite'] })
  }

  expect(address: string): Promise<Tab> {
    const arrived = this.#arrived.get(address)
    this.#arrived.delete(address)
    if (arrived !== undefined) return Promise.resolve(arrived)
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => {
        this.#expected.delete(address)
        this.#late.add(address)
        reject(new AppError({ code: 'usage/invalid', message: 'the browser did not open a window in 15 s' }))
      }, windowLimitMs)
      this.#expected.set(address, (tab) => {
        clearTimeout(late)
        resolve(tab)
      })
    })
  }
}
