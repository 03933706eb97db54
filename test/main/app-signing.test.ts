// The calls of the window about changes, on a real workspace: reading, signing with a passphrase key, cancelling, publishing.
import { expect, test } from 'vitest'
import { contract } from '../../src/ipc/contract.ts'
import {
  called,
  createKey,
  passphrase,
  stuck,
  type TestApp,
  testApp,
  waiting,
  waitingProposal,
} from '../support/app-handlers.ts'
import { everythingIn } from '../support/temporary-folder.ts'
import { codeOfPromise } from '../support/thrown.ts'

test('a rehearsal key signs, the signature completes it, and it is published', async () => {
  const app = testApp({ sandboxed: false })
  await app.calls['demo.start']()
  const [summary] = (await app.calls['proposals.list']()).proposals
  const proposalId = summary?.id ?? ''
  const view = await app.calls['proposals.get']({ proposalId })
  expect(view.signers).toMatchObject([{ id: 'rehearsal:You', owner: 'You', rehearsal: true, asks: 'nothing' }])
  expect(view.wouldComplete).toBe(true)
  const raw = await app.calls['proposals.raw']({ proposalId })
  const { changes } = await app.calls['proposals.get']({ proposalId })
  expect(await app.calls['proposals.changes']({ proposalId, offset: 1, limit: 500 })).toEqual(changes.slice(1))
  // A root changes no artifact: there is nothing to ask clients about.
  expect(await app.calls['proposals.effects']({ proposalId })).toMatchObject({ asked: 0, shown: [] })
  expect(raw.truncated).toBe(false)
  expect([raw.before, raw.after].map((text) => JSON.parse(text ?? '').signed.version)).toEqual([2, 3])
  expect(await codeOfPromise(publish(app, proposalId))).toBe('trust/threshold')
  const signed = await app.calls['proposals.approve']({ proposalId, signerId: 'rehearsal:You' })
  expect(signed).toMatchObject({ kind: 'signed', complete: true, rehearsal: true, digest: view.digest })
  expect(signed.files).toEqual(['metadata/pending/root.json'])
  expect(await codeOfPromise(approve(app, proposalId, 'rehearsal:You'))).toBe('usage/invalid')
  const published = await app.calls['proposals.publish']({ proposalId })
  expect(published).toMatchObject({ kind: 'published', digest: view.digest })
  expect(published.files).toContain('metadata/3.root.json')
  expect(await codeOfPromise(publish(app, proposalId))).toBe('trust/changed')
  expect((await app.calls['sources.list']())[0]?.state?.anchorVersion).toBe(3)
})

const approve = async (app: TestApp, proposalId: string, signerId = 'file:dana') =>
  app.calls['proposals.approve']({ proposalId, signerId })
const publish = async (app: TestApp, proposalId: string) => app.calls['proposals.publish']({ proposalId })

test('a wrong passphrase three times signs nothing and is asked no fourth time', async () => {
  const app = testApp()
  const { repository, proposal } = await waiting(app)
  const before = everythingIn(repository.folder)
  app.person.replies = ['wrong one 1', 'wrong one 2', 'wrong one 3', passphrase]
  expect(await codeOfPromise(approve(app, proposal.id))).toBe('signer/pin-wrong')
  expect(app.person.asked.map((request) => request.wasWrong ?? false)).toEqual([false, true, true])
  expect(everythingIn(repository.folder)).toEqual(before)
})

test('a passphrase that is right at the second try signs, knowing what it is for', async () => {
  const app = testApp()
  const { repository, proposal } = await waiting(app)
  const { signers } = await app.calls['proposals.get']({ proposalId: proposal.id })
  expect(signers).toMatchObject([{ id: 'file:dana', owner: 'Dana', asks: 'passphrase', rehearsal: false }])
  app.person.replies = ['wrong one 1', passphrase]
  const receipt = await approve(app, proposal.id)
  expect(receipt).toMatchObject({ kind: 'signed', complete: true, rehearsal: false })
  for (const { purpose } of app.person.asked) expect(purpose).toContain(proposal.headline)
  expect(app.person.asked.map((request) => request.wasWrong ?? false)).toEqual([false, true])
  expect(repository.text('metadata/pending/root.json').match(/"sig"/g)).toHaveLength(1)
  expect(app.person.given.flatMap((bytes) => [...bytes]).some((byte) => byte !== 0)).toBe(false)
  expect((await waitingProposal(app)).mine).toBe(false)
})

test('without the sandbox a real key is refused before anything is asked', async () => {
  const app = testApp()
  const { repository, proposal } = await waiting(app)
  const unsafe = testApp({ sandboxed: false, dataDir: app.dataDir })
  expect(await codeOfPromise(approve(unsafe, proposal.id))).toBe('signer/unsupported')
  expect(unsafe.person.asked).toEqual([])
  expect(repository.text('metadata/pending/root.json')).not.toContain('"sig"')
})

test('one at a time: a second signature, publication or new key is refused while one waits', async () => {
  const app = testApp()
  const { repository, proposal } = await waiting(app)
  const before = everythingIn(repository.folder)
  const opened = stuck(app)
  const first = approve(app, proposal.id)
  await opened
  expect(await codeOfPromise(approve(app, proposal.id))).toBe('signer/busy')
  expect(await codeOfPromise(publish(app, proposal.id))).toBe('signer/busy')
  expect(await codeOfPromise(createKey(app))).toBe('signer/busy')
  expect(app.person.asked).toHaveLength(1)
  await app.calls['proposals.cancel']()
  expect(await codeOfPromise(first)).toBe('user/cancelled')
  expect(everythingIn(repository.folder)).toEqual(before)
  app.person.replies = [passphrase]
  expect(await approve(app, proposal.id)).toMatchObject({ complete: true })
})

test('cancelling when nothing runs does nothing, also to what runs next', async () => {
  const app = testApp()
  const { proposal } = await waiting(app)
  await app.calls['proposals.cancel']()
  app.person.replies = [passphrase]
  expect(await approve(app, proposal.id)).toMatchObject({ kind: 'signed' })
})

test('a change that was replaced while the passphrase was typed is not signed', async () => {
  const app = testApp()
  const { repository, proposal } = await waiting(app)
  app.person.replies = [
    async () => {
      repository.propose('root', (fields) => {
        for (const role of Object.values(fields.roles ?? {}))
          Object.assign(role ?? {}, { threshold: 1, 'x-note': 'new' })
      })
      return new TextEncoder().encode(passphrase)
    },
  ]
  const promise = approve(app, proposal.id)
  expect(await codeOfPromise(promise)).toBe('source/conflict')
  expect(repository.text('metadata/pending/root.json')).not.toContain('"sig"')
  expect(await codeOfPromise(approve(app, proposal.id))).toBe('trust/changed')
})

test('an id of another repository, or of nothing, is refused', async () => {
  const app = testApp()
  const { proposal } = await waiting(app)
  for (const proposalId of ['', ':', 'nothing', `0000:${proposal.id}`]) {
    expect(await codeOfPromise(approve(app, proposalId)), proposalId).toBe('source/not-found')
  }
  expect(await codeOfPromise(approve(app, `${proposal.sourceId}:root/0`))).toBe('trust/changed')
  expect(await codeOfPromise(approve(app, proposal.id, 'file:nobody'))).toBe('signer/absent')
})

test('every such call of the contract was made here, and each answer was plain data', () => {
  const names = Object.keys(contract).filter((name) => name.startsWith('proposals.'))
  expect([...called].filter((name) => names.includes(name)).sort()).toEqual(names.sort())
})
