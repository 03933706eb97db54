// What the player draws, as pixels of a real browser: read again by our own decoder and by one that shares no code with it.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { build } from 'vite'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { unpack } from '../../src/core/transfer/deflate.ts'
import { frameSink } from '../../src/core/transfer/frame-sink.ts'
import { readQr } from '../../src/core/transfer/qr.ts'
import type { PlayerState } from '../../src/optics/player.ts'
import { launchForVerifier } from '../support/verifier-page.ts'

let browser: Browser
let script: string
let folder: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-optics-'))
  const built = await build({
    configFile: false,
    logLevel: 'warn',
    build: {
      write: false,
      lib: {
        entry: resolve(import.meta.dirname, '../support/optics-page.ts'),
        formats: ['iife'],
        name: 'optics',
        fileName: () => 'optics.js',
      },
    },
  })
  const [output] = Array.isArray(built) ? built : []
  script = output?.output[0].code ?? ''
  browser = await launchForVerifier()
}, 120_000)
afterAll(async () => {
  await browser?.close()
  rmSync(folder, { recursive: true, force: true })
})

async function openPlayer(deviceScaleFactor: number, dark = false): Promise<Page> {
  const context = await browser.newContext({ deviceScaleFactor, colorScheme: dark ? 'dark' : 'light' })
  const page = await context.newPage()
  const style = '<style>:root { color-scheme: light dark } #around { width: 437px; height: 437px }</style>'
  await page.setContent(`<!doctype html><title>optics</title>${style}`)
  await page.addScriptTag({ content: script })
  return page
}

const call = (page: Page, name: string, ...args: readonly string[]): Promise<PlayerState> =>
  page.evaluate(([name, args]) => Reflect.get(Reflect.get(window, 'optics'), name)(...args), [name, args] as const)

/** What the canvas holds, four bytes a pixel. */
async function pixelsOf(page: Page) {
  const { side, data } = await page.locator('canvas').evaluate((canvas: HTMLCanvasElement) => {
    const picture = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height)
    return { side: canvas.width, data: Array.from(picture?.data ?? []) }
  })
  return { width: side, height: side, data: Uint8ClampedArray.from(data) }
}

const message = Array.from({ length: 90 }, (_, at) => `line ${at} of something long ${at * 7919}`).join('\n')

test.each([1, 1.5, 2])(
  'at %s device pixels for each pixel, modules are whole pixels, black on white, and are read again',
  async (scale) => {
    const page = await openPlayer(scale, scale === 1.5)
    const { blocks, version } = await call(page, 'show', message)
    expect(blocks).toBeGreaterThan(2)
    const modules = 17 + 4 * version + 8
    const sink = frameSink()
    for (let n = 0; n < blocks; n++) {
      const picture = await pixelsOf(page)
      expect(picture.width % modules).toBe(0)
      expect(picture.width).toBeLessThanOrEqual(437 * scale)
      expect(picture.width).toBeGreaterThan(437 * scale - modules)
      expect(new Set(picture.data)).toEqual(new Set([0, 255]))
      sink.take(readQr(picture) ?? '')
      await call(page, 'step')
    }
    const bytes = sink.progress().bytes ?? new Uint8Array()
    expect(new TextDecoder().decode(await unpack(bytes, 100_000))).toBe(message)
    await page.context().close()
  },
)

test('another decoder reads the screen itself; made wider, the code grows with it; stopped, it stays', async () => {
  const page = await openPlayer(1, true)
  const { blocks } = await call(page, 'show', message)
  const sink = frameSink()
  for (let n = 0; n < blocks; n++) {
    const file = join(folder, `${n}.png`)
    writeFileSync(file, await page.locator('#around').screenshot())
    sink.take(execFileSync('zbarimg', ['--quiet', '--raw', file], { encoding: 'utf8' }).trim())
    await call(page, 'step')
  }
  expect(sink.progress().bytes).toBeDefined()
  const before = (await pixelsOf(page)).width
  await page.addStyleTag({ content: '#around { width: 700px !important }' })
  await expect.poll(async () => (await pixelsOf(page)).width).toBeGreaterThan(before)
  await call(page, 'stop')
  await page.context().close()
})
