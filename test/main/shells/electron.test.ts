// The Electron shell against a small stand-in: every item of the security checklist that lives in this shell.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { callChannel, noticeChannel } from '../../../src/ipc/channel.ts'
import { openElectronShell, prepareElectron } from '../../../src/main/shells/electron.ts'
import { FakeContents, fake, ownSession, utilities } from './electron-stand-in.ts'

vi.mock('electron', async () => (await import('./electron-stand-in.ts')).electron)

let directory: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'countersign-test-'))
  mkdirSync(join(directory, 'assets'))
  for (const name of ['index.html', 'prompt.html', 'assets/a.js']) writeFileSync(join(directory, name), name)
})

afterEach(() => {
  rmSync(directory, { recursive: true })
  fake.windows.length = 0
})

async function opened(page: 'main' | 'prompt' = 'main') {
  const calls: unknown[] = []
  const shell = await openElectronShell({ rendererDir: directory, preload: '/preload.cjs' })
  const window = await shell.open({
    page,
    title: 'Countersign',
    width: 800,
    height: 600,
    handle: async (name, argument) => {
      calls.push([name, argument])
      return { ok: true, value: 1 }
    },
  })
  const entry = fake.windows.at(-1)
  const contents = entry?.contents as FakeContents
  return { shell, window, contents, entry, calls }
}

test('the sandbox is switched on for every window before Electron is ready, and one instance runs', () => {
  expect(prepareElectron()).toBe(true)
  expect(fake.sandboxEnabled).toBe(true)
  expect(fake.switches.get('host-resolver-rules')).toBe('MAP * ~NOTFOUND')
  expect(fake.privileges).toEqual([
    { scheme: 'app', privileges: expect.objectContaining({ standard: true, secure: true, bypassCSP: false }) },
  ])
})

test('a window is built with every protection on', async () => {
  const { entry, contents } = await opened()
  expect(contents.loaded).toBe('app://countersign/index.html')
  const preferences = entry?.options.webPreferences as Record<string, unknown>
  expect(preferences).toMatchObject({
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    contextIsolation: true,
    sandbox: true,
    webSecurity: true,
    allowRunningInsecureContent: false,
    experimentalFeatures: false,
    webviewTag: false,
    devTools: false,
  })
  expect(preferences).not.toHaveProperty('enableBlinkFeatures')
  expect(fake.partition).not.toMatch(/^persist:/)
})

test('the secret window is hidden from screen capture, the main window is not', async () => {
  expect((await opened('prompt')).entry?.isProtected).toBe(true)
  expect((await opened('main')).entry?.isProtected).toBe(false)
})

test('only the built files are served, with the policy on each', async () => {
  await opened()
  const get = (url: string, method = 'GET') => fake.handler?.(new Request(url, { method }))
  expect(fake.scheme).toBe('app')
  const page = get('app://countersign/index.html')
  expect(page?.status).toBe(200)
  expect(page?.headers.get('content-security-policy')).toContain("default-src 'none'")
  expect(await get('app://countersign/assets/a.js')?.text()).toBe('assets/a.js')
  const refused = [
    'app://countersign/../x',
    'app://countersign/%2e%2e/x',
    'app://countersign/assets/..%2findex.html',
    'app://other/index.html',
    'app://countersign/assets',
  ]
  for (const url of refused) expect(get(url)?.status, url).toBe(404)
  expect(get('app://countersign/index.html', 'POST')?.status).toBe(404)
})

test.each([
  'https://example.com/',
  'http://127.0.0.1/',
  'file:///etc/passwd',
  'devtools://x/',
  'ws://example.com/',
  'app://other/a.js',
])('a request to %s is cancelled', async (url) => {
  await opened()
  let cancelled: boolean | undefined
  fake.beforeRequest?.({ url }, ({ cancel }) => {
    cancelled = cancel
  })
  expect(cancelled).toBe(true)
})

test('no window navigates, opens another, embeds, redirects or downloads', async () => {
  const { contents } = await opened()
  for (const name of ['will-navigate', 'will-frame-navigate', 'will-redirect']) {
    for (const url of ['https://example.com/', 'app://countersign/prompt.html', 'file:///etc/passwd']) {
      const event = { url, preventDefault: vi.fn() }
      contents.emit(name, event)
      expect(event.preventDefault, `${name} ${url}`).toHaveBeenCalled()
    }
    const event = { url: 'app://countersign/index.html#keys', preventDefault: vi.fn() }
    contents.emit(name, event)
    expect(event.preventDefault).not.toHaveBeenCalled()
  }
  expect(contents.openHandler?.()).toEqual({ action: 'deny' })
  for (const [target, name] of [
    [contents, 'will-attach-webview'],
    [ownSession, 'will-download'],
  ] as const) {
    const event = { preventDefault: vi.fn() }
    target.emit(name, event)
    expect(event.preventDefault, name).toHaveBeenCalled()
  }
})

