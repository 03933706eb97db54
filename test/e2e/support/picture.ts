// The pictures of the documents, taken while the tests run and only when asked for: what they show has just been tested.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'

/** Writes NAME-light.png and NAME-dark.png into the folder that COUNTERSIGN_SCREENS names. */
export async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env.COUNTERSIGN_SCREENS
  if (folder === undefined) return
  mkdirSync(folder, { recursive: true })
  // A sentence that is said in passing covers what stays.
  await page.locator('.toast:not(:empty)').waitFor({ state: 'hidden', timeout: 10_000 })
  for (const theme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' })
    await page.waitForTimeout(200)
    writeFileSync(join(folder, `${name}-${theme}.png`), await page.screenshot())
  }
  await page.emulateMedia({ colorScheme: 'light' })
}
