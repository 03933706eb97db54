// The air gap in the window, on two real workspaces: a request leaves, is taken in, compared with a second screen and signed; the
// reply goes back. What was handed over does nothing by itself, and the words of the other screen never come to the window.
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseBase64, toBase64 } from '../../src/core/bytes.ts'
import { carriedForms } from '../../src/core/systems/carried-forms.ts'
import { pack, unpack } from '../../src/core/transfer/deflate.ts'
import { lookAtRequest } from '../../src/core/transfer/look.ts'
import { parseReply } from '../../src/core/transfer/reply.ts'
import { carryCalls } from '../../src/ipc/carry.ts'
import type { HandedReply, HandedRequest } from '../../src/ipc/contract.ts'
import { type TestApp, testApp } from '../support/app-handlers.ts'
import { never, now } from '../support/repository.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { codeOfPromise } from '../support/thrown.ts'

const codeOf = async (asked: unknown) => codeOfPromise(Promise.resolve(asked))

interface Gap {
  on: TestApp
  off: TestApp
  /** What both can reach: a stick. */
  stick: string
  proposalId: string
}

/** The demo is made once, and every test finds it as the first one did. */
const shared = mkdtempSync(join(tmpdir(), 'countersign-carry-calls-'))
const [home, kept] = [join(shared, 'on'), join(shared, 'kept')]
beforeAll(async () => {
  await testApp({ dataDir: home }).calls['demo.start']()
  cpSync(home, kept, { recursive: true })
})
afterAll(() => rmSync(shared, { recursive: true, force: true }))

/** Two installations; the rehearsal key of the demo is on the one without a network. */
async function gap(subject = 'root'): Promise<Gap> {
  const stick = temporaryFolder()
  rmSync(home, { recursive: true, force: true })
  cpSync(kept, home, { recursive: true })
  const on = testApp({ picks: stick, dataDir: home })
  const off = testApp({ picks: stick })
  cpSync(join(on.dataDir, 'rehearsal-keys.json'), join(off.dataDir, 'rehearsal-keys.json'))
  const summary = (await on.calls['proposals.list']()).proposals.find((one) => one.subject === subject)
  return { on, off, stick, proposalId: summary?.id ?? '' }
}

async function saved(app: TestApp, proposalId: string, what: 'out' | 'back' | 'screen'): Promise<string> {
  const departure = await app.calls['carry.prepare']({ proposalId, what, reason: 'Dana left', askedBy: 'Priya' })
  const { path = '' } = await app.calls['carry.save']({ departureId: departure.departureId })
  return path
}

async function handRequest(app: TestApp, path: string): Promise<HandedRequest> {
  const handed = await app.calls['carry.look']({ from: 'file', path })
  if (handed.kind !== 'request') throw new Error('no request')
  return handed
}

async function handReply(app: TestApp, path: string): Promise<HandedReply> {
  const handed = await app.calls['carry.look']({ from: 'file', path })
  if (handed.kind !== 'reply') throw new Error('no reply')
  return handed
}

function answersOf({ pin }: HandedRequest): Record<string, string> {
  return Object.fromEntries((pin?.ask ?? []).map((at) => [String(at), pin?.words[at - 1] ?? '']))
}

async function takeIn({ on, off, proposalId }: Gap): Promise<{ id: string; file: string }> {
  const file = await saved(on, proposalId, 'out')
  const handed = await handRequest(off, file)
  const answers = answersOf(handed)
  const { handedId } = handed
  const received = await off.calls['carry.receive']({ handedId, name: 'Packages', answers, replace: 'no' })
  return { id: received.proposalId, file }
}

async function wordsOf(file: string): Promise<readonly string[]> {
  const bytes = new Uint8Array(readFileSync(file))
  return (await lookAtRequest(bytes, file, carriedForms, { now, signal: never })).words
}

async function compare(app: TestApp, proposalId: string, file: string): Promise<void> {
  const { ask } = await app.calls['carry.ask']({ proposalId })
  const words = await wordsOf(file)
  const answers = Object.fromEntries(ask.map((at) => [String(at), words[at - 1] ?? '']))
  await app.calls['carry.answer']({ proposalId, answers })
}

const sign = (app: TestApp, proposalId: string) =>
  app.calls['proposals.approve']({ proposalId, signerId: 'rehearsal:You' })

