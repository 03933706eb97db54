// The calls of the window on a real workspace: pinning, listing, signing, cancelling, publishing.
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { AppError } from '../../src/core/error.ts'
import { isSameKey } from '../../src/core/key.ts'
import type { KeyHolder } from '../../src/core/systems/tuf/create.ts'
import { contract, type ProposalSummary } from '../../src/ipc/contract.ts'
import { called, type FolderRepository, folderRepository, pin, type TestApp, testApp } from '../support/app-handlers.ts'
import { holder, never } from '../support/repository.ts'
import { everythingIn, temporaryFolder } from '../support/temporary-folder.ts'
import { codeOfPromise } from '../support/thrown.ts'

const passphrase = 'correct horse battery'

/** A repository whose root may be signed by a passphrase key of this machine, with a renewal that waits for it. */
async function waiting(app: TestApp): Promise<{ repository: FolderRepository; proposal: ProposalSummary }> {
  app.person.replies.push(passphrase, passphrase)
  await app.calls['keys.create']({ name: 'dana', scheme: 'ed25519', protection: 'passphrase' })
  const mine = (await app.desk.signers(never)).find((signer) => signer.id === 'file:dana')
  if (mine === undefined) throw new Error('no key')
  app.person.replies.push(passphrase, passphrase)
  const holders: KeyHolder[] = [{ owner: 'Dana', signer: mine }, await holder('Ben')]
  const repository = await folderRepository(holders)
  await repository.propose('root')
  await pin(app, repository.folder)
  app.person.asked.length = 0
  app.person.given.length = 0
  return { repository, proposal: await only(app) }
}

async function only(app: TestApp): Promise<ProposalSummary> {
  const { proposals, problems } = await app.calls['proposals.list']()
  expect(problems).toEqual([])
  const [proposal, ...others] = proposals
  if (proposal === undefined || others.length > 0) throw new Error(`${proposals.length} proposals`)
  return proposal
}

test('the app says what it is', async () => {
  const app = testApp({ sandboxed: false, picks: '/somewhere' })
  const info = await app.calls['app.info']()
  expect(info).toMatchObject({ shell: 'chromium', sandboxed: false, canPick: true, dataDir: app.dataDir })
  expect(await app.calls['sources.pick']()).toEqual({ location: '/somewhere' })
  expect(await testApp().calls['sources.pick']()).toEqual({})
})

test('a root is pinned by the words that were asked for, and by no others', async () => {
  const app = testApp()
  const repository = await folderRepository([await holder('Ana')])
  const { location, ask, words, suggestedName } = await app.calls['sources.inspect']({ location: repository.folder })
  expect(suggestedName).toBe('packages')
  expect(new Set(ask).size).toBe(2)
  expect(ask.every((position) => position >= 1 && position <= words.length)).toBe(true)
  const right = Object.fromEntries(ask.map((position) => [String(position), words[position - 1] ?? '']))
  const before = everythingIn(app.dataDir)
  for (const position of ask) {
    const answers = { ...right, [String(position)]: 'wrong' }
    expect(await codeOfPromise(pinWith(app, location, answers))).toBe('trust/changed')
    const { [String(position)]: _, ...missing } = right
    expect(await codeOfPromise(pinWith(app, location, missing))).toBe('trust/changed')
  }
  // The right words, but of other positions.
  const [one = '', two = ''] = Object.keys(right)
  const swapped = { [one]: right[two] ?? '', [two]: right[one] ?? '' }
  if (right[one] !== right[two]) expect(await codeOfPromise(pinWith(app, location, swapped))).toBe('trust/changed')
  expect(everythingIn(app.dataDir)).toEqual(before)
  expect(app.notices).toEqual([])
  const typed = Object.fromEntries(Object.entries(right).map(([position, word]) => [position, ` ${word.toUpperCase()} `]))
  const pinned = await pinWith(app, location, typed)
  expect(pinned).toMatchObject({ name: 'P', state: { anchorVersion: 1, words } })
  expect(await app.calls['sources.list']()).toEqual([pinned])
  expect(app.notices).toEqual([{ kind: 'changed' }])
})

const pinWith = async (app: TestApp, location: string, answers: Record<string, string>) =>
  app.calls['sources.pin']({ location, name: 'P', answers })

test('nothing is pinned that was not looked at, and nothing twice', async () => {
  const app = testApp()
  const { folder } = await folderRepository([await holder('Ana')])
  expect(await codeOfPromise(pinWith(app, folder, {}))).toBe('usage/invalid')
  const id = await pin(app, folder)
  expect(await codeOfPromise(pinWith(app, folder, {}))).toBe('usage/invalid')
  expect(await codeOfPromise(inspect(app, folder))).toBe('usage/invalid')
  await app.calls['sources.forget']({ sourceId: id })
  expect(await app.calls['sources.list']()).toEqual([])
  expect(await codeOfPromise(forget(app, id))).toBe('source/not-found')
  await pin(app, folder)
})

