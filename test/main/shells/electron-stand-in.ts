// A small stand-in for Electron: remembers what the shell asks for, does nothing of it.
/** Remembers what was registered under which name. */
export class Registry {
  readonly listeners = new Map<string, ((...args: never[]) => unknown)[]>()

  on(name: string, listener: (...args: never[]) => unknown): this {
    this.listeners.set(name, [...(this.listeners.get(name) ?? []), listener])
    return this
  }

  once(name: string, listener: (...args: never[]) => unknown): this {
    return this.on(name, listener)
  }

  emit(name: string, ...args: unknown[]): void {
    for (const listener of this.listeners.get(name) ?? []) Reflect.apply(listener, undefined, args)
  }
}

export class FakeContents extends Registry {
  readonly handlers = new Map<string, (event: unknown, ...args: unknown[]) => Promise<unknown>>()
  readonly sent: unknown[] = []
  loaded = ''
  printed: unknown
  openHandler: (() => { action: string }) | undefined
  readonly ipc = {
    handle: (name: string, handler: (event: unknown, ...args: unknown[]) => Promise<unknown>) =>
      this.handlers.set(name, handler),
  }
  loadURL = async (url: string): Promise<void> => {
    this.loaded = url
  }
  printToPDF = async (options: unknown): Promise<Uint8Array> => {
    this.printed = options
    return new TextEncoder().encode('%PDF-')
  }
  send = (...args: unknown[]): void => void this.sent.push(args)
  setWindowOpenHandler = (handler: () => { action: string }): void => {
    this.openHandler = handler
  }
}

export const fake = {
  windows: [] as { options: Record<string, unknown>; contents: unknown; isProtected: boolean; isGone: boolean }[],
  switches: new Map<string, string | undefined>(),
  privileges: [] as unknown[],
  sandboxEnabled: false,
  ready: false,
  handler: undefined as ((request: Request) => Response) | undefined,
  beforeRequest: undefined as
    | ((details: { url: string }, decide: (answer: { cancel: boolean }) => void) => void)
    | undefined,
  permissionRequest: undefined as ((...args: unknown[]) => void) | undefined,
  permissionCheck: undefined as ((...args: unknown[]) => boolean) | undefined,
  device: undefined as (() => boolean) | undefined,
  partition: '',
  scheme: '',
}

const app = Object.assign(new Registry(), {
  isPackaged: true,
  commandLine: { appendSwitch: (name: string, value?: string) => fake.switches.set(name, value) },
  enableSandbox: () => {
    fake.sandboxEnabled = !fake.ready
  },
  requestSingleInstanceLock: () => true,
  whenReady: async () => {
    fake.ready = true
  },
  quit: () => undefined,
})
class BrowserWindow extends Registry {
  readonly webContents = new FakeContents()
  readonly entry: (typeof fake.windows)[number]
  isGone = false

  constructor(options: Record<string, unknown>) {
    super()
    this.entry = { options, contents: this.webContents, isProtected: false, isGone: false }
    fake.windows.push(this.entry)
    app.emit('web-contents-created', {}, this.webContents)
  }

  static getAllWindows = () => []
  setContentProtection = (on: boolean): void => {
    this.entry.isProtected = on
  }
  isDestroyed = () => this.isGone
  isMinimized = () => false
  show = () => undefined
  focus = () => undefined
  destroy = () => {
    this.isGone = true
    this.entry.isGone = true
    this.emit('closed')
  }
}
export const ownSession = Object.assign(new Registry(), {
  protocol: {
    handle: (scheme: string, handler: (request: Request) => Response) => {
      fake.scheme = scheme
      fake.handler = handler
    },
  },
  webRequest: {
    onBeforeRequest: (listener: typeof fake.beforeRequest) => {
      fake.beforeRequest = listener
    },
  },
  setPermissionRequestHandler: (handler: typeof fake.permissionRequest) => {
    fake.permissionRequest = handler
  },
  setPermissionCheckHandler: (handler: typeof fake.permissionCheck) => {
    fake.permissionCheck = handler
  },
  setDevicePermissionHandler: (handler: typeof fake.device) => {
    fake.device = handler
  },
})
export class FakeUtility extends Registry {
  readonly posted: unknown[] = []
  isKilled = false
  postMessage = (message: unknown): void => void this.posted.push(message)
  kill = (): boolean => {
    this.isKilled = true
    return true
  }
}

export const utilities: { module: string; args: readonly string[]; process: FakeUtility }[] = []

export const electron = {
  app,
  utilityProcess: {
    fork: (module: string, args: readonly string[]) => {
      const process = new FakeUtility()
      utilities.push({ module, args, process })
      return process
    },
  },
  BrowserWindow,
  dialog: {
    showOpenDialog: async () => ({ canceled: false, filePaths: ['/picked'] }),
    showSaveDialog: async () => ({ canceled: true, filePath: '' }),
  },
  Menu: { setApplicationMenu: () => undefined, buildFromTemplate: () => ({}) },
  protocol: { registerSchemesAsPrivileged: (list: unknown[]) => fake.privileges.push(...list) },
  session: {
    fromPartition: (name: string) => {
      fake.partition = name
      return ownSession
    },
  },
}
