// A rotation of root, three of five, held in the window with five cards behind the real smart card service: the app is killed at twenty
// random moments and goes on each time; the record verifies, and the peer client accepts the root.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, onTestFailed, test } from 'vitest'
import { toBase64 } from '../../../src/core/bytes.ts'
import { checkRecord } from '../../../src/core/ceremony/check.ts'
import { type CeremonyScript, type Person, scriptBytes, scriptHash } from '../../../src/core/ceremony/script.ts'
import { scriptOf } from '../../../src/core/ceremony/templates/templates.ts'
import type { Signer } from '../../../src/core/signer.ts'
import { carriedForms } from '../../../src/core/systems/carried-forms.ts'
import { createRepository, holderKey } from '../../../src/core/systems/tuf/create.ts'
import { encodeMetadata } from '../../../src/core/systems/tuf/encode.ts'
import { formatDate } from '../../../src/core/systems/tuf/expiry.ts'
import { plainLayout } from '../../../src/core/systems/tuf/layouts/plain.ts'
import { parseMetadata } from '../../../src/core/systems/tuf/metadata.ts'
import { tufSystem } from '../../../src/core/systems/tuf/system.ts'
import { lookAtRequest } from '../../../src/core/transfer/look.ts'
import { requestBytes } from '../../../src/core/transfer/request.ts'
import { memoryTransport } from '../../../src/core/transport.ts'
import { toWords } from '../../../src/core/words.ts'
import type { Bridge, RunView } from '../../../src/ipc/contract.ts'
import { openDesk } from '../../../src/node/desk.ts'
import { type RehearsalCard, rehearsalCard } from '../../../src/node/rehearsal-card/card.ts'
import { tokenHost } from '../../../src/node/token-host/client.ts'
import { sealing } from '../../../src/node/token-host/sealed-prompt.ts'
import { forkTokenHost } from '../../../src/node/token-host/spawn.ts'
import { portOf, until, writeWrapper } from '../../e2e/support/app.ts'
import { type Display, startDisplay } from '../../e2e/support/display.ts'
import { picture } from '../../e2e/support/picture.ts'
import { serveFolder } from '../../support/file-server.ts'
import { type Pcscd, startPcscd } from '../../support/pcscd.ts'
import { refreshWithPeer } from '../../support/peer-client.ts'
import { never, softwareSigner } from '../../support/repository.ts'
import { expectAccessible, pagesOf, promptOf, typeSecret, typeWords, type Windows } from '../../support/window.ts'

const names = ['Ana', 'Ben', 'Cleo', 'Dan', 'Eve'] as const
const pin = '123456'
const kills = 20
const day = 86_400_000

let temporary: string
let display: Display
let pcscd: Pcscd
let script: CeremonyScript
let request: Uint8Array
let repository: Map<string, Uint8Array>
const cards = new Map<string, RehearsalCard>()
let inserted = ''
const running: ChildProcess[] = []

async function insert(name: string): Promise<void> {
  const reader = pcscd.readers[0]?.reader
  const card = cards.get(name)
  if (reader === undefined || card === undefined) throw new Error(`no card of ${name}`)
  if (inserted === name) return
  inserted = name
  await reader.remove()
  // The service looks every 400 ms, and takes a swap that is faster for the same card.
  await sleep(600)
  await reader.insert(card)
  await reader.noticed()
}