test('a request goes out as a file, is signed, and its reply completes the change', async () => {
  const both = await gap()
  const { on, off, proposalId } = both
  const { id, file } = await takeIn(both)
  const view = await off.calls['proposals.get']({ proposalId: id })
  expect(view).toMatchObject({ carried: { askedBy: 'Priya', reason: 'Dana left', madeHere: 0 }, mine: true })
  expect(view.carried).not.toHaveProperty('secondScreen')
  await compare(off, id, file)
  expect((await off.calls['proposals.get']({ proposalId: id })).carried?.secondScreen).toBe('compared')
  expect(await sign(off, id)).toMatchObject({ kind: 'signed', secondScreen: 'compared', carried: true })
  const back = await saved(off, id, 'back')
  const reply = await handReply(on, back)
  expect(reply).toMatchObject({ secondScreen: 'compared', signatures: 1, places: [{ proposalId }] })
  const { handedId } = reply
  const sourceId = reply.places[0]?.sourceId ?? ''
  expect(await on.calls['carry.combine']({ handedIds: [handedId], sourceId })).toMatchObject({
    replies: [{ signatures: [{ who: 'You', outcome: 'added' }] }],
    proposals: [{ complete: true }],
  })
  expect(await on.calls['carry.combine']({ handedIds: [handedId, handedId], sourceId })).toMatchObject({
    replies: [{ signatures: [{ outcome: 'known' }] }, { signatures: [{ outcome: 'known' }] }],
    proposals: [{ complete: true }],
  })
  await on.calls['proposals.publish']({ proposalId })
  expect((await handReply(on, back)).places).toEqual([])
})

test('a change of targets is carried as well, with what clients will see of it', async () => {
  const both = await gap('targets')
  const { off } = both
  const { id } = await takeIn(both)
  expect(await off.calls['proposals.effects']({ proposalId: id })).toHaveProperty('asked')
  expect((await off.calls['sources.list']())[0]?.state?.roles.map(({ name }) => name)).toContain('root')
  await off.calls['carry.skip']({ proposalId: id })
  expect(await sign(off, id)).toMatchObject({ kind: 'signed', carried: true, complete: false })
  expect((await off.calls['proposals.list']()).problems).toEqual([])
  await off.calls['drafts.withdraw']({ proposalId: id })
  expect((await off.calls['proposals.list']()).proposals).toEqual([])
})

test('what is done where the repository is, is refused here with a reason', async () => {
  const both = await gap()
  const { id } = await takeIn(both)
  const { calls } = both.off
  const sourceId = id.slice(0, id.indexOf(':'))
  expect(await codeOf(calls['proposals.publish']({ proposalId: id }))).toBe('usage/invalid')
  expect(await codeOf(calls['drafts.preview']({ sourceId, subject: 'root', edits: [] }))).toBe('usage/invalid')
})

