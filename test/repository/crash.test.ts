// A power cut at any instant: the process is killed while it takes changes and publishes them, a hundred times, and each
// time a client that no one here wrote refreshes from what lies there, and nothing that was acknowledged is lost.
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { build } from 'vite'
import { expect, onTestFinished, test } from 'vitest'
import { createRepository } from '../../src/core/systems/tuf/create.ts'
import { plainLayout } from '../../src/core/systems/tuf/layouts/plain.ts'
import { createRehearsalKey } from '../../src/node/signers/rehearsal.ts'
import { directoryTransport } from '../../src/node/transports/directory.ts'
import { serveFolder } from '../support/file-server.ts'
import { refreshWithPeer } from '../support/peer-client.ts'
import { never } from '../support/repository.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const kills = 100

/** In one file it starts four times as fast, which a hundred starts are worth. */
async function bundled(folder: string): Promise<string> {
  await build({
    root: resolve(import.meta.dirname, '../..'),
    configFile: false,
    logLevel: 'error',
    ssr: { noExternal: true },
    build: {
      ssr: 'test/support/serve-and-publish.ts',
      outDir: folder,
      target: 'node24',
      minify: false,
      rolldownOptions: { output: { entryFileNames: 'serve.mjs', codeSplitting: false } },
    },
  })
  return join(folder, 'serve.mjs')
}

interface Said {
  ready?: boolean
  begun?: boolean
  acknowledged?: number
  published?: boolean
}

interface Child {
  process: ChildProcess
  /** Everything it said, in order, also when it said it just before its end. */
  said: Said[]
  until(what: keyof Said): Promise<void>
  ended: Promise<unknown>
}

function start(script: string, folder: string, keys: string): Child {
  const child = spawn(process.execPath, [script, folder, keys], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, NODE_COMPILE_CACHE: join(keys, 'cache') },
  })
  child.stdin?.on('error', () => undefined)
  const said: Said[] = []
  const waiting = new Set<() => void>()
  let text = ''
  child.stdout?.on('data', (data: Buffer) => {
    text += data.toString('utf8')
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n')) {
      said.push(JSON.parse(text.slice(0, end)) as Said)
      text = text.slice(end + 1)
    }
    for (const look of [...waiting]) look()
  })
  return {
    process: child,
    said,
    ended: new Promise((done) => child.once('close', done)),
    until: (what) =>
      new Promise((done) => {
        const look = (): void => {
          if (!said.some((line) => line[what] !== undefined)) return
          waiting.delete(look)
          done()
        }
        waiting.add(look)
        look()
      }),
  }
}

async function timeOfRound(child: Child): Promise<number> {
  await child.until('ready')
  child.process.stdin?.write('go\n')
  await child.until('begun')
  const begun = performance.now()
  await child.until('acknowledged')
  child.process.kill('SIGKILL')
  await child.ended
  return performance.now() - begun
}

test(`killed ${kills} times`, { timeout: 900_000 }, async () => {
  const base = temporaryFolder()
  const [folder, keys] = [join(base, 'repository'), join(base, 'keys')]
  mkdirSync(keys)
  const script = await bundled(join(base, 'bundle'))
  const files = directoryTransport(keys)
  const ana = await createRehearsalKey(files, 'Ana', 'ed25519', never)
  const online = await createRehearsalKey(files, 'Online', 'ed25519', never)
  const people = { holders: [{ owner: 'Ana', signer: ana }], threshold: 1, expiryDays: 365 }
  const machine = { holders: [{ signer: online }], threshold: 1, expiryDays: 7 }
  const plan = { root: people, targets: people, snapshot: machine, timestamp: machine }
  const made = await createRepository(plan, plainLayout, { now: new Date(), signal: never })
  await directoryTransport(folder, { create: true }).write(made, new Map(), 'create', never)
  const anchor = readFileSync(join(folder, 'metadata/1.root.json'))
  const { url, end } = await serveFolder(folder)
  onTestFinished(end)

  // One that has loaded its code waits its turn while another one works.
  const spare = [start(script, folder, keys), start(script, folder, keys)]
  onTestFinished(() => {
    for (const { process: child } of spare) child.kill('SIGKILL')
  })
  // How long a change takes here, from the start on: the instants are spread over somewhat more than that.
  let roundMs = await timeOfRound(start(script, folder, keys))
  let [acknowledged, published, midway] = [2, 1, 0]
  for (let kill = 0; kill < kills; kill++) {
    const child = spare.shift() ?? start(script, folder, keys)
    await child.until('ready')
    spare.push(start(script, folder, keys))
    child.process.stdin?.write('go\n')
    await child.until('begun')
    await new Promise((done) => setTimeout(done, Math.random() * 1.3 * roundMs))
    child.process.kill('SIGKILL')
    await child.ended
    if (existsSync(join(folder, '.countersign/journal'))) midway++
    for (const line of child.said)
      if (line.published === true) acknowledged = Math.max(acknowledged, line.acknowledged ?? 0)
    // On a machine that others use it takes longer: about every second one may come to its end, or few would get far.
    roundMs *= child.said.some((line) => line.acknowledged !== undefined) ? 0.95 : 1.05
    const { targets } = await refreshWithPeer(join(base, `peer-${kill}`), anchor, url)
    expect(targets, `after kill ${kill}`).toBeGreaterThanOrEqual(Math.max(acknowledged, published))
    published = targets
  }
  // They were busy when they died, or this would show nothing.
  expect(published).toBeGreaterThan(kills / 4)
  console.log(
    `${published} versions published; ${midway} of ${kills} kills left a change that was decided and not in place`,
  )
})
