// One screen by day, by night, in high contrast and magnified, looked at for accessibility: the page stays, its light changes.
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { accessibilityFaults } from './axe.ts'

type Media = NonNullable<Parameters<Page['emulateMedia']>[0]>

const wide = { width: 1280, height: 860 }
const plain = {
  colorScheme: 'light',
  contrast: 'no-preference',
  forcedColors: 'none',
  reducedMotion: 'reduce',
} as const
/** `judged`: where names, roles or colours are others than in the lights before. */
const lights: readonly [name: string, media: Media, size: { width: number; height: number }, judged: boolean][] = [
  ['light', {}, wide, true],
  ['dark', { colorScheme: 'dark' }, wide, true],
  ['high contrast', { contrast: 'more' }, wide, false],
  ['forced colours', { forcedColors: 'active' }, wide, false],
  ['at 200 %', {}, { width: 640, height: 410 }, false],
  ['at 400 %', {}, { width: 320, height: 256 }, true],
]

export async function expectGoodInEveryLight(page: Page, complaints: readonly string[]): Promise<void> {
  for (const [light, media, size, judged] of lights) {
    await page.setViewportSize(size)
    await page.emulateMedia({ ...plain, ...media })
    await page.waitForTimeout(50)
    if (judged) expect(await accessibilityFaults(page), light).toEqual([])
    const beside = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
    expect(beside, light).toBeLessThanOrEqual(0)
  }
  expect(complaints).toEqual([])
}