describe('what was handed over', () => {
  test('does nothing before somebody says so', async () => {
    const { on, off, proposalId } = await gap()
    const handed = await handRequest(off, await saved(on, proposalId, 'out'))
    expect(handed).toMatchObject({ title: 'Root 3', asked: { askedBy: 'Priya' }, pin: { version: 2 } })
    expect(await off.calls['sources.list']()).toEqual([])
    expect(await off.calls['proposals.list']()).toMatchObject({ proposals: [] })
  })

  test('is pinned by its own words and by no others, and nothing is left of a wrong try', async () => {
    const { on, off, proposalId } = await gap()
    const handed = await handRequest(off, await saved(on, proposalId, 'out'))
    const { handedId } = handed
    const wrong = Object.fromEntries(Object.keys(answersOf(handed)).map((at) => [at, 'aardvark']))
    for (const answers of [wrong, {}]) {
      const received = off.calls['carry.receive']({ handedId, name: 'P', answers, replace: 'no' })
      expect(await codeOf(received)).toBe('trust/changed')
    }
    expect(await off.calls['sources.list']()).toEqual([])
    expect(readdirSync(off.dataDir)).not.toContain('carried')
  })

  test('is vouched for by a repository that is pinned here, without words', async () => {
    const both = await gap()
    const { off } = both
    const { file } = await takeIn(both)
    const again = await handRequest(off, file)
    expect(again).toMatchObject({ vouchedBy: 'Packages', reasons: [] })
    expect(again).not.toHaveProperty('pin')
    expect(again).not.toHaveProperty('replaces')
    await off.calls['carry.receive']({ handedId: again.handedId, replace: 'no' })
    expect(await off.calls['sources.list']()).toHaveLength(1)
  })

  test('may be pasted, or come by codes, byte for byte the same', async () => {
    const { on, off, proposalId } = await gap()
    const { departureId, bytes } = await on.calls['carry.prepare']({ proposalId, what: 'out' })
    const codes = await on.calls['carry.codes']({ departureId })
    const packed = parseBase64(codes.packed, 'codes')
    const whole = await unpack(packed, 1e6)
    expect([codes.bytes, whole.length]).toEqual([bytes, bytes])
    const scanned = await off.calls['carry.look']({ from: 'codes', packed: codes.packed })
    const pasted = await off.calls['carry.look']({ from: 'text', text: `\n ${new TextDecoder().decode(whole)}\n` })
    const { handedId: _, name: __, pin: ___, ...first } = scanned as HandedRequest
    expect(pasted).toMatchObject(first)
  })

  test.each([
    [
      'something else',
      (folder: string) => ({ from: 'file', path: text(folder, '{"signed":{}}') }) as const,
      'format/unsupported',
    ],
    ['a folder', (folder: string) => ({ from: 'file', path: folder }) as const, 'source/rejected'],
    ['nothing', (folder: string) => ({ from: 'file', path: join(folder, 'no') }) as const, 'source/not-found'],
    [
      'half a request',
      () => ({ from: 'text', text: '{"format":"countersign request 1"}' }) as const,
      'format/malformed',
    ],
    ['codes of nothing', () => ({ from: 'codes', packed: 'AAAA' }) as const, 'format/unsupported'],
    ['codes that are no base64', () => ({ from: 'codes', packed: '????' }) as const, 'format/malformed'],
  ])('%s is refused', async (_name, input, code) => {
    const { calls } = testApp()
    expect(await codeOf(calls['carry.look'](input(temporaryFolder())))).toBe(code)
  })

  test('codes that blow up are refused', async () => {
    const bomb = await pack(new Uint8Array(65 * 1024 * 1024))
    const { calls } = testApp()
    const looked = calls['carry.look']({ from: 'codes', packed: toBase64(bomb) })
    expect(await codeOf(looked)).toBe('source/too-large')
  })

  test('leaves nothing pinned when it cannot be kept', async () => {
    const { on, off, proposalId } = await gap()
    const handed = await handRequest(off, await saved(on, proposalId, 'out'))
    // Where the folder of what was carried should be lies a file.
    writeFileSync(join(off.dataDir, 'carried'), '')
    const asked = { handedId: handed.handedId, name: 'P', answers: answersOf(handed), replace: 'no' } as const
    expect(await codeOf(off.calls['carry.receive'](asked))).not.toBe('')
    expect(await off.calls['sources.list']()).toEqual([])
  })

  test('a reply over another change finds no place, and says what waits instead', async () => {
    const both = await gap()
    const { on, off } = both
    const { id } = await takeIn(both)
    await off.calls['carry.skip']({ proposalId: id })
    await sign(off, id)
    const path = await saved(off, id, 'back')
    writeFileSync(path, readFileSync(path, 'utf8').replace(/"digest":"[0-9a-f]{64}/, `"digest":"${'0'.repeat(64)}`))
    expect(await handReply(on, path)).toMatchObject({
      places: [],
      reasons: [expect.stringContaining('another change of root')],
    })
  })

  test('an altered signature in a reply does not count, and says why', async () => {
    const both = await gap()
    const { on, off } = both
    const { id } = await takeIn(both)
    await off.calls['carry.skip']({ proposalId: id })
    await sign(off, id)
    const path = await saved(off, id, 'back')
    const altered = readFileSync(path, 'utf8').replace(
      /"signature":"(..)/,
      (_, two) => `"signature":"${two === '00' ? '11' : '00'}`,
    )
    writeFileSync(path, altered)
    const { handedId, places } = await handReply(on, path)
    const combined = await on.calls['carry.combine']({ handedIds: [handedId], sourceId: places[0]?.sourceId ?? '' })
    expect(combined.replies).toMatchObject([{ signatures: [{ outcome: 'refused', reason: expect.any(String) }] }])
    expect(combined.proposals).toEqual([])
  })
})

function text(folder: string, content: string): string {
  const path = join(folder, 'some.json')
  writeFileSync(path, content)
  return path
}

describe('the second screen', () => {
  test('nobody signs what was carried here before it was compared, or skipped', async () => {
    const both = await gap()
    const { id } = await takeIn(both)
    expect(await codeOf(sign(both.off, id))).toBe('usage/invalid')
  })

  test('wrong words are no comparison, and the same are asked for again', async () => {
    const both = await gap()
    const { off } = both
    const { id, file } = await takeIn(both)
    const { ask } = await off.calls['carry.ask']({ proposalId: id })
    const words = await wordsOf(file)
    const right = Object.fromEntries(ask.map((at) => [String(at), words[at - 1] ?? '']))
    const last = String(ask.at(-1))
    for (const answers of [{}, { ...right, [last]: words[(ask.at(-1) ?? 0) % 32] ?? '' }]) {
      expect(await codeOf(off.calls['carry.answer']({ proposalId: id, answers }))).toBe('trust/changed')
    }
    expect(await off.calls['carry.ask']({ proposalId: id })).toEqual({ ask })
    expect(await codeOf(sign(off, id))).toBe('usage/invalid')
    await off.calls['carry.answer']({ proposalId: id, answers: right })
    expect(await codeOf(off.calls['carry.answer']({ proposalId: id, answers: right }))).toBe('usage/invalid')
  })

  test('after ten wrong answers no other is looked at: nobody tries them all', async () => {
    const both = await gap()
    const { off } = both
    const { id, file } = await takeIn(both)
    await off.calls['carry.ask']({ proposalId: id })
    for (let times = 0; times < 10; times++) {
      expect(await codeOf(off.calls['carry.answer']({ proposalId: id, answers: {} }))).toBe('trust/changed')
    }
    expect(await codeOf(compare(off, id, file))).toBe('usage/invalid')
    expect((await off.calls['proposals.get']({ proposalId: id })).carried).not.toHaveProperty('secondScreen')
  })

  test('skipped is said in the review, the receipt and the reply', async () => {
    const both = await gap()
    const { off } = both
    const { id } = await takeIn(both)
    await off.calls['carry.skip']({ proposalId: id })
    expect((await off.calls['proposals.get']({ proposalId: id })).carried?.secondScreen).toBe('skipped')
    expect(await sign(off, id)).toMatchObject({ secondScreen: 'skipped' })
    const path = await saved(off, id, 'back')
    expect(parseReply(new Uint8Array(readFileSync(path)), path, carriedForms).secondScreen).toBe('skipped')
    expect((await off.calls['proposals.get']({ proposalId: id })).carried).toMatchObject({ madeHere: 1 })
  })

  test('its words are in no answer to the window', async () => {
    const both = await gap()
    const { off } = both
    const { id, file } = await takeIn(both)
    const answers = [
      await off.calls['carry.ask']({ proposalId: id }),
      await off.calls['proposals.get']({ proposalId: id }),
      await off.calls['carry.prepare']({ proposalId: id, what: 'screen' }),
    ]
    const words = (await wordsOf(file)).join(' ')
    expect(JSON.stringify(answers).replaceAll('","', ' ')).not.toContain(words.slice(0, 40))
  })
})

test('a change that is here is compared with a second screen, too', async () => {
  const { on, proposalId } = await gap()
  expect(await codeOf(on.calls['carry.ask']({ proposalId }))).toBe('usage/invalid')
  const file = await saved(on, proposalId, 'screen')
  expect((await on.calls['proposals.get']({ proposalId })).secondScreen).toBeUndefined()
  await compare(on, proposalId, file)
  expect((await on.calls['proposals.get']({ proposalId })).secondScreen).toBe('compared')
  const receipt = await sign(on, proposalId)
  expect(receipt.secondScreen).toBe('compared')
  expect(receipt.carried).toBeUndefined()
})

test('a request that is made anew gives no more tries', async () => {
  const { on, proposalId } = await gap()
  for (let times = 0; times < 10; times++) {
    await on.calls['carry.prepare']({ proposalId, what: 'screen', reason: `again, ${times}` })
    await on.calls['carry.ask']({ proposalId })
    expect(await codeOf(on.calls['carry.answer']({ proposalId, answers: {} }))).toBe('trust/changed')
  }
  const file = await saved(on, proposalId, 'screen')
  expect(await codeOf(compare(on, proposalId, file))).toBe('usage/invalid')
})

test('to be forgotten takes along what was carried here', async () => {
  const both = await gap()
  const { id } = await takeIn(both)
  expect(readdirSync(join(both.off.dataDir, 'carried'))).toHaveLength(1)
  const [source] = await both.off.calls['sources.list']()
  expect(source).toMatchObject({ carried: true, location: 'carried here by file or QR codes' })
  await both.off.calls['sources.forget']({ sourceId: id.slice(0, id.indexOf(':')) })
  expect(readdirSync(join(both.off.dataDir, 'carried'))).toEqual([])
})

test.each([
  ['carry.prepare', { proposalId: 'x', what: 'sideways' }],
  ['carry.prepare', { proposalId: 'x', what: 'out', from: 0 }],
  ['carry.prepare', { proposalId: 'x', what: 'out', reason: 'x'.repeat(2001) }],
  ['carry.look', { from: 'bytes', bytes: [] }],
  ['carry.look', { from: 'file', path: 'x', text: 'y' }],
  ['carry.combine', { sourceId: 'x', handedIds: Array(65).fill('y') }],
  ['carry.receive', { handedId: 'x', replace: true }],
  ['carry.answer', { proposalId: 'x', answers: { 1: 'x'.repeat(41) } }],
] as const)('%s takes no %o', (name, argument) => {
  expect(() => carryCalls[name].parse(argument)).toThrow()
})
