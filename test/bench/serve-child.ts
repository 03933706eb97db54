// A served repository in a process of its own, for the benchmark: says its address, and serves until it is ended.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { plainLayout, repositoryRooms } from '../../src/core/systems/tuf/layouts/plain.ts'
import { tufSystem } from '../../src/core/systems/tuf/system.ts'
import { blockingFileSystem } from '../../src/node/file-system.ts'
import { directoryTransport } from '../../src/node/transports/directory.ts'
import { repositoryApp } from '../../src/repository/app.ts'
import { openRepository } from '../../src/repository/repository.ts'
import { startServer } from '../../src/repository/server.ts'

const [folder = ''] = process.argv.slice(2)
const { signal } = new AbortController()
const repository = await openRepository({
  ...{ name: 'bench', folder, online: [], now: () => new Date(), log: () => undefined, signal },
  source: directoryTransport(folder, { rooms: repositoryRooms, fs: blockingFileSystem }),
  layout: plainLayout,
  system: tufSystem(plainLayout),
  anchor: new Uint8Array(readFileSync(join(folder, 'metadata/1.root.json'))),
})
const app = repositoryApp(repository, { log: () => undefined, signal })
// A thousand programs on one machine stand for a thousand machines.
let count = 0
const fetch: typeof app.fetch = (request) => app.fetch(request, { address: `caller ${count++}` })
const { url } = await startServer({ ...app, fetch }, { host: '127.0.0.1', port: 0 })
process.stdout.write(`${url}\n`)
