// The house with a second trust system in it, which nothing above the registry knows: pinned, reviewed, signed, published and carried
// like the first one, in the window and below it.
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { carriedForms } from '../../src/core/systems/carried-forms.ts'
import { chainOf, rootWith } from '../../src/core/transfer/compared-root.ts'
import { lookAtRequest } from '../../src/core/transfer/look.ts'
import { parseReply } from '../../src/core/transfer/reply.ts'
import { parseRequest } from '../../src/core/transfer/request.ts'
import { inspectAnchor, inspectRepository } from '../../src/node/inspect.ts'
import { notTuf, tufSource } from '../../src/node/open-source.ts'
import { createRehearsalKey } from '../../src/node/signers/rehearsal.ts'
import { openWorkspace } from '../../src/node/workspace.ts'
import { pin, type TestApp, testApp, waitingProposal } from '../support/app-handlers.ts'
import { folderRepository } from '../support/folder-repository.ts'
import { keyList, unsignedNote, withNotes } from '../support/notes-system.ts'
import { holder, never, now } from '../support/repository.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { codeOfCall, codeOfPromise } from '../support/thrown.ts'

const who = ['Ana', 'Ben', 'Cleo']
let [app, folder]: [TestApp, string] = [undefined as never, '']

/** Two of three keys, which are all here, must sign the note that waits. */
beforeEach(async () => {
  folder = temporaryFolder()
  app = testApp({ systems: withNotes })
  const signers = []
  for (const owner of who) {
    const { key } = await createRehearsalKey(app.desk.workspace.rehearsal, owner, 'ed25519', never)
    signers.push({ owner, key })
  }
  mkdirSync(join(folder, 'notes'))
  writeFileSync(join(folder, 'notes/keys.json'), keyList(2, signers))
  writeFileSync(join(folder, 'notes/next.json'), unsignedNote('closed on Monday'))
})

const refusal = (ask: () => unknown): Promise<string> => codeOfPromise((async () => ask())())
const sign = (one: TestApp, proposalId: string, name: string) =>
  one.calls['proposals.approve']({ proposalId, signerId: `rehearsal:${name}` })

test('is recognised, told in its own words, pinned, reviewed, signed and published', async () => {
  const inspection = await app.calls['sources.inspect']({ location: folder })
  expect(inspection).toMatchObject({ anchorWord: 'key list', title: 'Key list 1', suggestedName: 'Notes' })
  expect(inspection.quorums).toMatchObject([{ threshold: 2, holders: who.map((owner) => ({ owner })) }])
  const sourceId = await pin(app, folder)
  expect(await openWorkspace(app.dataDir).sources()).toMatchObject([{ id: sourceId, system: 'notes' }])
  const [source] = await app.calls['sources.list']()
  expect(source).toMatchObject({ inside: false, state: { anchorTitle: 'Key list 1', roles: [{ name: 'note' }] } })
  expect(source?.state?.roles[0]).not.toHaveProperty('expires')

  const { id, mine } = await waitingProposal(app)
  expect(mine).toBe(true)
  const view = await app.calls['proposals.get']({ proposalId: id })
  expect(view).toMatchObject({ withdrawable: false, signers: [{}, {}, {}] })
  expect((await app.calls['proposals.effects']({ proposalId: id })).asked).toBe(0)
  expect((await app.calls['proposals.raw']({ proposalId: id })).after).toContain('closed on Monday')
  expect(await sign(app, id, 'Ana')).toMatchObject({ complete: false })
  expect(await refusal(() => app.calls['proposals.publish']({ proposalId: id }))).toBe('trust/threshold')
  expect(await sign(app, id, 'Cleo')).toMatchObject({ complete: true })
  await app.calls['proposals.publish']({ proposalId: id })
  expect(readFileSync(join(folder, 'notes/note.json'), 'utf8')).toContain('closed on Monday')
  expect((await app.calls['proposals.list']()).proposals).toEqual([])
})

