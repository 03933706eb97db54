// npm run screens: takes every picture of the documents anew, from the end-to-end tests that prove what they show.
import { ensureBuilt } from './setup.mjs'
import { at, main, runTool } from './tools.mjs'

main(async () => {
  ensureBuilt()
  process.env.COUNTERSIGN_SCREENS = at('docs', 'screens')
  return runTool('vitest', ['run', '--project', 'e2e', 'flow', 'first-run', 'keys', 'trouble'])
})
