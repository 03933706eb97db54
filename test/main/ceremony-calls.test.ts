// Ceremonies as the window asks for them: a script is looked at first, its words are typed before it begins, acts leave lines, what is
// not a place for files or the id of a run is refused, and nothing but plain data crosses.
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { scriptBytes } from '../../src/core/ceremony/script.ts'
import type { Act } from '../../src/ipc/ceremony.ts'
import { ceremonyCalls } from '../../src/ipc/ceremony.ts'
import type { RunView } from '../../src/ipc/contract.ts'
import { type TestApp, testApp } from '../support/app-handlers.ts'
import { type CeremonyRoom, ceremonyRoom, clockText } from '../support/ceremony-room.ts'
import { now } from '../support/repository.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { codeOfCall, codeOfPromise } from '../support/thrown.ts'

let room: CeremonyRoom
let app: TestApp
let folder: string
let scriptPath: string

beforeEach(async () => {
  room = await ceremonyRoom(temporaryFolder(), {
    rules: { devices: 2, offline: false, sandbox: true, clockSeconds: 60 },
  })
  app = testApp()
  folder = temporaryFolder()
  scriptPath = join(folder, 'script.json')
  writeFileSync(scriptPath, scriptBytes(room.script))
})

async function begun(): Promise<RunView> {
  const { script } = await app.calls['ceremony.script']({ path: scriptPath })
  if (script === undefined) throw new Error('no script')
  const answers = Object.fromEntries(script.ask.map((at) => [String(at), script.words[at - 1] ?? '']))
  return app.calls['ceremony.begin']({ scriptId: script.scriptId, rehearsal: false, answers })
}

const act = (run: RunView, doing: Act) => app.calls['ceremony.act']({ ceremonyId: run.ceremonyId, act: doing })

async function upTo(kind: string): Promise<RunView> {
  let run = await begun()
  const stepOf = (view: RunView) => view.acts.flatMap(({ steps }) => steps).find(({ id }) => id === view.now)
  while (stepOf(run)?.kind !== kind) {
    if (stepOf(run)?.kind === 'gate') run = await act(run, { act: 'measure', who: 'Ada', watch: clockText(now) })
    if (stepOf(run)?.kind === 'roll-call') return run
    run = await act(run, { act: 'done', who: 'Ada', said: '' })
  }
  return run
}

test('a script is shown before anything begins, and begins when the words of its print are typed', async () => {
  const { script } = await app.calls['ceremony.script']({ path: scriptPath })
  expect(script).toMatchObject({
    title: 'Root 2',
    anchor: 'Root 1',
    people: room.script.people.map(({ name }) => ({ name })),
  })
  expect(script?.words).toHaveLength(32)
  expect(await app.calls['ceremony.list'](undefined)).toEqual([])
  const wrong = { scriptId: script?.scriptId ?? '', rehearsal: false, answers: { '1': 'aardvark', '2': 'aardvark' } }
  expect(await codeOfPromise(Promise.resolve(app.calls['ceremony.begin'](wrong)))).toBe('trust/changed')
  expect(await app.calls['ceremony.list'](undefined)).toEqual([])
  const run = await begun()
  expect(run).toMatchObject({ phase: 'running', now: 'gates', rehearsal: false, lines: 1, interruptions: 0 })
  expect(run.scriptWords).toEqual(script?.words)
  expect(await app.calls['ceremony.list'](undefined)).toMatchObject([{ ceremonyId: run.ceremonyId, phase: 'running' }])
})

test('what is done is a line, what may not be done now is refused, and the run stands as it stood', async () => {
  const run = await begun()
  expect(await codeOfPromise(Promise.resolve(act(run, { act: 'prove', who: 'Ada' })))).toBe('usage/invalid')
  expect(await codeOfPromise(Promise.resolve(act(run, { act: 'done', who: 'Nobody', said: '' })))).toBe('usage/invalid')
  const measured = await act(run, { act: 'measure', who: 'Ada', watch: clockText(now) })
  expect(measured.gates.map(({ name, outcome }) => [name, outcome])).toEqual(
    ['network', 'sandbox', 'clock', 'build', 'anchor'].map((name) => [name, 'passed']),
  )
  expect(measured.missing).toBeUndefined()
  const next = await act(run, { act: 'done', who: 'Ada', said: '' })
  expect(next.now).toBe('welcome')
  expect((await app.calls['ceremony.open']({ ceremonyId: run.ceremonyId })).lines).toBe(next.lines)
  const paused = await act(run, { act: 'break', who: 'Ada', said: 'lunch' })
  expect(paused.phase).toBe('break')
  expect((await act(run, { act: 'back', who: 'Ada', said: '' })).phase).toBe('running')
  const noted = await act(run, { act: 'deviation', who: 'Wim', what: 'the clock was slow', fix: 'it was set' })
  expect(noted.deviations).toEqual([{ number: 1, by: 'Wim', what: 'the clock was slow', fix: 'it was set' }])
  expect((await act(run, { act: 'settle', who: 'Ada', number: 1, agreed: ['Ada'] })).deviations[0]?.settledBy).toBe(
    'Ada',
  )
  expect(await codeOfPromise(Promise.resolve(act(run, { act: 'plug', who: 'Ana' })))).toBe('usage/invalid')
})

