// A real window whose app runs in the process of the test, over the real shell: the debugging port of the tests counts as a lost
// protection, with which no real key signs, so here, and only here, the shell is taken for protected.
import { join, resolve } from 'node:path'
import { chromium, type Page } from 'playwright-core'
import { startApp } from '../../../src/main/app.ts'
import type { Shell } from '../../../src/main/shell.ts'
import { openChromiumShell } from '../../../src/main/shells/chromium.ts'
import { pagesOf, type Windows } from '../../support/window.ts'
import { portOf, until, writeWrapper } from './app.ts'
import { startDisplay } from './display.ts'

const out = resolve(import.meta.dirname, '../../../out')

export interface ProtectedWindow {
  app: Windows
  page: Page
  end(): Promise<void>
}

/** `temporary`: where the programs put their files, too; `changed`: parts of the shell that are another one here. */
export async function protectedWindow(
  temporary: string,
  dataDir: string,
  changed: Partial<Shell> = {},
): Promise<ProtectedWindow> {
  const display = await startDisplay()
  process.env.DISPLAY = display.name
  process.env.TMPDIR = temporary
  const preload = join(out, 'preload/chromium.cjs')
  const program = writeWrapper(temporary)
  const shell = await openChromiumShell({ program, rendererDir: join(out, 'renderer'), preload })
  const port = await until(
    'port',
    () => portOf(temporary),
    new Promise(() => undefined),
    () => '',
  )
  const app = pagesOf(await chromium.connectOverCDP(`http://127.0.0.1:${port}`))
  await startApp({ ...shell, sandboxed: true, ...changed }, { dataDir, demo: false })
  const page = await app.window('index.html')
  const end = async (): Promise<void> => {
    await shell.quit()
    await display.end()
  }
  return { app, page, end }
}