/** A key on each card, a root that three of them and two others hold, and the next one, in which the last two cards take their place. */
async function prepare(): Promise<void> {
  const typing = { pin: async () => new TextEncoder().encode(pin), touch: () => () => {} }
  const dataDir = join(temporary, 'preparing')
  const tokens = tokenHost({ start: () => forkTokenHost(dataDir), prompt: sealing(typing) })
  const desk = openDesk({ dataDir, prompt: typing, tokens, now: () => new Date() })
  const seen = async (serial: number, hasKey: boolean): Promise<void> => {
    const isThere = async (): Promise<boolean> => {
      const token = (await desk.tokens.list(never)).tokens.find(({ id }) => id === `piv:${serial}`)
      return token?.reading === false && (!hasKey || token.slots.some(({ signerId }) => signerId !== undefined))
    }
    for (let look = 0; look < 50 && !(await isThere()); look++) await sleep(100)
  }
  const holders = new Map<string, Signer>()
  for (const [at, name] of names.entries()) {
    const serial = 15_835_991 + at
    cards.set(name, rehearsalCard({ serial, touch: async () => true }))
    await insert(name)
    await seen(serial, false)
    await desk.tokens.generate(
      {
        ...{ tokenId: `piv:${serial}`, slot: '9c', algorithm: 'P-256', replace: false },
        ...{ pinPolicy: 'once', touchPolicy: 'always' },
      },
      never,
    )
    await seen(serial, true)
    const signer = await desk.signer(`piv:${serial}/9c`, never)
    const sign = async (message: Uint8Array): Promise<Uint8Array> => {
      await insert(name)
      await seen(serial, true)
      return (await desk.signer(`piv:${serial}/9c`, never)).sign(message, never)
    }
    holders.set(name, { ...signer, sign })
  }
  const held = (name: string) => {
    const signer = holders.get(name)
    if (signer === undefined) throw new Error(`nobody is ${name}`)
    return { owner: name, signer }
  }
  const gone = await Promise.all(['Gus', 'Hal'].map(async (owner) => ({ owner, signer: await softwareSigner(owner) })))
  const online = { holders: [{ signer: await softwareSigner('online') }], threshold: 1, expiryDays: 30 }
  const now = new Date()
  const plan = {
    root: { holders: [...['Ana', 'Ben', 'Cleo'].map(held), ...gone], threshold: 3, expiryDays: 365 },
    ...{ targets: { ...online, expiryDays: 365 }, snapshot: online, timestamp: online },
  }
  const source = memoryTransport(await createRepository(plan, plainLayout, { now, signal: never }))
  await tokens.close()
  repository = source.files
  const anchor = source.files.get('metadata/1.root.json') ?? new Uint8Array()
  const fields = structuredClone(parseMetadata(anchor, 'root', 'root').signed.raw) as unknown as Record<string, unknown>
  const come = ['Dan', 'Eve'].map((name) => holderKey(held(name)))
  const left = new Set(gone.map((one) => holderKey(one).id))
  const root = (fields.roles as Record<string, { keyids: string[] }>).root
  if (root !== undefined) root.keyids = [...root.keyids.filter((id) => !left.has(id)), ...come.map(({ id }) => id)]
  const kept = Object.entries(fields.keys as Record<string, unknown>).filter(([id]) => !left.has(id))
  const keys = Object.fromEntries([...kept, ...come.map(({ id, raw }) => [id, raw] as const)])
  const next = { ...fields, keys, version: 2, expires: formatDate(new Date(now.getTime() + 365 * day)) }
  const system = tufSystem(plainLayout)
  const context = { anchor, now, signal: never }
  const draft = await system.draft(
    { subject: 'root', document: encodeMetadata(JSON.parse(JSON.stringify(next))) },
    source,
    context,
  )
  await source.write(draft, new Map(), 'propose', never)
  const [proposal] = (await system.pending(source, context)).proposals
  if (proposal === undefined) throw new Error('nothing waits')
  request = requestBytes(
    {
      ...{ system: 'tuf', repository: 'Observatory Tools', subject: 'root', digest: proposal.digest },
      ...(await system.carry(proposal, source, context)),
      ...{
        askedBy: 'Ada',
        reason: 'Dan and Eve take over from Gus and Hal',
        madeAt: `${now.toISOString().slice(0, 19)}Z`,
      },
      holders: new Map(),
    },
    carriedForms,
  )
  const state = await system.state(source, context)
  const person = (name: string, ...roles: Person['roles']): Person => ({ name, roles, keys: [] })
  const signer = (name: string): Person => ({
    ...{ name, roles: ['signer'] },
    keys: [{ key: held(name).signer.key, label: `YubiKey of ${name}`, serial: '', attested: false }],
  })
  const [before, after] = proposal.quorums.map(({ threshold, keys: some, name }) => ({
    ...{ title: name, threshold },
    keys: some.map(({ ids, owner }) => ({ id: ids[0] ?? '', holder: owner ?? '' })),
  }))
  if (before === undefined || after === undefined) throw new Error('not two quorums')
  script = scriptOf('rotation', {
    ...{ repository: 'Observatory Tools', previous: '', preparedAt: `${now.toISOString().slice(0, 19)}Z` },
    anchor: { title: state.anchor.title, digest: state.anchor.digest },
    people: [person('Ada', 'administrator'), person('Wim', 'witness'), ...names.map(signer)],
    // The machine of a test has a network.
    rules: { devices: 2, offline: false, sandbox: true, clockSeconds: 120 },
    ...{ before, after },
  })
}

