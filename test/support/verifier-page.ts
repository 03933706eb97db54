// The page of the second screen as it is shipped, opened from its file in the system's Chromium, with everything watched that it asks for.
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright-core'
import { now } from './repository.ts'

export const verifierFile = resolve(import.meta.dirname, '../../out/verifier/verifier.html')
export const modulesFile = join(verifierFile, '../modules.json')

export interface OpenVerifier {
  page: Page
  /** Errors of the page, and violations of its policy. */
  complaints: string[]
  /** Every address that was asked for. */
  asked: string[]
}

export function launchForVerifier(args: readonly string[] = []): Promise<Browser> {
  if (!existsSync(verifierFile)) throw new Error('the verifier page is not built: npm run build')
  const executablePath = process.env.COUNTERSIGN_CHROMIUM ?? '/usr/bin/chromium'
  return chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--force-color-profile=srgb', ...args],
  })
}

export async function openVerifier(browser: Browser): Promise<OpenVerifier> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 } })
  const complaints: string[] = []
  const asked: string[] = []
  context.on('request', (request) => asked.push(request.url()))
  const page = await context.newPage()
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  // The repository of the tests lives at this time.
  await page.clock.setFixedTime(now)
  await page.goto(pathToFileURL(verifierFile).href)
  await page.getByRole('heading', { level: 1 }).waitFor()
  return { page, complaints, asked }
}

export const startTitle = 'What would be signed?'

/** Waits until the page has said something of what it was given. */
export async function answered(page: Page): Promise<string> {
  const heading = page.getByRole('heading', { level: 1 })
  await page.getByRole('button', { name: 'Look at another one' }).waitFor({ timeout: 60_000 })
  return (await heading.textContent()) ?? ''
}

export async function paste(page: Page, text: string): Promise<string> {
  await page.getByLabel('The content of the file').fill(text)
  await page.getByRole('button', { name: 'Look at this text' }).click()
  return answered(page)
}

export async function startAgain(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Look at another one' }).click()
  await page.getByRole('heading', { name: startTitle }).waitFor()
}

/** Those for the other screen, in their order; none where the page shows none. */
export async function wordsShown(page: Page): Promise<string[]> {
  return page.locator('#words .words li span:last-child').allTextContents()
}
