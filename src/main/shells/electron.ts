// The first shell: Electron. Thin on purpose: what is allowed is decided in window-policy.ts, this file asks it.
import {
  app,
  BrowserWindow,
  dialog,
  type IpcMainInvokeEvent,
  Menu,
  protocol,
  type Session,
  session,
  utilityProcess,
  type WebContents,
} from 'electron'
import { callChannel, noticeChannel } from '../../ipc/channel.ts'
import type { Outcome } from '../../ipc/contract.ts'
import type { HostProcess } from '../../node/token-host/client.ts'
import { hostEnvironment, hostModule } from '../../node/token-host/spawn.ts'
import { answerWith, foreignSender } from '../ipc.ts'
import type { Page, Shell, ShellWindow, WindowSpec } from '../shell.ts'
import { type Asset, readAssets } from './assets.ts'
import { contentPreferences, electronSwitches, paperPreferences, schemePrivileges } from './electron-policy.ts'
import {
  decideRequest,
  electronOrigin,
  isAllowedPermission,
  isOwnPage,
  isOwnSender,
  isProtected,
  pageUrl,
  pathUnder,
} from './window-policy.ts'

export interface ElectronOptions {
  rendererDir: string
  /** The built preload script for this shell. */
  preload: string
}

/** What must happen before Electron is ready. False: another instance runs already and has been asked to show itself. */
export function prepareElectron(): boolean {
  for (const [name, value] of electronSwitches) app.commandLine.appendSwitch(name, value)
  app.enableSandbox()
  protocol.registerSchemesAsPrivileged([schemePrivileges])
  return app.requestSingleInstanceLock()
}

export async function openElectronShell(options: ElectronOptions): Promise<Shell> {
  await app.whenReady()
  const assets = readAssets(options.rendererDir)
  // In memory only: the name does not begin with "persist:".
  const own = session.fromPartition('countersign')
  guardSession(own, assets)
  app.on('web-contents-created', (_event, contents) => guardContents(contents))
  Menu.setApplicationMenu(applicationMenu())

  const mains = new Set<BrowserWindow>()
  let settleEnded: () => void = () => undefined
  const ended = new Promise<void>((resolve) => {
    settleEnded = resolve
  })
  app.on('second-instance', () => {
    for (const window of mains) show(window)
  })
  // The app decides when it ends; without a listener Electron would quit under it.
  app.on('window-all-closed', settleEnded)

  const open = async (spec: WindowSpec): Promise<ShellWindow> => {
    const window = createWindow(spec, own, options.preload)
    if (spec.page === 'main') {
      mains.add(window)
      window.once('closed', () => {
        mains.delete(window)
        if (mains.size === 0) settleEnded()
      })
    }
    return openWindow(window, spec)
  }

  return {
    name: 'electron',
    sandboxed: isProtected(process.argv.join(' ')) && process.env.ELECTRON_DISABLE_SANDBOX === undefined,
    canPick: true,
    open,
    pickDirectory: async (title) => {
      const { canceled, filePaths } = await dialog.showOpenDialog({ title, properties: ['openDirectory'] })
      return canceled ? undefined : filePaths[0]
    },
    pickFiles: async (title) => {
      const { canceled, filePaths } = await dialog.showOpenDialog({
        title,
        properties: ['openFile', 'multiSelections'],
      })
      return canceled ? [] : filePaths
    },
    saveFile: async (title, suggestedName) => {
      const { canceled, filePath } = await dialog.showSaveDialog({ title, defaultPath: suggestedName })
      return canceled || filePath === '' ? undefined : filePath
    },
    toPdf: printed,
    startTokenHost,
    quit: async () => {
      for (const window of BrowserWindow.getAllWindows()) window.destroy()
      settleEnded()
      app.quit()
    },
    ended,
  }
}

/** In a window that nobody sees, which runs nothing and reaches nothing but the document itself. */
async function printed(html: string): Promise<Uint8Array> {
  const alone = session.fromPartition('countersign-paper')
  alone.webRequest.onBeforeRequest(({ url }, decide) => decide({ cancel: !url.startsWith('data:') }))
  const window = new BrowserWindow({ show: false, webPreferences: { ...paperPreferences, session: alone } })
  try {
    await window.webContents.loadURL(`data:text/html;charset=utf-8;base64,${Buffer.from(html).toString('base64')}`)
    return new Uint8Array(await window.webContents.printToPDF({ preferCSSPageSize: true, printBackground: true }))
  } finally {
    window.destroy()
  }
}

