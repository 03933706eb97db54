// Builds the renderer as it is shipped (plus the components page) and opens its pages in the system's Chromium over the
// fake bridge, from memory: no server, no network, and the same content security policy as the app's.
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { extname, join, resolve } from 'node:path'
import react from '@vitejs/plugin-react'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { build } from 'vite'
import { onTestFinished } from 'vitest'

const root = resolve(import.meta.dirname, '../..')
const origin = 'https://countersign.invalid'
const viewport = { width: 1280, height: 820 }

const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self'",
  "connect-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ')

const types = new Map([
  ['.html', 'text/html; charset=utf-8'],
  ['.js', 'text/javascript; charset=utf-8'],
  ['.css', 'text/css; charset=utf-8'],
  ['.woff2', 'font/woff2'],
])

export interface RendererPages {
  /** Opens e.g. "index.html?scenario=rich#keys"; everything the page complained about is collected. It is another's when the test is over. */
  open(address: string, options?: BrowserContextOptions): Promise<Opened>
  /** Not looked at any more, before the test is over. */
  done(page: Page): void
  close(): Promise<void>
}

interface Opened {
  page: Page
  complaints: string[]
}

export async function buildRendererPages(): Promise<RendererPages> {
  const out = await mkdtemp(join(tmpdir(), 'countersign-renderer-'))
  const pages = join(out, 'pages')
  await build({
    configFile: false,
    logLevel: 'warn',
    root: join(root, 'src/renderer'),
    base: './',
    plugins: [react()],
    build: {
      outDir: pages,
      emptyOutDir: true,
      target: 'chrome120',
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      rollupOptions: {
        input: ['index', 'prompt', 'components'].map((name) => join(root, `src/renderer/${name}.html`)),
      },
    },
  })
  await build({
    configFile: false,
    logLevel: 'warn',
    build: {
      outDir: join(out, 'fake'),
      emptyOutDir: true,
      minify: false,
      lib: {
        entry: join(root, 'test/support/fake-window.ts'),
        formats: ['iife'],
        name: 'fakeWindow',
        fileName: () => 'fake.js',
      },
    },
  })
  const fake = await readFile(join(out, 'fake/fake.js'), 'utf8')
  const browser = await launch()
  // A page that was looked at is opened again by the next test, which is three times as fast as a new one.
  const free = new Map<Page, string>()
  const taken = new Map<Page, string>()
  const done = (page: Page): void => {
    const kind = taken.get(page)
    if (kind === undefined || page.isClosed()) return
    taken.delete(page)
    free.set(page, kind)
  }
  return {
    open: async (address, options = {}) => {
      const kind = JSON.stringify(options)
      const [page = await newPage(browser, pages, fake, options)] = [...free.keys()].filter(
        (one) => free.get(one) === kind && !one.isClosed(),
      )
      free.delete(page)
      taken.set(page, kind)
      onTestFinished(() => done(page))
      return openAt(page, address, options)
    },
    done,
    close: async () => {
      await browser.close()
      await rm(out, { recursive: true, force: true })
    },
  }
}

function launch(): Promise<Browser> {
  const executablePath = process.env.COUNTERSIGN_CHROMIUM ?? '/usr/bin/chromium'
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--force-color-profile=srgb'] })
}

async function newPage(browser: Browser, pages: string, fake: string, options: BrowserContextOptions): Promise<Page> {
  const context = await browser.newContext({ viewport, timezoneId: 'Europe/Paris', ...options })
  await context.addInitScript({ content: fake })
  await context.route('**/*', async (route) => {
    const url = new URL(route.request().url())
    const type = types.get(extname(url.pathname))
    if (url.origin !== origin || type === undefined) return route.abort()
    return route.fulfill({
      body: await readFile(join(pages, url.pathname)),
      headers: { 'content-type': type, 'content-security-policy': policy },
    })
  })
  return context.newPage()
}

/** As if it were new: nothing of the test before is left. */
async function openAt(page: Page, address: string, options: BrowserContextOptions): Promise<Opened> {
  await page.goto('about:blank')
  page.removeAllListeners()
  page.setDefaultTimeout(30_000)
  await page.setViewportSize(options.viewport ?? viewport)
  await page.emulateMedia({
    colorScheme: options.colorScheme ?? 'light',
    contrast: options.contrast ?? 'no-preference',
    forcedColors: options.forcedColors ?? 'none',
    reducedMotion: options.reducedMotion ?? 'no-preference',
  })
  const complaints: string[] = []
  page.on('request', (request) => {
    const url = new URL(request.url())
    const isOurs = url.origin === origin && (types.has(extname(url.pathname)) || url.pathname.endsWith('/favicon.ico'))
    if (!isOurs) complaints.push(`asked for ${url.href}`)
  })
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().includes('favicon')) complaints.push(message.text())
  })
  await page.goto(`${origin}/${address}`)
  await page.locator('h1').first().waitFor()
  await page.evaluate(() => document.fonts.ready)
  return { page, complaints }
}
