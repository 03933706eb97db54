// The calls of a window in which a project lies at an Asfaload backend: what waits there is named, or asked for with a key, then
// reviewed and signed; a revocation is made here and goes with its first signature.
import { expect, test } from 'vitest'
import { utf8 } from '../../src/core/bytes.ts'
import { asfaloadKeyText } from '../../src/core/systems/asfaload/keys.ts'
import { indexText, signersText } from '../core/systems/asfaload/people.ts'
import { createKey, pin, testApp } from '../support/app-handlers.ts'
import { AsfaloadBackend } from '../support/asfaload-backend.ts'
import { memoryKeychain } from '../support/keychain.ts'
import { never } from '../support/repository.ts'
import { codeOfPromise } from '../support/thrown.ts'

const folder = 'https/github.com/443/u/loom/'
const path = 'releases/tag/v1/asfaload.index.json'
const codeOf = (run: unknown): Promise<string> => codeOfPromise(Promise.resolve(run))

/** Ana and Ben sign for releases, Ben alone for revocations; Cleo is nobody. First signers wait. */
async function staged() {
  const app = testApp({ keychain: memoryKeychain() })
  for (const name of ['Ana', 'Ben', 'Cleo']) await createKey(app, name, 'keychain')
  const signers = await app.desk.signers(never)
  const person = (name: string) => {
    const signer = signers.find(({ id }) => id === `file:${name}`)
    if (signer === undefined) throw new Error(name)
    return { text: () => asfaloadKeyText(signer.key) }
  }
  const [ana, ben] = [person('Ana'), person('Ben')]
  const backend = await AsfaloadBackend.start(2)
  backend.register(folder, signersText(2, { artifact: [[2, ana, ben]], revocation: [[1, ben]] }))
  const sourceId = await pin(app, `asfaload+${backend.origin}${folder}`, 'Loom')
  const one = async (subject: string) => {
    const found = (await app.calls['proposals.list']()).proposals.find((proposal) => proposal.subject === subject)
    if (found === undefined) throw new Error(`${subject} does not wait`)
    return found
  }
  const sign = async (subject: string, name: string) =>
    app.calls['proposals.approve']({ proposalId: (await one(subject)).id, signerId: `file:${name}` })
  return {
    app,
    backend,
    ben,
    sourceId,
    one,
    sign,
    waiting: async () => (await app.calls['proposals.list']()).proposals.length,
  }
}

test('first signers, a release that a key was told of, and a revocation that was made here', async () => {
  const { app, backend, ben, sourceId, one, sign, waiting } = await staged()
  expect((await one('signers')).elsewhere).toContain('by itself')
  // It is nothing that a repository of ours keeps: nothing is withdrawn from here.
  const view = await app.calls['proposals.get']({ proposalId: (await one('signers')).id })
  expect([view.served, view.withdrawable]).toEqual([undefined, false])
  expect(await sign('signers', 'Ana')).toMatchObject({ byItself: { kind: 'waits' }, sentTo: expect.any(String) })
  const { id: proposalId } = await one('signers')
  expect(await codeOf(app.calls['proposals.publish']({ proposalId }))).toBe('usage/invalid')
  expect(await sign('signers', 'Ben')).toMatchObject({ byItself: { kind: 'published' } })
  expect(await waiting()).toBe(0)

  backend.wait(folder + path, indexText())
  expect(await waiting()).toBe(0)
  backend.asked.length = 0
  const { sees, releases } = await app.calls['project.get']({ sourceId })
  expect([sees.kind === 'known' && sees.keys.map(({ id }) => id), releases]).toEqual([['file:Ana', 'file:Ben'], []])
  // Looking asks no key for anything.
  expect(backend.signedQuestions()).toEqual([])
  const ask = (asked: { release?: string; signerId?: string }) => app.calls['project.ask']({ sourceId, ...asked })
  expect(await codeOf(ask({ signerId: 'file:Cleo' }))).toBe('signer/wrong-key')
  expect(await codeOf(ask({ signerId: 'file:Nobody' }))).toBe('signer/absent')
  expect(await codeOf(ask({ release: 'releases/tag/v9' }))).toBe('source/not-found')
  expect(backend.signedQuestions()).toEqual([])
  // What is listed and served otherwise is no silence, and it is not kept as known.
  backend.faults.lists = (all) => all.map((one) => ({ ...one, digest: `sha512:${'ab'.repeat(64)}` }))
  expect(await ask({ signerId: 'file:Ana' })).toMatchObject({
    ...{ waits: 0, problems: [{ subject: `release/${path}`, error: { code: 'trust/changed' } }] },
  })
  expect(await waiting()).toBe(0)
  delete backend.faults.lists
  backend.asked.length = 0
  expect(await ask({ signerId: 'file:Ana' })).toEqual({ waits: 1, problems: [] })
  expect(backend.signedQuestions()).toEqual(['pending_signatures'])
  expect(await waiting()).toBe(1)
  for (const name of ['Ana', 'Ben']) await sign(`release/${path}`, name)
  expect((await app.calls['project.get']({ sourceId })).releases).toMatchObject([{ path, standing: 'signed' }])

  const subject = `revocation/${path}`
  const edits = [{ kind: 'revocation', by: ben.text() }] as const
  const { digest } = await app.calls['drafts.preview']({ sourceId, subject, edits: [...edits] })
  await app.calls['drafts.propose']({ sourceId, digest, replace: 'no', sentence: '' })
  expect(backend.posts().filter(([where]) => where === 'revoke')).toEqual([])
  expect(await sign(subject, 'Ben')).toMatchObject({ byItself: { kind: 'published' } })
  expect((await app.calls['project.get']({ sourceId })).releases).toMatchObject([{ path, standing: 'revoked' }])
  expect(await waiting()).toBe(0)
})

test('a signers file that waits and cannot be read is one problem, and the project is shown', async () => {
  const { app, backend, sourceId, sign, waiting } = await staged()
  for (const name of ['Ana', 'Ben']) await sign('signers', name)
  backend.register(folder, utf8('{"version": 99}'))
  backend.wait(folder + path, indexText())
  const { sees } = await app.calls['project.get']({ sourceId })
  expect(sees).toMatchObject({ kind: 'known', keys: [{ id: 'file:Ana' }, { id: 'file:Ben' }] })
  const problems = [{ subject: 'signers', error: { code: expect.stringMatching(/^format\//) } }]
  expect(await app.calls['project.ask']({ sourceId, signerId: 'file:Ana' })).toMatchObject({ waits: 1, problems })
  expect(await waiting()).toBe(1)
})

test('a release that a person names; what is asked of a folder is asked of nobody', async () => {
  const { app, backend, sourceId, sign, waiting } = await staged()
  for (const name of ['Ana', 'Ben']) await sign('signers', name)
  backend.wait(folder + path, indexText())
  expect(await app.calls['project.ask']({ sourceId, release: 'releases/tag/v1/' })).toEqual({ waits: 1, problems: [] })
  expect(await waiting()).toBe(1)
  await app.calls['sources.forget']({ sourceId })
  // With the trust goes what was known of it.
  const again = await pin(app, `asfaload+${backend.origin}${folder}`, 'Loom')
  expect(await waiting()).toBe(0)
  expect((await app.calls['project.get']({ sourceId: again })).releases).toEqual([])
})
