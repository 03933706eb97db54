// Movements that several browser tests of the renderer make.
import type { Page } from 'playwright-core'

export const dangerous = 'example#root/9c41'
export const renewal = 'observatory#root/c2a8'

export function review(id: string, query = ''): string {
  return `index.html?scenario=rich${query}#review/${encodeURIComponent(id)}`
}

export async function openConfirm(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Sign with alex-office' }).click()
  await page.getByRole('dialog').waitFor()
}

export async function holdSpace(page: Page, ms: number): Promise<void> {
  await page.locator('button.hold').focus()
  await page.keyboard.down(' ')
  await page.waitForTimeout(ms)
  await page.keyboard.up(' ')
}