test('opened twice at once, as when a token comes meanwhile, it is opened once and shown twice', async () => {
  const { ceremonyId } = await begun()
  // As a crash leaves it.
  const dataDir = temporaryFolder()
  cpSync(app.dataDir, dataDir, { recursive: true, filter: (path) => !path.endsWith('lock') })
  const again = testApp({ dataDir })
  const [one, other] = await Promise.all([
    again.calls['ceremony.open']({ ceremonyId }),
    again.calls['ceremony.open']({ ceremonyId }),
  ])
  expect(one).toMatchObject({ ceremonyId, interruptions: 1 })
  // Looked at anew: a token may have come since.
  expect(other).not.toBe(one)
  expect(other).toEqual(one)
})

test('no token, no roll call; a file that is no request is not taken in', async () => {
  const run = await upTo('roll-call')
  const present = act(run, { act: 'present', who: 'Ana', signerId: 'piv:1/9c' })
  expect(await codeOfPromise(Promise.resolve(present))).toBe('signer/absent')
  expect(run.tokens).toEqual([])
})

test('the id of a run is no path, and a run that nobody opened is not acted on', async () => {
  for (const ceremonyId of ['../x', '2026-11-30-0123456g', ''])
    expect(await codeOfPromise(Promise.resolve(app.calls['ceremony.open']({ ceremonyId })))).toBe('usage/invalid')
  const unknown = { ceremonyId: '2026-11-30-00000000', act: { act: 'prove', who: 'Ada' } as const }
  expect(await codeOfPromise(Promise.resolve(app.calls['ceremony.act'](unknown)))).toBe('usage/invalid')
  expect(await codeOfPromise(Promise.resolve(app.calls['ceremony.question']({ ceremonyId: 'x' })))).toBe(
    'usage/invalid',
  )
})

test('copies and paper go where the window may write, and nowhere else', async () => {
  const run = await begun()
  const { ceremonyId } = run
  const { path } = await app.calls['ceremony.save']({ ceremonyId, level: 'public', folder })
  expect(readFileSync(path, 'utf8')).toContain('"countersign record 1"')
  const paper = join(folder, 'script.pdf')
  await app.calls['ceremony.print']({ of: ceremonyId, document: 'script', paper: 'a4', path: paper })
  expect(readFileSync(paper, 'utf8')).toContain('Zoe takes over from Eve')
  await app.calls['ceremony.print']({
    of: ceremonyId,
    document: 'record',
    paper: 'letter',
    path: join(folder, 'r.pdf'),
  })
  expect(readFileSync(join(folder, 'r.pdf'), 'utf8')).toContain('letter')
  const early = (await app.calls['ceremony.script']({ path: scriptPath })).script?.scriptId ?? ''
  const none = { of: early, document: 'record', paper: 'a4', path: join(folder, 'none.pdf') } as const
  expect(await codeOfPromise(Promise.resolve(app.calls['ceremony.print'](none)))).toBe('usage/invalid')
  const asPdf = { path: join(folder, 'text.pdf'), text: '%PDF-' }
  expect(await codeOfPromise(Promise.resolve(app.calls['files.save'](asPdf)))).toBe('usage/invalid')
  const own = { ceremonyId, level: 'public', folder: join(app.dataDir, 'ceremonies') } as const
  expect(await codeOfPromise(Promise.resolve(app.calls['ceremony.save'](own)))).toBe('usage/invalid')
  const hidden = { of: ceremonyId, document: 'script', paper: 'a4', path: join(folder, '.profile.pdf') } as const
  expect(await codeOfPromise(Promise.resolve(app.calls['ceremony.print'](hidden)))).toBe('usage/invalid')
  const over = { of: ceremonyId, document: 'script', paper: 'a4', path: scriptPath } as const
  expect(await codeOfPromise(Promise.resolve(app.calls['ceremony.print'](over)))).toBe('usage/invalid')
  expect(readFileSync(scriptPath)).toEqual(Buffer.from(scriptBytes(room.script)))
})

test('the script of a rehearsal is marked on paper, and that of the day is not', async () => {
  const isMarked = async (of: string, name: string): Promise<boolean> => {
    const path = join(folder, name)
    await app.calls['ceremony.print']({ of, document: 'script', paper: 'a4', path })
    return readFileSync(path, 'utf8').includes('aria-label="Rehearsal"')
  }
  const real = await begun()
  expect(await isMarked(real.ceremonyId, 'real.pdf')).toBe(false)
  const practice = await app.calls['ceremony.rehearse'](undefined)
  expect(await isMarked(practice.ceremonyId, 'practice.pdf')).toBe(true)
})

test('an act has exactly the members of its kind', () => {
  const parse = (value: unknown) =>
    codeOfCall(() => ceremonyCalls['ceremony.act'].parse({ ceremonyId: 'x', act: value }))
  expect(parse({ act: 'agree', who: 'Ana' })).toBe('ok')
  for (const wrong of [
    { act: 'agree' },
    { act: 'agree', who: 'Ana', signerId: 'x' },
    { act: 'sign', who: 'Ana' },
    { act: 'closed', who: 'Ana' },
    { act: 'settle', who: 'Ana', number: 0, agreed: [] },
    { act: 'compare', who: 'Ana', device: '', answers: {} },
    { act: 'receive', who: 'Ana', from: { from: 'web', address: 'https://example.com' } },
    'agree',
  ])
    expect(parse(wrong)).toBe('usage/invalid')
})
