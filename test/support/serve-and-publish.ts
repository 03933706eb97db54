// A served repository in a process of its own, and somebody who proposes and signs one version after the other: to be killed.
// It waits for a line on standard input, and says each version that was acknowledged.
import { readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { toBase64, toHex } from '../../src/core/bytes.ts'
import { draftEdits } from '../../src/core/systems/tuf/drafting.ts'
import { plainLayout, repositoryRooms } from '../../src/core/systems/tuf/layouts/plain.ts'
import { insertSignature } from '../../src/core/systems/tuf/signature-slot.ts'
import { tufSystem } from '../../src/core/systems/tuf/system.ts'
import { blockingFileSystem } from '../../src/node/file-system.ts'
import { rehearsalSigners } from '../../src/node/signers/rehearsal.ts'
import { directoryTransport } from '../../src/node/transports/directory.ts'
import { repositoryApp } from '../../src/repository/app.ts'
import { openRepository } from '../../src/repository/repository.ts'

const [folder = '', keys = ''] = process.argv.slice(2)
const { signal } = new AbortController()
const say = (line: object): void => void writeSync(1, `${JSON.stringify(line)}\n`)

const signers = await rehearsalSigners(directoryTransport(keys)).list(signal)
const named = (name: string) => signers.filter(({ id }) => id === `rehearsal:${name}`)
const [ana] = named('Ana')
if (ana === undefined) throw new Error('Ana has no key')

say({ ready: true })
await new Promise((go) => process.stdin.once('data', go))

const source = directoryTransport(folder, { rooms: repositoryRooms, fs: blockingFileSystem })
const anchor = new Uint8Array(readFileSync(join(folder, 'metadata/1.root.json')))
const log = (line: string): void => {
  if (line.includes('cannot') || line.includes('internal')) process.stderr.write(`${line}\n`)
}
const ground = {
  ...{ name: 'packages', folder, source, layout: plainLayout, system: tufSystem(plainLayout), anchor, log, signal },
  ...{ online: named('Online'), now: () => new Date() },
}
const repository = await openRepository(ground)
const app = repositoryApp(repository, { log, signal })
say({ begun: true })
for (let count = 0; ; count++) {
  const date = `${new Date(Date.now() + 86_400_000 * (30 + count)).toISOString().slice(0, 19)}Z`
  const edits = [{ kind: 'expires', date } as const]
  const context = { anchor, now: new Date(), signal }
  const { proposal } = await draftEdits({ subject: 'targets', edits, defaultDays: 365 }, plainLayout, source, context)
  const sig = toHex(await ana.sign(proposal.payload, signal))
  const [keyid = ''] = proposal.quorums[0]?.keys[0]?.ids ?? []
  const content = toBase64(insertSignature(proposal.after, keyid, sig))
  const base = (await repository.candidate('targets'))?.digest ?? null
  const answer = await app.fetch(
    new Request('http://127.0.0.1/api/v1/candidates', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ documents: [{ subject: 'targets', base, content }] }),
    }),
    { address: `192.0.2.${count % 250}` },
  )
  const said = await answer.text()
  if (answer.status !== 200) throw new Error(said)
  const version = Number(/\d+$/.exec(proposal.title)?.[0])
  say({ acknowledged: version, published: (JSON.parse(said) as { published: unknown[] }).published.length === 1 })
}
