// A window on a served repository whose list of what waits cannot be read once something was sent: what was sent is sent.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { plainLayout, repositoryRooms } from '../../src/core/systems/tuf/layouts/plain.ts'
import { tufSystem } from '../../src/core/systems/tuf/system.ts'
import { createRehearsalKey, rehearsalSigners } from '../../src/node/signers/rehearsal.ts'
import { directoryTransport } from '../../src/node/transports/directory.ts'
import { repositoryApp } from '../../src/repository/app.ts'
import { openRepository } from '../../src/repository/repository.ts'
import { startServer } from '../../src/repository/server.ts'
import { pin, testApp } from '../support/app-handlers.ts'
import { never, now } from '../support/repository.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const signer = (name: string) => ({ from: 'signer', signerId: `rehearsal:${name}` }) as const

test('what was sent is not called failed because the question after it failed', async () => {
  const app = testApp()
  for (const name of ['Ana', 'Ben', 'Online'])
    await createRehearsalKey(app.desk.workspace.rehearsal, name, 'ed25519', never)
  const folder = join(temporaryFolder(), 'packages')
  const times = { expiryDays: 365, signingDays: 60, snapshotDays: 7, timestampDays: 1 }
  const people = { holders: [signer('Ana'), signer('Ben')], threshold: 2, online: signer('Online') }
  await app.calls['repository.create']({ location: folder, name: 'Folder', structure: 'none', ...people, ...times })
  const source = directoryTransport(folder, { rooms: repositoryRooms })
  const online = (await rehearsalSigners(app.desk.workspace.rehearsal).list(never)).filter(({ id }) =>
    /Online/.test(id),
  )
  const anchor = readFileSync(join(folder, 'metadata/1.root.json'))
  const system = tufSystem(plainLayout)
  const ground = { name: 'served', folder, source, layout: plainLayout, system, anchor: new Uint8Array(anchor), online }
  const how = { log: () => undefined, signal: never }
  const served = repositoryApp(await openRepository({ ...ground, ...how, now: () => now }), how)
  let isDeaf = false
  const deaf: typeof served = {
    ...served,
    fetch: async (request, env) => {
      if (isDeaf && request.method === 'GET' && request.url.endsWith('/candidates')) {
        return new Response(null, { status: 503 })
      }
      if (request.method === 'POST') isDeaf = true
      return served.fetch(request, env)
    },
  }
  const server = await startServer(deaf, { host: '127.0.0.1', port: 0 })
  onTestFinished(() => server.close())
  const sourceId = await pin(app, server.url, 'Served')
  const edits = [{ kind: 'expires', date: '2031-01-01T00:00:00Z' }] as const
  const { digest } = await app.calls['drafts.preview']({ sourceId, subject: 'targets', edits })
  const propose = { sourceId, digest, replace: 'no', sentence: '', signerId: 'rehearsal:Ana' } as const
  const sent = await app.calls['drafts.propose'](propose)
  expect(sent.byItself).toMatchObject({ kind: 'unknown' })
  isDeaf = false
  const [proposalId = ''] = sent.proposalIds
  // Its own answer said that it is published: nothing had to be asked.
  const signed = await app.calls['proposals.approve']({ proposalId, signerId: 'rehearsal:Ben' })
  expect(signed).toMatchObject({ kind: 'signed', byItself: { kind: 'published' } })
})
