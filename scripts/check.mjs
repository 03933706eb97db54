// npm run check: types, lint and format, layers, dead code; one line each, and the reasons below a line that failed.
import { ensureDependencies } from './setup.mjs'
import { captureTool, main } from './tools.mjs'

const checks = [
  { name: 'types', tool: 'tsc', args: ['-b'] },
  { name: 'lint and format', tool: 'biome', args: ['ci', '--colors=off', '.'] },
  {
    name: 'layers',
    tool: 'biome',
    args: ['lint', '--colors=off', '--only=style/noRestrictedImports', '--only=suspicious/noImportCycles', 'src'],
  },
  { name: 'dead code', tool: 'knip', args: ['--no-progress'] },
]

main(async () => {
  await ensureDependencies()
  let failed = 0
  for (const { name, tool, args } of checks) {
    const { code, said } = captureTool(tool, args)
    console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${name}`)
    if (code === 0) continue
    failed++
    console.log(said.trim())
  }
  return failed === 0 ? 0 : 1
})
