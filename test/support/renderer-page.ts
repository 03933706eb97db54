// Builds the renderer as it is shipped (plus the components page) and opens its pages in the system's Chromium over the
// fake bridge, from memory: no server, no network, and the same content security policy as the app's.
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { extname, join, resolve } from 'node:path'
import react from '@vitejs/plugin-react'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { build } from 'vite'

const root = resolve(import.meta.dirname, '../..')
const origin = 'https://countersign.invalid'

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
  /** Opens e.g. "index.html?scenario=rich#keys"; everything the page complained about is collected. */
  open(address: string, options?: BrowserContextOptions): Promise<{ page: Page; complaints: string[] }>
  close(): Promise<void>
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
  return {
    open: (address, options) => openPage(browser, pages, fake, address, options),
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

async function openPage(
  browser: Browser,
  pages: string,
  fake: string,
  address: string,
  options: BrowserContextOptions = {},
): Promise<{ page: Page; complaints: string[] }> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 820 },
    timezoneId: 'Europe/Paris',
    ...options,
  })
  const complaints: string[] = []
  await context.addInitScript({ content: fake })
  await context.route('**/*', async (route) => {
    const url = new URL(route.request().url())
    const type = types.get(extname(url.pathname))
    if (url.origin !== origin || type === undefined) {
      if (!url.pathname.endsWith('/favicon.ico')) complaints.push(`asked for ${url.href}`)
      return route.abort()
    }
    return route.fulfill({
      body: await readFile(join(pages, url.pathname)),
      headers: { 'content-type': type, 'content-security-policy': policy },
    })
  })
  const page = await context.newPage()
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().includes('favicon')) complaints.push(message.text())
  })
  await page.goto(`${origin}/${address}`)
  await page.locator('h1').first().waitFor()
  await page.evaluate(() => document.fonts.ready)
  return { page, complaints }
}
