// The desk behind window and terminal: without a sandbox no real key is used, not even one that needs no person.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { toHex, utf8 } from '../../src/core/bytes.ts'
import { canonicalJson } from '../../src/core/canonical.ts'
import { isReady } from '../../src/core/proposal.ts'
import type { Prompt } from '../../src/core/signer.ts'
import { createRepository } from '../../src/core/systems/tuf/create.ts'
import { plainLayout } from '../../src/core/systems/tuf/layouts/plain.ts'
import { type Desk, openDesk } from '../../src/node/desk.ts'
import { directoryTransport } from '../../src/node/transports/directory.ts'
import { noTokens } from '../support/no-tokens.ts'
import { never } from '../support/repository.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { codeOfPromise } from '../support/thrown.ts'

const passphrase = 'a passphrase for a desk'

test('publishing and renewing use no real key where only rehearsal keys may sign', async () => {
  const folder = temporaryFolder()
  const asked: string[] = []
  const prompt: Prompt = {
    pin: async ({ device }) => {
      asked.push(device)
      return utf8(passphrase)
    },
    touch: () => () => {},
  }
  const deskWith = (rehearsalOnly: boolean): Desk =>
    openDesk({ tokens: noTokens(), dataDir: join(folder, 'home'), prompt, now: () => new Date(), rehearsalOnly })
  const desk = deskWith(false)
  await desk.keys.create('ana', 'ed25519', { kind: 'passphrase', passphrase: utf8(passphrase) }, never)
  const signer = await desk.signer('file:ana', never)
  const role = { holders: [{ signer }], threshold: 1, expiryDays: 9 }
  const plan = { root: role, targets: role, snapshot: role, timestamp: role }
  const files = await createRepository(plan, plainLayout, { now: new Date(), signal: never })
  const location = join(folder, 'repository')
  await directoryTransport(location, { create: true }).write(files, new Map(), '', never)
  const { id } = await desk.workspace.add({ name: 'real', location }, files.get('metadata/1.root.json') ?? utf8(''))
  // What is only listed cannot ask for a passphrase without saying what for.
  for (const one of await desk.signers(never)) expect(Object.keys(one)).not.toContain('sign')
  expect((await desk.signers(never)).length).toBe(1)
  asked.length = 0
  const caged = deskWith(true)
  expect(await codeOfPromise(caged.renew(await caged.open(id), never))).toBe('signer/absent')
  expect(asked).toEqual([])
  expect(await codeOfPromise(desk.renew(await desk.open(id), never))).toBe('ok')
  expect(new Set(asked)).toEqual(new Set(['key file ana']))
})

test('what waits in a single file is refused before any content would get another name', async () => {
  const folder = temporaryFolder()
  const prompt: Prompt = { pin: async () => utf8(passphrase), touch: () => () => {} }
  const desk = openDesk({ tokens: noTokens(), dataDir: join(folder, 'home'), prompt, now: () => new Date() })
  await desk.keys.create('ana', 'ed25519', { kind: 'passphrase', passphrase: utf8(passphrase) }, never)
  const signer = await desk.signer('file:ana', never)
  const role = { holders: [{ signer }], threshold: 1, expiryDays: 9 }
  const plan = { root: role, targets: role, snapshot: role, timestamp: role }
  const options = { now: new Date(), signal: never }
  const first = (await createRepository(plan, plainLayout, options)).get('metadata/1.root.json') ?? utf8('')
  // Alone in its file, the next root turns consistent snapshots off, and is complete.
  const next = JSON.parse(new TextDecoder().decode(first))
  next.signed.version = 2
  next.signed.consistent_snapshot = false
  const sig = toHex(await signer.sign(canonicalJson(next.signed), never))
  next.signatures = [{ ...next.signatures[0], sig }]
  const location = join(folder, 'root.json')
  writeFileSync(location, JSON.stringify(next))
  const { id } = await desk.workspace.add({ name: 'lone', location }, first)
  const source = await desk.open(id)
  const { proposals } = await desk.pending(source, never)
  expect(proposals.map(isReady)).toEqual([true])
  expect(await codeOfPromise(desk.publish(source, proposals[0]?.id ?? '', never))).toBe('usage/invalid')
})