/** Electron's own kind of child: running its program as plain Node is switched off by a fuse. */
function startTokenHost(dataDir: string): HostProcess {
  const child = utilityProcess.fork(hostModule(), [dataDir], {
    serviceName: 'Countersign tokens',
    stdio: 'ignore',
    env: hostEnvironment(),
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  return {
    ended,
    post: (message) => child.postMessage(message),
    listen: (hear) => void child.on('message', hear),
    kill: () => void child.kill(),
  }
}

function createWindow(spec: WindowSpec, own: Session, preload: string): BrowserWindow {
  const window = new BrowserWindow({
    width: spec.width,
    height: spec.height,
    title: spec.title,
    show: false,
    autoHideMenuBar: true,
    webPreferences: { ...contentPreferences(preload, app.isPackaged), session: own },
  })
  // Secrets are typed there: other programs get a black picture of it, where the system supports that.
  if (spec.page === 'prompt') window.setContentProtection(true)
  return window
}

async function openWindow(window: BrowserWindow, spec: WindowSpec): Promise<ShellWindow> {
  const { webContents } = window
  const closed = new Promise<void>((resolve) => window.once('closed', () => resolve()))
  keepOnPage(webContents, spec.page)
  // On this window's own channel: a call of another window never gets here.
  webContents.ipc.handle(callChannel, (event, name: unknown, argument: unknown) => answer(event, spec, name, argument))
  window.once('ready-to-show', () => window.show())
  await webContents.loadURL(pageUrl(electronOrigin, spec.page))
  return {
    notify: (notice) => {
      if (!window.isDestroyed()) webContents.send(noticeChannel, notice)
    },
    focus: async () => {
      if (!window.isDestroyed()) show(window)
    },
    close: async () => {
      if (!window.isDestroyed()) window.destroy()
      await closed
    },
    closed,
  }
}

async function answer(
  event: IpcMainInvokeEvent,
  spec: WindowSpec,
  name: unknown,
  argument: unknown,
): Promise<Outcome<unknown>> {
  // Null once the frame is gone or navigated: then it is nobody's call.
  const frame = event.senderFrame
  const sender = { isTopFrame: frame !== null && frame.parent === null, url: frame?.url ?? '' }
  if (!isOwnSender(electronOrigin, spec.page, sender) || typeof name !== 'string') return foreignSender()
  return answerWith(spec.handle, name, argument)
}

function guardSession(own: Session, assets: ReadonlyMap<string, Asset>): void {
  own.protocol.handle('app', (request) => {
    // Navigations are judged before they get here; whatever page it is, it must be one of ours by its exact name.
    const name = pathUnder(electronOrigin, request.url)
    const page: Page = name === '/prompt.html' ? 'prompt' : 'main'
    const isNavigation = name?.endsWith('.html') === true
    const facts = { url: request.url, method: request.method, isNavigation, isTopFrame: true }
    const decision = decideRequest(electronOrigin, page, assets, facts)
    const asset = decision.kind === 'serve' ? assets.get(decision.name) : undefined
    if (asset === undefined) return new Response(null, { status: 404 })
    return new Response(asset.bytes, { headers: asset.headers })
  })
  own.webRequest.onBeforeRequest((details, decide) => {
    const isDevTools = !app.isPackaged && details.url.startsWith('devtools://')
    decide({ cancel: !isDevTools && pathUnder(electronOrigin, details.url) === undefined })
  })
  own.setPermissionRequestHandler((contents, permission, decide, details) => {
    const media = 'mediaTypes' in details ? (details.mediaTypes ?? []) : []
    // The address with its fragment: which screen it is. A frame is never one of ours.
    const address = details.isMainFrame ? contents.getURL() : ''
    decide(isAllowedPermission(permission, address, electronOrigin, media))
  })
  own.setPermissionCheckHandler((contents, permission, _origin, { isMainFrame, mediaType }) => {
    const media = mediaType === undefined ? [] : [mediaType]
    return isAllowedPermission(permission, isMainFrame ? (contents?.getURL() ?? '') : '', electronOrigin, media)
  })
  own.setDevicePermissionHandler(() => false)
  own.on('will-download', (event) => event.preventDefault())
}

/** Holds for every page, ours or not, from its birth. */
function guardContents(contents: WebContents): void {
  contents.setWindowOpenHandler(() => ({ action: 'deny' }))
  contents.on('will-attach-webview', (event) => event.preventDefault())
}

function keepOnPage(contents: WebContents, page: Page): void {
  const keep = (event: { url: string; preventDefault(): void }): void => {
    if (!isOwnPage(electronOrigin, page, event.url)) event.preventDefault()
  }
  contents.on('will-navigate', keep)
  contents.on('will-frame-navigate', keep)
  contents.on('will-redirect', keep)
}

function show(window: BrowserWindow): void {
  if (window.isMinimized()) window.restore()
  window.show()
  window.focus()
}

/** The default menu links to the web. macOS needs the edit roles for its shortcuts; the others need no menu. */
function applicationMenu(): Menu | null {
  if (process.platform !== 'darwin') return null
  return Menu.buildFromTemplate([{ role: 'appMenu' }, { role: 'editMenu' }, { role: 'windowMenu' }])
}