const inspect = async (app: TestApp, location: string) => app.calls['sources.inspect']({ location })
const forget = async (app: TestApp, sourceId: string) => app.calls['sources.forget']({ sourceId })

test('a place without a repository is told before anything is asked', async () => {
  const app = testApp()
  expect(await codeOfPromise(inspect(app, temporaryFolder()))).toBe('source/not-found')
  expect(await codeOfPromise(inspect(app, join(temporaryFolder(), 'nothing')))).toBe('source/not-found')
})

test('what is pinned is what was shown, whatever lies there by then', async () => {
  const app = testApp()
  const shown = await folderRepository([await holder('Ana')])
  const other = await folderRepository([await holder('Mallory')])
  const { location, ask, words, digest } = await app.calls['sources.inspect']({ location: shown.folder })
  for (const name of ['1.root.json', '1.targets.json', '1.snapshot.json', 'timestamp.json']) {
    shown.put(`metadata/${name}`, other.text(`metadata/${name}`))
  }
  const answers = Object.fromEntries(ask.map((position) => [String(position), words[position - 1] ?? '']))
  const view = await app.calls['sources.pin']({ location, name: 'P', answers })
  expect(view.problem?.code).toMatch(/^trust\//)
  const { anchor } = await app.desk.workspace.trust(view.id)
  expect(new TextDecoder().decode(anchor)).toContain('Ana')
  expect(view.state?.digest ?? digest).toBe(digest)
})

test('a broken repository is a problem beside the good ones, in their order', async () => {
  const app = testApp()
  const all = await Promise.all(['Ana', 'Ben', 'Cleo'].map(async (name) => folderRepository([await holder(name)])))
  for (const [i, { folder }] of all.entries()) await pin(app, folder, `repository ${i}`)
  await Promise.all(all.map((one) => one.propose('root')))
  all[1]?.put('metadata/timestamp.json', '{')
  all[1]?.put('metadata/pending/root.json', '{}')
  const views = await app.calls['sources.list']()
  expect(views.map((view) => [view.name, view.problem?.code])).toEqual([
    ['repository 0', undefined],
    ['repository 1', 'format/malformed'],
    ['repository 2', undefined],
  ])
  const inbox = await app.calls['proposals.list']()
  expect(inbox.proposals.map((one) => one.sourceName)).toEqual(['repository 0', 'repository 2'])
  expect(inbox.problems.map((one) => [one.sourceName, one.subject, one.error.code])).toEqual([
    ['repository 1', 'root', 'format/malformed'],
  ])
  // A pinned root that was lost on this machine is the trouble of one repository too.
  writeFileSync(join(app.dataDir, 'sources', views[2]?.id ?? '', 'anchor'), 'something else')
  rmSync(all[0]?.folder ?? '', { recursive: true })
  const codes = (await app.calls['sources.list']()).map((view) => view.problem?.code)
  expect(codes).toEqual(['source/not-found', 'format/malformed', 'format/malformed'])
  const { problems } = await app.calls['proposals.list']()
  expect(problems.map((one) => one.sourceName)).toEqual(['repository 0', 'repository 1', 'repository 2'])
})

test('lists asked for at the same time, for the first time, disturb each other in nothing', async () => {
  const app = testApp()
  for (const name of ['Ana', 'Ben', 'Cleo']) await pin(app, (await folderRepository([await holder(name)])).folder, name)
  const again = testApp({ dataDir: app.dataDir })
  for (const { id } of await app.desk.workspace.sources()) {
    rmSync(join(app.dataDir, 'sources', id, 'memory'), { recursive: true })
    rmSync(join(app.dataDir, 'sources', id, 'successor'))
  }
  const lists = await Promise.all([1, 2, 3].map(async () => again.calls['sources.list']()))
  for (const list of lists) expect(list.map((view) => view.problem ?? view.name)).toEqual(['Ana', 'Ben', 'Cleo'])
})

test('the demo is one repository, however often it is started', async () => {
  const app = testApp()
  const first = await app.calls['demo.start']()
  expect(first).toMatchObject({ rehearsal: true, state: { anchorVersion: 2 } })
  expect(await app.calls['demo.start']()).toEqual(first)
  expect(await app.calls['sources.list']()).toEqual([first])
  const { proposals } = await app.calls['proposals.list']()
  expect(proposals.map(({ subject, mine, risk }) => [subject, mine, risk])).toEqual([
    ['root', true, 'dangerous'],
    ['targets', true, 'routine'],
  ])
})

test('a rehearsal key signs, the signature completes it, and it is published', async () => {
  const app = testApp({ sandboxed: false })
  await app.calls['demo.start']()
  const [summary] = (await app.calls['proposals.list']()).proposals
  const proposalId = summary?.id ?? ''
  const view = await app.calls['proposals.get']({ proposalId })
  expect(view.signers).toMatchObject([{ id: 'rehearsal:You', owner: 'You', rehearsal: true, asks: 'nothing' }])
  expect(view.wouldComplete).toBe(true)
  const raw = await app.calls['proposals.raw']({ proposalId })
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
  expect((await only(app)).mine).toBe(false)
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

const createKey = async (app: TestApp) =>
  app.calls['keys.create']({ name: 'late', scheme: 'ed25519', protection: 'passphrase' })

/** The next question stays open until it is cancelled; settles when it is asked. */
function stuck(app: TestApp): Promise<void> {
  return new Promise((opened) => {
    app.person.replies = [
      (_request, signal) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(new AppError({ code: 'user/cancelled', message: 'no' })))
          opened()
        }),
    ]
  })
}

