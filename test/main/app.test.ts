// The calls of the window about repositories, on a real workspace: looking, pinning, listing, forgetting, the demo.
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { contract, type Notice } from '../../src/ipc/contract.ts'
import { startApp } from '../../src/main/app.ts'
import type { Shell, WindowSpec } from '../../src/main/shell.ts'
import { called, pin, type TestApp, testApp } from '../support/app-handlers.ts'
import { folderRepository } from '../support/folder-repository.ts'
import { holder } from '../support/repository.ts'
import { everythingIn, temporaryFolder } from '../support/temporary-folder.ts'
import { codeOfPromise } from '../support/thrown.ts'

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
  const typed = Object.fromEntries(
    Object.entries(right).map(([position, word]) => [position, ` ${word.toUpperCase()} `]),
  )
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

test('nothing is to be said about how a folder is reached', async () => {
  const app = testApp()
  const sourceId = await pin(app, (await folderRepository([await holder('Ana')])).folder)
  expect((await app.calls['sources.list']())[0]?.access).toBeUndefined()
  const change = async () => app.calls['sources.access']({ sourceId, clear: 'ca' })
  expect(await codeOfPromise(change())).toBe('usage/invalid')
})

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
  for (const one of all) one.propose('root')
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

test('going offline is said at once, and no call of the window undoes it', async () => {
  const app = testApp()
  expect(await app.calls['app.info']()).toMatchObject({ offline: false })
  expect(await app.calls['app.goOffline']()).toMatchObject({ offline: true })
  expect(await app.calls['app.info']()).toMatchObject({ offline: true })
  expect(app.notices).toEqual([{ kind: 'changed' }])
  expect(Object.keys(app.calls).filter((name) => /online|offline/i.test(name))).toEqual(['app.goOffline'])
})

test('the app opens one main window, which hears of changes and is answered by name', async () => {
  const specs: WindowSpec[] = []
  const heard: Notice[] = []
  const window = { notify: (notice: Notice) => heard.push(notice), focus: nothing, close: nothing, closed: nothing() }
  const shell: Shell = {
    name: 'chromium',
    sandboxed: true,
    canPick: false,
    open: async (spec) => {
      specs.push(spec)
      return window
    },
    pickDirectory: async () => undefined,
    pickFiles: async () => [],
    saveFile: async () => undefined,
    toPdf: async () => new Uint8Array(),
    startTokenHost: () => ({ post: () => {}, listen: () => {}, kill: () => {}, ended: new Promise(() => {}) }),
    quit: nothing,
    ended: new Promise(() => {}),
  }
  await startApp(shell, { dataDir: join(temporaryFolder(), 'data'), demo: true })
  expect(specs.map(({ page }) => page)).toEqual(['main'])
  const ask = specs[0]?.handle ?? nothing
  expect(await ask('sources.list', undefined)).toMatchObject({ ok: true, value: [{ rehearsal: true }] })
  for (const name of ['prompt.get', 'nothing', 'toString']) {
    expect(await ask(name, undefined)).toMatchObject({ ok: false, error: { code: 'usage/invalid' } })
  }
  expect(heard).toEqual([])
  await ask('demo.start', undefined)
  expect(heard).toEqual([{ kind: 'changed' }])
})

async function nothing(): Promise<void> {}

test('every such call of the contract was made here, and each answer was plain data', () => {
  const names = Object.keys(contract).filter((name) => /^(app|sources|demo)\./.test(name))
  expect([...called].filter((name) => names.includes(name)).sort()).toEqual(names.sort())
})
