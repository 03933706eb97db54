// npm start: sets up, builds, opens the app on the demo workspace.
import { launch } from './launch.mjs'
import { ensureBuilt, ensureDependencies } from './setup.mjs'
import { main } from './tools.mjs'

main(async () => {
  await ensureDependencies()
  ensureBuilt()
  return launch({ demo: true, args: process.argv.slice(2) })
})
