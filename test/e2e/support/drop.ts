// Files dropped on a window as a person does it: the browser itself knows where they lie, and no script could say so.
import type { Page } from 'playwright-core'

export async function dropFiles(
  page: Page,
  files: readonly string[],
  at: { x: number; y: number } = { x: 640, y: 420 },
): Promise<void> {
  const session = await page.context().newCDPSession(page)
  const data = { items: [], files: [...files], dragOperationsMask: 1 }
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    await session.send('Input.dispatchDragEvent', { type, ...at, data })
  }
  await session.detach()
}
