// npm run screens: takes every picture of the documents anew, from the tests of the real windows that prove what they show.
import { ensureBuilt, ensurePrograms } from './setup.mjs'
import { at, main, runTool } from './tools.mjs'

/** Those of real tokens need the smart card service with its virtual reader, which only root can start. */
const tests = {
  e2e: [
    'flow',
    'first-run',
    'keys',
    'trouble',
    'e2e/offline',
    'e2e/tokens',
    'e2e/git',
    'stories',
    'e2e/served',
    'e2e/rstuf',
    'e2e/asfaload',
    'e2e/backend',
    'e2e/registry',
    'e2e/merkle',
    'e2e/verifier',
    'air-gap',
    'ceremony-rehearsal',
  ],
  'card-alone': ['card/alone/window'],
}

main(async () => {
  ensurePrograms(['e2e', 'card'])
  ensureBuilt()
  process.env.COUNTERSIGN_SCREENS = at('docs', 'screens')
  for (const [suite, files] of Object.entries(tests)) {
    const code = await runTool('vitest', ['run', '--project', suite, ...files])
    if (code !== 0) return code
  }
  return 0
})