beforeAll(async () => {
  temporary = mkdtempSync(join(tmpdir(), 'countersign-card-'))
  pcscd = await startPcscd()
  display = await startDisplay()
  mkdirSync(join(temporary, 'stick'))
  await prepare()
  writeFileSync(join(temporary, 'script.json'), scriptBytes(script))
  writeFileSync(join(temporary, 'root.request.json'), request)
}, 120_000)

afterAll(async () => {
  for (const one of running) one.kill('SIGKILL')
  await pcscd?.stop()
  await display?.end()
  rmSync(temporary, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
})

interface Shown {
  child: ChildProcess
  browser: Browser
  app: Windows
  page: Page
}

async function start(): Promise<Shown> {
  // Each start has a folder of its own: what was killed leaves its profile behind.
  const own = mkdtempSync(join(temporary, 'start-'))
  const entry = resolve(import.meta.dirname, '../../support/protected-app.ts')
  const child = spawn(process.execPath, [entry, join(temporary, 'data'), writeWrapper(own)], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, DISPLAY: display.name, WAYLAND_DISPLAY: '', TMPDIR: own },
  })
  running.push(child)
  let said = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  const exited = once(child, 'exit')
  const port = await until(
    'the debugging port',
    () => portOf(own),
    exited,
    () => said,
  )
  const browser = await chromium.connectOverCDP(`http://127.0.0.1:${port}`)
  const app = pagesOf(browser)
  const page = await app.window('index.html')
  page.setDefaultTimeout(15_000)
  await page.waitForLoadState('load')
  return { child, browser, app, page }
}

async function kill({ child, browser }: Shown): Promise<void> {
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
  await browser.close().catch(() => undefined)
}

async function goOn(page: Page): Promise<void> {
  await page.getByRole('link', { name: /^Ceremonies/ }).click()
  await page.getByRole('link', { name: /^Go on|^Look/ }).click()
  await page.locator('.run').waitFor()
}

const shownRun = (page: Page, ceremonyId: string): Promise<RunView> =>
  page.evaluate(async (id) => {
    const outcome = await (window as unknown as { countersign: Bridge }).countersign.ceremony.open({ ceremonyId: id })
    if (!outcome.ok) throw new Error(JSON.stringify(outcome))
    return outcome.value
  }, ceremonyId)

/** A new step takes no key for its own. */
async function press(page: Page, name: string | RegExp): Promise<void> {
  await page.waitForTimeout(520)
  await page.getByRole('button', { name }).first().click()
}

async function pick(page: Page, name: string): Promise<void> {
  const choice = page.getByRole('radio', { name, exact: true })
  if ((await choice.count()) > 0) await choice.last().check()
}

