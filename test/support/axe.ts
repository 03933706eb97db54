// Accessibility faults of what stands on a page now. The judge is put into a page once, and stays while the page does.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AxeResults, RunOptions } from 'axe-core'
import type { Page } from 'playwright-core'

const judge = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** One line a fault: its rule, and where it stands. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(judge)
  return page.evaluate(async () => {
    const axe = Reflect.get(window, 'axe') as { run(options: RunOptions): Promise<AxeResults> }
    const { violations } = await axe.run({ resultTypes: ['violations'] })
    const where = ({ target, failureSummary }: AxeResults['violations'][number]['nodes'][number]): string =>
      `${target.join(' ')} (${failureSummary?.replaceAll(/\s+/g, ' ')})`
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(where).join(', ')}`)
  })
}