test('what is done in TUF repositories alone is refused, and a TUF repository beside it is one', async () => {
  const sourceId = await pin(app, folder)
  const { id } = await waitingProposal(app)
  const source = await app.desk.open(sourceId)
  expect(codeOfCall(() => tufSource(source))).toBe('usage/invalid')
  // No other system's commands are named.
  expect(notTuf(source).hint).not.toMatch(/asfaload|release/)
  const { calls } = app
  const refused = [
    () => calls['repository.get']({ sourceId }),
    () => calls['releases.list']({ sourceId }),
    () => calls['drafts.preview']({ sourceId, subject: 'note', edits: [] }),
    () => calls['drafts.withdraw']({ proposalId: id }),
  ]
  for (const one of refused) expect(await refusal(one)).toBe('usage/invalid')
  const other = await folderRepository([await holder('Dana')])
  expect(await inspectRepository(other.folder, now, never, { systems: withNotes })).toMatchObject({ system: 'tuf' })
  const tufId = await pin(app, other.folder, 'Beside')
  expect((await app.calls['sources.list']()).find((one) => one.id === tufId)?.inside).toBe(true)
  expect(tufSource(await app.desk.open(tufId)).layout).toBeDefined()
})

test('a house that does not know it keeps the pin, and opens nothing', async () => {
  const sourceId = await pin(app, folder)
  const older = testApp({ dataDir: app.dataDir })
  expect(await codeOfPromise(older.desk.open(sourceId))).toBe('format/unsupported')
  const [source] = await older.calls['sources.list']()
  expect(source).toMatchObject({ inside: false, problem: { code: 'format/unsupported' } })
  const bytes = new Uint8Array(readFileSync(join(folder, 'notes/keys.json')))
  expect(await inspectAnchor(folder, bytes, 'it', withNotes.forms)).toMatchObject({ system: 'notes' })
  expect(await codeOfPromise(inspectAnchor(folder, bytes, 'it'))).toBe('format/malformed')
})

test('is carried over an air gap, signed there, and its replies are put in place', async () => {
  const stick = temporaryFolder()
  const off = testApp({ systems: withNotes, picks: stick })
  app = testApp({ systems: withNotes, picks: stick, dataDir: app.dataDir })
  cpSync(join(app.dataDir, 'rehearsal-keys.json'), join(off.dataDir, 'rehearsal-keys.json'))
  const sourceId = await pin(app, folder)
  const { id: proposalId } = await waitingProposal(app)
  await sign(app, proposalId, 'Ana')
  const out = await app.calls['carry.prepare']({ proposalId, what: 'out' })
  const { path: request = '' } = await app.calls['carry.save']({ departureId: out.departureId })

  const handed = await off.calls['carry.look']({ from: 'file', path: request })
  if (handed.kind !== 'request' || handed.pin === undefined) throw new Error('no request with something to pin')
  const { ask, words, anchorWord } = handed.pin
  expect(anchorWord).toBe('key list')
  const answers = Object.fromEntries(ask.map((at) => [String(at), words[at - 1] ?? '']))
  const { proposalId: there } = await off.calls['carry.receive']({ handedId: handed.handedId, answers, replace: 'no' })
  expect(await off.calls['proposals.get']({ proposalId: there })).toMatchObject({ carried: { madeHere: 0 } })
  expect(await refusal(() => off.calls['proposals.publish']({ proposalId: there }))).toBe('usage/invalid')
  await off.calls['carry.skip']({ proposalId: there })
  expect(await sign(off, there, 'Ben')).toMatchObject({ carried: true, complete: true })
  const again = await off.calls['carry.look']({ from: 'file', path: request })
  expect(again).toMatchObject({ vouchedBy: handed.pin.suggestedName })

  const back = await off.calls['carry.prepare']({ proposalId: there, what: 'back' })
  const { path: reply = '' } = await off.calls['carry.save']({ departureId: back.departureId })
  const came = await app.calls['carry.look']({ from: 'file', path: reply })
  expect(came).toMatchObject({ kind: 'reply', signatures: 1, places: [{ proposalId }] })
  const combined = await app.calls['carry.combine']({ handedIds: [came.handedId], sourceId })
  expect(combined).toMatchObject({ replies: [{ signatures: [{ outcome: 'added' }] }], proposals: [{ complete: true }] })
  await app.calls['proposals.publish']({ proposalId })

  const [asked, answered] = [request, reply].map((file) => new Uint8Array(readFileSync(file)))
  if (asked === undefined || answered === undefined) throw new Error('nothing on the stick')
  const looked = await lookAtRequest(asked, 'it', withNotes.forms, { now, signal: never })
  const chain = await chainOf(looked)
  expect(looked.words).toHaveLength(32)
  expect(rootWith(looked.anchor?.digest ?? '', chain)).toBe(chain[0])
  expect(codeOfCall(() => parseRequest(asked, 'it', carriedForms))).toBe('format/unsupported')
  expect(codeOfCall(() => parseReply(answered, 'it', carriedForms))).toBe('format/unsupported')
})