/** What a page that shows this address is answered, when it asks and when it only wants to know. */
function permitted(permission: string, url: string, isMainFrame = true): unknown[] {
  const contents = { getURL: () => url }
  const answers: unknown[] = []
  const details = { requestingUrl: url, isMainFrame, mediaTypes: ['video'], mediaType: 'video' }
  fake.permissionRequest?.(contents, permission, (answer: unknown) => void answers.push(answer), details)
  answers.push(fake.permissionCheck?.(contents, permission, url, details))
  return answers
}

test('permissions are denied by request and by check; devices always', async () => {
  await opened()
  for (const permission of ['media', 'geolocation', 'hid', 'usb', 'clipboard-read', 'openExternal', 'fileSystem']) {
    expect(permitted(permission, 'app://countersign/index.html'), permission).toEqual([false, false])
  }
  expect(fake.device?.()).toBe(false)
})

test('a camera is given to the screen that scans, and to no frame in it', async () => {
  await opened()
  const scan = 'app://countersign/index.html#scan'
  expect(permitted('media', scan)).toEqual([true, true])
  expect(permitted('media', scan, false)).toEqual([false, false])
  expect(permitted('media', 'app://countersign/prompt.html#scan')).toEqual([false, false])
})

const home = 'app://countersign/index.html'

test.each<[string, unknown, unknown]>([
  ['a frame inside the page', { url: home, parent: {} }, 'app.info'],
  ['the other page', { url: 'app://countersign/prompt.html', parent: null }, 'app.info'],
  ['another origin', { url: 'https://countersign.invalid/index.html', parent: null }, 'app.info'],
  ['an empty page', { url: 'about:blank', parent: null }, 'app.info'],
  ['a frame that is gone', null, 'app.info'],
  ['a name that is no text', { url: home, parent: null }, { toString: () => 'app.info' }],
])('a call from %s is not passed on', async (_who, senderFrame, name) => {
  const { contents, calls } = await opened()
  const answer = await contents.handlers.get(callChannel)?.({ senderFrame }, name, {})
  expect(answer).toMatchObject({ ok: false, error: { code: 'usage/invalid' } })
  expect(calls).toEqual([])
})

test('a call from the page itself is passed on and answered; notices go out; nothing is sent to a closed window', async () => {
  const { contents, calls, window, shell } = await opened()
  const answer = await contents.handlers.get(callChannel)?.(
    { senderFrame: { url: `${home}#x`, parent: null } },
    'app.info',
    { a: 1 },
  )
  expect(answer).toEqual({ ok: true, value: 1 })
  expect(calls).toEqual([['app.info', { a: 1 }]])
  window.notify({ kind: 'changed' })
  await window.close()
  window.notify({ kind: 'touch-over' })
  expect(contents.sent).toEqual([[noticeChannel, { kind: 'changed' }]])
  await shell.ended
})

test('the dialogs answer with a path, or with nothing when cancelled', async () => {
  const { shell } = await opened()
  expect(await shell.pickDirectory('Open')).toBe('/picked')
  expect(await shell.pickFiles('Files')).toEqual(['/picked'])
  expect(await shell.saveFile('Save', 'a')).toBeUndefined()
})

test('a document is printed in a window that nobody sees, which runs nothing and reaches nothing; it is gone afterwards', async () => {
  const { shell } = await opened()
  const before = fake.windows.length
  const pdf = await shell.toPdf('<p>Root 2</p>', new AbortController().signal)
  expect(new TextDecoder().decode(pdf)).toBe('%PDF-')
  const [window] = fake.windows.slice(before)
  expect(window?.options).toMatchObject({ show: false, webPreferences: { javascript: false, sandbox: true } })
  expect(fake.partition).toBe('countersign-paper')
  const contents = window?.contents
  if (!(contents instanceof FakeContents)) throw new Error('no window')
  expect(Buffer.from(contents.loaded.split(',')[1] ?? '', 'base64').toString()).toBe('<p>Root 2</p>')
  expect(contents.printed).toMatchObject({ preferCSSPageSize: true })
  const cancelled = (url: string) => {
    let answer: boolean | undefined
    fake.beforeRequest?.({ url }, ({ cancel }) => {
      answer = cancel
    })
    return answer
  }
  expect([cancelled('https://example.com/'), cancelled('file:///etc/passwd'), cancelled('data:text/html,x')]).toEqual([
    true,
    true,
    false,
  ])
  expect(window?.isGone).toBe(true)
})

test('the tokens get a utility process of their own: what is posted arrives, what it says is heard, its end is told', async () => {
  const { shell } = await opened()
  const host = shell.startTokenHost('/data')
  const [utility] = utilities
  expect(utility?.module).toMatch(/token-host/)
  expect(utility?.args).toEqual(['/data'])
  host.post({ kind: 'cancel', id: 1 })
  expect(utility?.process.posted).toEqual([{ kind: 'cancel', id: 1 }])
  const heard: unknown[] = []
  host.listen((message) => heard.push(message))
  utility?.process.emit('message', { kind: 'answer' })
  expect(heard).toEqual([{ kind: 'answer' }])
  host.kill()
  expect(utility?.process.isKilled).toBe(true)
  utility?.process.emit('exit', 0)
  await host.ended
})
