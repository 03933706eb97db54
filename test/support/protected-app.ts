// The app as a program of its own, over the real shell, taken for protected: a test can end it as a power cut would. Its browser has a
// debugging port beside the pipe, for which the product itself would let rehearsal keys sign only.
import { join, resolve } from 'node:path'
import { startApp } from '../../src/main/app.ts'
import { openChromiumShell } from '../../src/main/shells/chromium.ts'

const [dataDir = '', program = ''] = process.argv.slice(2)
const out = resolve(import.meta.dirname, '../../out')
const real = await openChromiumShell({
  program,
  rendererDir: join(out, 'renderer'),
  preload: join(out, 'preload/chromium.cjs'),
})
await startApp({ ...real, sandboxed: true }, { dataDir, demo: false, programDir: out })
await real.ended
await real.quit()
process.exit(0)
