// What the player draws, as pixels of a real browser: read again by our own decoder and by one that shares no code with it.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { build } from 'vite'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { utf8 } from '../../src/core/bytes.ts'
import { arrivedContent } from '../../src/core/transfer/arrived.ts'
import { unpack } from '../../src/core/transfer/deflate.ts'
import { frameSink } from '../../src/core/transfer/frame-sink.ts'
import { type Picture, readQr } from '../../src/core/transfer/qr.ts'
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

/** What the canvas holds, four bytes a pixel; it crosses as one byte a pixel, after it was seen that all is black or white. */
async function pixelsOf(page: Page): Promise<Picture> {
  const { side, light } = await page.locator('canvas').evaluate((canvas: HTMLCanvasElement) => {
    const { data } = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: [] }
    let text = ''
    for (let at = 0; at < data.length; at += 4) {
      const [red, green, blue, alpha] = [data[at], data[at + 1], data[at + 2], data[at + 3]]
      const isPlain = red === green && green === blue && (red === 0 || red === 255) && alpha === 255
      text += isPlain ? (red === 0 ? 'b' : 'w') : '?'
    }
    return { side: canvas.width, light: text }
  })
  expect(light).not.toContain('?')
  const data = new Uint8ClampedArray(side * side * 4).fill(255)
  for (let at = 0; at < light.length; at++) if (light[at] === 'b') data.fill(0, at * 4, at * 4 + 3)
  return { width: side, height: side, data }
}

const sideOf = (page: Page): Promise<number> =>
  page.locator('canvas').evaluate((canvas: HTMLCanvasElement) => canvas.width)

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
  const files: string[] = []
  for (let n = 0; n < blocks; n++) {
    files.push(join(folder, `${n}.png`))
    writeFileSync(files[n] ?? '', await page.locator('#around').screenshot())
    await call(page, 'step')
  }
  const args = ['--quiet', '--raw', '-Sdisable', '-Sqrcode.enable', ...files]
  const { status, stdout } = spawnSync('zbarimg', args, { encoding: 'utf8' })
  expect(status).toBe(0)
  const bytes = await arrivedContent(utf8(stdout), 'it', 100_000)
  expect(new TextDecoder().decode(bytes)).toBe(message)
  const before = await sideOf(page)
  await page.addStyleTag({ content: '#around { width: 700px !important }' })
  await expect.poll(() => sideOf(page)).toBeGreaterThan(before)
  await call(page, 'stop')
  await page.context().close()
})
