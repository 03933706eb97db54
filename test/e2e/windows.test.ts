// Two windows of the Chromium shell, opened through the port: each page has its own bridge, its own calls, its own life.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Handle, Shell, ShellWindow } from '../../src/main/shell.ts'
import { openChromiumShell } from '../../src/main/shells/chromium.ts'
import { portOf, until, writeWrapper } from './support/app.ts'
import { type Display, startDisplay } from './support/display.ts'

const out = resolve(import.meta.dirname, '../../out')
const heard: Record<'main' | 'prompt', unknown[]> = { main: [], prompt: [] }
let temporary: string
let display: Display
let shell: Shell
let browser: Browser
let mainWindow: ShellWindow
let promptWindow: ShellWindow

function listener(page: 'main' | 'prompt'): Handle {
  return async (name, argument) => {
    heard[page].push([name, argument])
    return { ok: true, value: page }
  }
}

function pageOf(name: string): Promise<Page> {
  const look = async (): Promise<Page | undefined> =>
    browser
      .contexts()
      .flatMap((context) => context.pages())
      .find((page) => new URL(page.url()).pathname === name)
  return until(name, look, new Promise(() => undefined), () => '')
}

beforeAll(async () => {
  temporary = mkdtempSync(join(tmpdir(), 'countersign-e2e-'))
  display = await startDisplay()
  process.env.DISPLAY = display.name
  process.env.TMPDIR = temporary
  shell = await openChromiumShell({
    program: writeWrapper(temporary),
    rendererDir: join(out, 'renderer'),
    preload: join(out, 'preload/chromium.cjs'),
  })
  const port = await until(
    'port',
    () => portOf(temporary),
    new Promise(() => undefined),
    () => '',
  )
  browser = await chromium.connectOverCDP(`http://127.0.0.1:${port}`)
  mainWindow = await shell.open({ page: 'main', title: 'Main', width: 1000, height: 700, handle: listener('main') })
  promptWindow = await shell.open({
    page: 'prompt',
    title: 'Prompt',
    width: 480,
    height: 360,
    handle: listener('prompt'),
  })
})

afterAll(async () => {
  await shell?.quit()
  await display?.end()
  rmSync(temporary, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
})

test('each window has the size it was asked to have', async () => {
  const size = async (name: string): Promise<number> => (await pageOf(name)).evaluate(() => window.outerWidth)
  expect(await size('/index.html')).toBe(1000)
  expect(await size('/prompt.html')).toBe(480)
})

test('each page has its own bridge, and its calls go to its own handler', async () => {
  const main = await pageOf('/index.html')
  const prompt = await pageOf('/prompt.html')
  const globals = (page: Page): Promise<string[]> =>
    page.evaluate(() => ['countersign', 'countersignPrompt'].filter((name) => name in window))
  expect(await globals(main)).toEqual(['countersign'])
  expect(await globals(prompt)).toEqual(['countersignPrompt'])
  heard.main.length = 0
  heard.prompt.length = 0
  await main.evaluate(() => Reflect.get(window, 'countersign').keys.delete({ keyId: 'k' }))
  const answer = await prompt.evaluate(() => Reflect.get(window, 'countersignPrompt').prompt.cancel({ promptId: 'p' }))
  expect(answer).toEqual({ ok: true, value: 'prompt' })
  expect(heard.main).toContainEqual(['keys.delete', { keyId: 'k' }])
  expect(heard.prompt).toEqual([['prompt.cancel', { promptId: 'p' }]])
})

test('a notice reaches the window it was sent to and no other', async () => {
  const pages = { main: await pageOf('/index.html'), prompt: await pageOf('/prompt.html') }
  for (const [page, name] of [
    [pages.main, 'countersign'],
    [pages.prompt, 'countersignPrompt'],
  ] as const) {
    await page.evaluate((bridge) => {
      const notices: unknown[] = []
      Reflect.set(window, 'seen', notices)
      Reflect.get(window, bridge).notices.listen((notice: unknown) => notices.push(notice))
    }, name)
  }
  mainWindow.notify({ kind: 'touch-over' })
  const seen = (page: Page): Promise<unknown> => page.evaluate(() => Reflect.get(window, 'seen'))
  await expect.poll(() => seen(pages.main)).toEqual([{ kind: 'touch-over' }])
  expect(await seen(pages.prompt)).toEqual([])
})

test('the prompt closes alone; the main window ends the shell; nothing is left', async () => {
  let over = false
  void shell.ended.then(() => {
    over = true
  })
  await promptWindow.close()
  await promptWindow.closed
  await new Promise((settle) => setTimeout(settle, 300))
  expect(over).toBe(false)
  await (await pageOf('/index.html')).close()
  await mainWindow.closed
  await shell.ended
  await shell.quit()
  expect(readdirSync(temporary).filter((name) => name.startsWith('countersign-window-'))).toEqual([])
})
