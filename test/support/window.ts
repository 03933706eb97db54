// What several tests of the real window do: wait for a heading, hold a button, look for accessibility faults and for secrets.
import type { Browser, Page } from 'playwright-core'
import { expect } from 'vitest'
import { windowOf } from '../e2e/support/app.ts'
import { accessibilityFaults } from './axe.ts'

export function heading(page: Page, name: string | RegExp): Promise<void> {
  return page.getByRole('heading', { level: 1, name }).waitFor()
}

export async function expectAccessible(page: Page): Promise<void> {
  // What is half faded in has half its contrast: judged is what stands still.
  await page.emulateMedia({ reducedMotion: 'reduce' })
  await page.evaluate(async () => {
    const ending = document.getAnimations().filter((one) => Number.isFinite(one.effect?.getComputedTiming().endTime))
    await Promise.allSettled(ending.map((one) => one.finished))
  })
  expect(await accessibilityFaults(page)).toEqual([])
}

export async function holdInDialog(page: Page, name: string | RegExp, ms: number): Promise<void> {
  const box = await page.getByRole('dialog').getByRole('button', { name }).boundingBox()
  if (box === null) throw new Error('no such button')
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2)
  await page.mouse.down()
  await page.waitForTimeout(ms)
  await page.mouse.up()
}

/** Everything a page holds: its document, what stands in its fields, and every string in its memory. */
export async function memoryOf(page: Page): Promise<string> {
  const inPage = await page.evaluate(() => {
    const fields = [...document.querySelectorAll('input, textarea')]
    return [document.documentElement.outerHTML, ...fields.map((field) => Reflect.get(field, 'value'))].join('\n')
  })
  const session = await page.context().newCDPSession(page)
  const chunks: string[] = [inPage]
  session.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => chunks.push(chunk))
  await session.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false })
  await session.detach()
  return chunks.join('')
}

/** Opens and pins a repository as a person would, with the words read beforehand from another source. */
export async function openRepository(
  page: Page,
  location: string,
  words: readonly string[],
  anchorWord = 'root',
): Promise<void> {
  await page.getByLabel('Folder, file or address').fill(location)
  await page.getByRole('button', { name: 'Look at it' }).click()
  await heading(page, /^Is this the right (repository|registry)\?$/)
  await typeWords(page, (position) => words[position - 1] ?? '')
  await page.getByRole('button', { name: `Pin this ${anchorWord}` }).click()
}

/** Fills each field that asks for a word; answers which positions were asked for. */
export async function typeWords(page: Page, wordAt: (position: number) => string): Promise<number[]> {
  const asked: number[] = []
  for (const field of await page.getByLabel(/^Word \d+$/).all()) {
    const label = await field.evaluate((input) =>
      input instanceof HTMLInputElement ? input.labels?.[0]?.textContent : '',
    )
    const position = Number(/\d+/.exec(label ?? '')?.[0])
    asked.push(position)
    await field.fill(wordAt(position))
  }
  return asked
}

export interface Windows {
  window(name: 'index.html' | 'prompt.html'): Promise<Page>
}

/** The windows of a browser by the page they show, waited for. */
export function pagesOf(browser: Browser): Windows {
  return {
    window: (name) => windowOf(browser, name, new Promise(() => undefined), () => ''),
  }
}

/** The window that asks for a secret, once it shows what it asks. */
export async function promptOf(app: Windows, title: string | RegExp): Promise<Page> {
  const window = await app.window('prompt.html')
  window.setDefaultTimeout(8000)
  await heading(window, title)
  return window
}

/** As a person would; the window closes as soon as Enter is pressed, before the key is up again. */
export async function typeSecret(window: Page, secret: string): Promise<void> {
  await window.locator('input').fill(secret)
  const closed = window.waitForEvent('close')
  await window.keyboard.press('Enter').catch(() => undefined)
  await closed
}

/** The review of a change from home. What a test has put in its place is a change of its own, and a link drawn before leads to the old one. */
export async function openReview(page: Page, link: RegExp, title: string): Promise<void> {
  const isThere = async (): Promise<boolean> => {
    await page.getByRole('link', { name: /^Home/ }).click()
    await page.getByRole('link', { name: link }).click()
    return page
      .getByRole('heading', { level: 1, name: title })
      .waitFor({ timeout: 3000 })
      .then(
        () => true,
        () => false,
      )
  }
  await expect.poll(isThere, { timeout: 15_000 }).toBe(true)
}
