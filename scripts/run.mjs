// Runs a tool of this project with Node 24: node scripts/run.mjs vitest run
import { ensureDependencies } from './setup.mjs'
import { main, runTool, Stop } from './tools.mjs'

main(async () => {
  const [name, ...args] = process.argv.slice(2)
  if (name === undefined) throw new Stop('which tool? for example: node scripts/run.mjs vitest run', 2)
  await ensureDependencies()
  return runTool(name, args)
})