test('cancelling when nothing runs does nothing, also to what runs next', async () => {
  const app = testApp()
  const { proposal } = await waiting(app)
  await app.calls['proposals.cancel']()
  app.person.replies = [passphrase]
  expect(await approve(app, proposal.id)).toMatchObject({ kind: 'signed' })
})

test('a new passphrase that waits can be cancelled like a signature', async () => {
  const app = testApp()
  const opened = stuck(app)
  const creation = createKey(app)
  await opened
  await app.calls['proposals.cancel']()
  expect(await codeOfPromise(creation)).toBe('user/cancelled')
  expect(await app.calls['keys.list']()).toEqual([])
})

test('a change that was replaced while the passphrase was typed is not signed', async () => {
  const app = testApp()
  const { repository, proposal } = await waiting(app)
  app.person.replies = [
    async () => {
      await repository.propose('root', (fields) => {
        for (const role of Object.values(fields.roles ?? {})) Object.assign(role ?? {}, { threshold: 1, 'x-note': 'new' })
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

test('keys say where they can sign; their public half goes out and comes in', async () => {
  const app = testApp()
  const { repository } = await waiting(app)
  const [key] = await app.calls['keys.list']()
  expect(key).toMatchObject({ id: 'file:dana', protection: 'passphrase', usedIn: ['Packages: root', 'Packages: targets'] })
  const { pem } = await app.calls['keys.export']({ keyId: 'file:dana' })
  expect(repository.text('metadata/1.root.json')).toContain(pem.trim().split('\n')[1])
  const imported = await app.calls['keys.import']({ name: 'dana-public', pem })
  expect(imported).toMatchObject({ id: 'file:dana-public', protection: 'public-only', fingerprint: key?.fingerprint })
  await app.calls['keys.delete']({ keyId: 'file:dana' })
  expect((await app.calls['keys.list']()).map(({ id }) => id)).toEqual(['file:dana-public'])
  expect((await app.desk.signers(never)).length).toBe(0)
  expect(await codeOfPromise(importKey(app, 'not a key'))).toBe('format/malformed')
})

const importKey = async (app: TestApp, pem: string) => app.calls['keys.import']({ name: 'other', pem })

test('the keys of the demo are listed and exported, and stay', async () => {
  const app = testApp()
  await app.calls['demo.start']()
  const keys = await app.calls['keys.list']()
  expect(keys.map(({ id, protection }) => [id, protection])).toEqual([
    ['rehearsal:You', 'rehearsal'],
    ['rehearsal:Online', 'rehearsal'],
  ])
  const before = readFileSync(join(app.dataDir, 'rehearsal-keys.json'), 'utf8')
  const { pem } = await app.calls['keys.export']({ keyId: 'rehearsal:You' })
  expect(before).toContain(JSON.stringify(pem).slice(1, -1))
  expect(await codeOfPromise(deleteKey(app, 'rehearsal:You'))).toBe('usage/invalid')
  expect(await codeOfPromise(deleteKey(app, 'file:nobody'))).toBe('signer/absent')
  expect(readFileSync(join(app.dataDir, 'rehearsal-keys.json'), 'utf8')).toBe(before)
  const [one, two] = await app.desk.signers(never)
  expect(one !== undefined && two !== undefined && isSameKey(one.key, two.key)).toBe(false)
})

const deleteKey = async (app: TestApp, keyId: string) => app.calls['keys.delete']({ keyId })

test('every call of the contract was made here, and each answer was plain data', () => {
  expect([...called].sort()).toEqual(Object.keys(contract).sort())
})