async function hold(page: Page, name: string): Promise<void> {
  await page.waitForTimeout(520)
  const box = await page.getByRole('button', { name }).boundingBox()
  if (box === null) throw new Error(`no button ${name}`)
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2)
  await page.mouse.down()
  await page.waitForTimeout(2300)
  await page.mouse.up()
}

/** Whoever is next in the list has their turn already. */
async function turnTo(page: Page, name: string): Promise<void> {
  const turn = page.getByRole('button', { name: new RegExp(`^${name}\\W+s turn`) })
  const own = page.locator('.checklist .chosen', { hasText: name })
  await turn.or(own).first().waitFor()
  if ((await turn.count()) > 0) await turn.click()
}

async function finish(page: Page, view: RunView): Promise<void> {
  const step = view.acts.flatMap(({ steps }) => steps).find(({ id }) => id === view.now)
  await pick(page, step?.people[0] ?? '')
  await press(page, step?.kind === 'close' ? 'Close the ceremony' : /done, next step$/)
}

async function signAs(shown: Shown, name: string, button: RegExp): Promise<void> {
  const { page, app } = shown
  await insert(name)
  await press(page, button)
  const prompt = await promptOf(app, /^PIV PIN for YubiKey/)
  await typeSecret(prompt, pin)
}

const signers = ['Ana', 'Ben', 'Cleo'] as const

/** One thing that somebody in the room does next. */
async function advance(shown: Shown, view: RunView): Promise<void> {
  const { page } = shown
  if (view.phase === 'closed') {
    const next = view.people.find(({ hasKey, witnessed }) => hasKey && !witnessed)?.name ?? ''
    return signAs(shown, next, new RegExp(`^${next}’s token signs`))
  }
  const step = view.acts.flatMap(({ steps }) => steps).find(({ id }) => id === view.now)
  switch (step?.kind) {
    case 'gate': {
      if (view.gates.some(({ name }) => name === 'clock') && view.gates.every(({ outcome }) => outcome !== 'failed'))
        break
      const now = new Date()
      const text = [now.getHours(), now.getMinutes(), now.getSeconds()].map((one) => String(one).padStart(2, '0'))
      await page.getByLabel('What a watch shows at this moment').fill(text.join(':'))
      return press(page, /^Measure/)
    }
    case 'roll-call': {
      const next = view.people.find(({ hasKey, present }) => hasKey && present === undefined)?.name
      if (next === undefined) break
      await insert(next)
      return press(page, new RegExp(`^This is ${next}`))
    }
    case 'receive':
      if (view.change !== undefined) break
      await page.getByLabel('Where it lies').fill(join(temporary, 'root.request.json'))
      return press(page, 'Take in this file')
    case 'compare': {
      if (new Set(view.compared.map(({ device }) => device)).size >= view.devicesAsked) break
      const { words } = await lookAtRequest(request, 'it', carriedForms, { now: new Date(), signal: never })
      await page.getByLabel('2. What the other device is called').fill('Wim’s phone')
      await page
        .getByLabel(/^Word \d+$/)
        .first()
        .waitFor()
      await typeWords(page, (at) => words[at - 1] ?? '')
      return press(page, 'Compare')
    }
    case 'agree': {
      const next = view.people.find(({ name, agreed }) => signers.some((one) => one === name) && !agreed)?.name
      if (next === undefined) break
      await turnTo(page, next)
      return hold(page, `I, ${next}, agree`)
    }
    case 'sign': {
      const next = signers.find((one) => view.people.some(({ name, signed }) => name === one && !signed))
      if (next === undefined) break
      await turnTo(page, next)
      return signAs(shown, next, new RegExp(`^${next} signs`))
    }
    case 'prove':
      if (view.proof !== undefined) break
      return press(page, 'Let a client try it')
    case 'export':
      if (view.exported.length > 0) break
      await page.getByLabel('Folder', { exact: true }).fill(join(temporary, 'stick'))
      return press(page, 'Write the result there')
  }
  return finish(page, view)
}

