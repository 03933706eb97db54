// What a role with a million artifacts costs in the window: makes such a repository once, in the folder for temporary files,
// then makes the calls that a person makes, each with its time and the longest time in which the main process was not awake.
// Arguments: how many artifacts, and the calls to make (all): node test/bench/large.ts 1000000 preview
import { existsSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Prompt } from '../../src/core/signer.ts'
import { handlers } from '../../src/main/app.ts'
import { startThread, threadReader } from '../../src/main/reading/reader.ts'
import { openDesk } from '../../src/node/desk.ts'
import { directoryTransport } from '../../src/node/transports/directory.ts'
import { largePath, largeRepository } from '../support/large-repository.ts'
import { noTokens } from '../support/no-tokens.ts'
import { never } from '../support/repository.ts'

const [count = '1000000', ...only] = process.argv.slice(2)
const base = join(tmpdir(), `countersign-large-${count}`)
const location = join(base, 'packages')
const dataDir = join(base, 'data')
const nobody: Prompt = { pin: () => Promise.reject(new Error('nobody is here')), touch: () => () => {} }
const tokens = noTokens()
const now = (): Date => new Date()
const desk = openDesk({ dataDir, prompt: nobody, tokens, now })

if (!existsSync(join(location, 'metadata/timestamp.json'))) {
  const { files, anchor } = await largeRepository(Number(count), now())
  await directoryTransport(location, { create: true }).write(files, new Map(), 'create', never)
  await desk.workspace.add({ name: 'Large', location }, anchor)
}
const bytes = readFileSync(join(location, 'metadata/1.targets.json')).length
console.log(`${Number(count).toLocaleString('en')} artifacts, ${(bytes / 1e6).toFixed(1)} MB`)

const shell = {
  name: 'chromium',
  sandboxed: true,
  canPick: false,
  pickDirectory: async () => undefined,
  pickFiles: async () => [],
  saveFile: async () => undefined,
  toPdf: async () => new Uint8Array(),
} as const
const calls = handlers({
  ...{ desk, tokens, shell, now, prompt: nobody },
  reader: threadReader({ start: () => startThread({ dataDir }), report: console.error }),
  options: { dataDir, demo: false },
  notify: () => {},
  wrongSecrets: () => 0,
})
const sourceId = (await desk.workspace.sources())[0]?.id ?? ''
const path = largePath(77)
const field = { kind: 'field', path: ['targets', path, 'length'], value: 12 } as const
const list = { sourceId, role: 'targets', query: '', offset: 0, limit: 50 }

const steps: Record<string, () => Promise<unknown>> = {
  inside: async () => calls['repository.get']({ sourceId }),
  page: async () => calls['repository.targets'](list),
  search: async () => calls['repository.targets']({ ...list, query: 'package-77777' }),
  text: async () => calls['drafts.text']({ sourceId, subject: 'targets' }),
  preview: async () => calls['drafts.preview']({ sourceId, subject: 'targets', edits: [field] }),
  state: async () => calls['sources.list'](),
  pending: async () => calls['proposals.list'](),
  propose: async () => {
    const { digest } = await calls['drafts.preview']({ sourceId, subject: 'targets', edits: [field] })
    return calls['drafts.propose']({ sourceId, digest, replace: 'yes', sentence: '' })
  },
  review: async () => {
    const { proposals } = await calls['proposals.list']()
    return calls['proposals.get']({ proposalId: proposals[0]?.id ?? '' })
  },
  effects: async () => {
    const { proposals } = await calls['proposals.list']()
    return calls['proposals.effects']({ proposalId: proposals[0]?.id ?? '' })
  },
  withdraw: async () => {
    const { proposals } = await calls['proposals.list']()
    return calls['drafts.withdraw']({ proposalId: proposals[0]?.id ?? '' })
  },
}

for (const [name, run] of Object.entries(steps)) {
  if (only.length > 0 && !only.includes(name)) continue
  globalThis.gc?.()
  const delay = monitorEventLoopDelay({ resolution: 5 })
  delay.enable()
  const start = performance.now()
  const answer = await run()
  const tookMs = performance.now() - start
  // A block that has not ended yet is seen only by the next turn of the loop.
  await new Promise((resolve) => setTimeout(resolve, 20))
  delay.disable()
  const answerBytes = JSON.stringify(answer ?? null).length
  const rss = process.memoryUsage().rss / 1e6
  console.log(
    `  ${name.padEnd(9)} ${(tookMs / 1000).toFixed(2).padStart(7)} s, longest block ${(delay.max / 1e9).toFixed(2).padStart(6)} s, ` +
      `answer ${answerBytes} bytes, memory ${rss.toFixed(0)} MB`,
  )
}
process.exit(0)
