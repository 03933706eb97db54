// What cannot be reviewed is given up as what it was when somebody looked, and stays when it is something else by then.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { plainLayout } from '../../src/core/systems/tuf/layouts/plain.ts'
import { tufSystem } from '../../src/core/systems/tuf/system.ts'
import { drafting } from '../../src/node/drafting.ts'
import { directoryTransport } from '../../src/node/transports/directory.ts'
import { openWorkspace } from '../../src/node/workspace.ts'
import { never } from '../support/repository.ts'
import { everythingIn, temporaryFolder } from '../support/temporary-folder.ts'
import { codeOfPromise } from '../support/thrown.ts'

test('a candidate that nobody can read, replaced while somebody gave it up', async () => {
  const location = temporaryFolder()
  mkdirSync(join(location, 'metadata/pending'), { recursive: true })
  const file = join(location, 'metadata/pending/root.json')
  const pinned = { id: 'x', name: 'packages', location, pinnedAt: '' }
  const trust = { anchor: new Uint8Array(), memory: new Map() }
  const transport = directoryTransport(location)
  const source = { pinned, transport, layout: plainLayout, system: tufSystem(plainLayout), trust }
  const nobody = () => Promise.reject(new Error('nobody signs this'))
  const drafts = drafting(
    (_, signal) => ({ ...trust, now: new Date(), signal }),
    nobody,
    openWorkspace(temporaryFolder()),
  )
  writeFileSync(file, 'no document')
  const seen = await drafts.waitingDigest(source, 'root', never)
  writeFileSync(file, 'another one')
  expect(await codeOfPromise(drafts.discard(source, 'root', seen, never))).toBe('trust/changed')
  expect(readFileSync(file, 'utf8')).toBe('another one')
  await drafts.discard(source, 'root', await drafts.waitingDigest(source, 'root', never), never)
  expect(Object.keys(everythingIn(join(location, 'metadata')))).not.toContain('pending/root.json')
})