/** As it stands once what was done is in it; a kill may come first. */
async function changed(page: Page, id: string, before: RunView): Promise<RunView> {
  const mark = ({ lines, people, phase }: RunView): string =>
    JSON.stringify([lines, phase, people.map(({ witnessed }) => witnessed)])
  for (let look = 0; look < 100; look++) {
    await sleep(100)
    if ((await page.locator('.run[aria-busy=false]').count()) === 0) continue
    const view = await shownRun(page, id).catch(() => before)
    if (mark(view) !== mark(before)) return view
  }
  throw new Error(`nothing happened at ${before.now ?? before.phase}`)
}

test('killed twenty times, it comes to its end: the record verifies, and the peer client reaches the new root', async () => {
  let shown = await start()
  onTestFailed(async () =>
    console.log(
      await shown.page
        .locator('body')
        .textContent()
        .catch(() => 'no page'),
    ),
  )
  await shown.page.getByRole('link', { name: /^Ceremonies/ }).click()
  await shown.page.getByLabel('Where the script lies').fill(join(temporary, 'script.json'))
  await shown.page.getByRole('button', { name: 'Look at the script' }).click()
  const words = toWords(Buffer.from(await scriptHash(scriptBytes(script)), 'hex'))
  await shown.page.getByRole('button', { name: 'Begin the ceremony' }).waitFor()
  await typeWords(shown.page, (at) => words[at - 1] ?? '')
  await shown.page.getByRole('button', { name: 'Begin the ceremony' }).click()
  await shown.page.locator('.run').waitFor()
  const id = await shown.page.evaluate(() => decodeURIComponent(location.hash.split('/')[1] ?? ''))
  let view = await shownRun(shown.page, id)
  let left = kills
  const seed = Math.floor(Math.random() * 2 ** 31)
  console.log(`kills from the seed ${seed}`)
  let state = seed
  const random = (): number => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31
    return state / 2 ** 31
  }
  const isOver = (): boolean =>
    view.phase === 'closed' && view.people.every(({ hasKey, witnessed }) => !hasKey || witnessed)
  for (let deed = 0; !isOver(); deed++) {
    if (deed > 400) throw new Error(`it stays at ${view.now ?? view.phase}`)
    if (left > 0 && random() < 0.45) {
      left--
      const doing = advance(shown, view).catch(() => undefined)
      await sleep(400 + random() * 700)
      await kill(shown)
      await doing
      shown = await start()
      await goOn(shown.page)
      view = await shownRun(shown.page, id)
      continue
    }
    await advance(shown, view)
    view = await changed(shown.page, id, view)
  }
  expect(left).toBe(0)
  expect(view.interruptions).toBeGreaterThan(0)
  expect(view.outcome).toBe('complete')
  await picture(shown.page, 'ceremony-card-closed')
  await expectAccessible(shown.page)
  await kill(shown)
  const record = new Uint8Array(readFileSync(join(temporary, 'data/ceremonies', id, 'record.jsonl')))
  const checked = await checkRecord(record, 'the record', { script: scriptBytes(script) })
  expect(checked.results.filter(({ outcome }) => outcome === 'fails')).toEqual([])
  expect(checked.record.header.rehearsal).toBe(false)
  expect(new TextDecoder().decode(record)).not.toContain(toBase64(new TextEncoder().encode(pin)))

  const site = join(temporary, 'site')
  for (const [name, bytes] of repository) {
    if (name.startsWith('metadata/pending/')) continue
    mkdirSync(join(site, name, '..'), { recursive: true })
    writeFileSync(join(site, name), bytes)
  }
  writeFileSync(join(site, 'metadata/2.root.json'), readFileSync(join(temporary, 'stick/2.root.json')))
  const server = await serveFolder(site)
  const peer = await refreshWithPeer(temporary, repository.get('metadata/1.root.json') ?? new Uint8Array(), server.url)
  await server.end()
  expect(peer.root).toBe(2)
}, 600_000)
