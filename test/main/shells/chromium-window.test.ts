// One page against a browser that lies: who may call, what is served, and what happens when the page wanders off.
import { expect, test } from 'vitest'
import { bindingName, maxDocumentCallBytes } from '../../../src/ipc/channel.ts'
import type { Asset } from '../../../src/main/shells/assets.ts'
import { openPage } from '../../../src/main/shells/chromium-window.ts'
import { chromiumOrigin, pageUrl } from '../../../src/main/shells/window-policy.ts'
import { type Cdp, type CdpEvent, Fields } from '../../../src/node/cdp.ts'

const home = pageUrl(chromiumOrigin, 'main')
const assets = new Map<string, Asset>([
  ['/index.html', { bytes: new TextEncoder().encode('<p>'), headers: { 'Content-Type': 'text/html' } }],
  ['/prompt.html', { bytes: new TextEncoder().encode('<p>'), headers: { 'Content-Type': 'text/html' } }],
  ['/a.js', { bytes: new TextEncoder().encode('1'), headers: { 'Content-Type': 'text/javascript' } }],
])

/** A browser made of one list of what it was told; it shows the page as soon as it is sent there. */
async function opened() {
  const told: { method: string; params: Record<string, unknown>; sessionId: string | undefined }[] = []
  const hearers = new Set<(event: CdpEvent) => void>()
  const emit = (method: string, params: object, sessionId: string | undefined = 's'): void => {
    for (const hear of [...hearers]) {
      hear({ method, params: new Fields(params), ...(sessionId === undefined ? {} : { sessionId }) })
    }
  }
  const world = (id: number, changes: object = {}, aux: object = {}): void =>
    emit('Runtime.executionContextCreated', {
      context: { id, origin: chromiumOrigin, auxData: { isDefault: true, frameId: 'top', ...aux }, ...changes },
    })
  const show = (url: string, id = 'top'): void => emit('Page.frameNavigated', { frame: { id, url } })
  const cdp: Cdp = {
    send: async (method, params = {}, sessionId) => {
      told.push({ method, params: params as Record<string, unknown>, sessionId })
      if (method === 'Page.navigate' && told.filter((one) => one.method === method).length === 1) {
        show(home)
        world(7)
        emit('Runtime.consoleAPICalled', { executionContextId: 7, args: [{ objectId: 'receiver' }] })
        emit('Page.loadEventFired', {})
      }
      if (method === 'DOM.getFileInfo') {
        if (Reflect.get(params, 'objectId') === 'file-1') throw new Error('no file')
        return new Fields({ path: '/dropped/a b.zip' })
      }
      const asked = (Reflect.get(params, 'arguments') as { value: { kind: string; at: number } }[] | undefined)?.[0]
        ?.value
      if (asked?.kind === 'file') return new Fields({ result: { objectId: `file-${asked.at}` } })
      return new Fields(method === 'Page.getFrameTree' ? { frameTree: { frame: { id: 'top' } } } : {})
    },
    listen: (hear) => {
      hearers.add(hear)
      return () => hearers.delete(hear)
    },
    closed: new Promise(() => undefined),
  }
  const calls: [string, unknown][] = []
  const spec = {
    page: 'main' as const,
    title: 'T',
    width: 1,
    height: 1,
    handle: async (name: string, argument: unknown) => {
      calls.push([name, argument])
      return { ok: true as const, value: name }
    },
  }
  const window = await openPage({ cdp, targetId: 't', sessionId: 's' }, spec, assets, 'preload()')
  const answers = (): unknown[] =>
    told
      .filter((one) => one.method === 'Runtime.callFunctionOn')
      .map((one) => (one.params.arguments as { value: unknown }[])[0]?.value)
  const bind = async (
    executionContextId: number,
    payload: unknown,
    name = bindingName,
    session = 's',
  ): Promise<void> => {
    emit(
      'Runtime.bindingCalled',
      { name, executionContextId, payload: typeof payload === 'string' ? payload : JSON.stringify(payload) },
      session,
    )
    await new Promise(setImmediate)
  }
  return { told, emit, world, show, calls, window, answers, bind }
}

/** What happened first, then what is tried. */
function after<T>(_happened: unknown, attempt: () => T): T {
  return attempt()
}

const call = { id: 1, name: 'app.info', argument: { a: 1 } }

test('everything is asked to pass by us before the page is opened', async () => {
  const { told } = await opened()
  const order = told.map((one) => one.method)
  for (const method of ['Fetch.enable', 'Runtime.addBinding', 'Page.addScriptToEvaluateOnNewDocument']) {
    expect(order.indexOf(method), method).toBeGreaterThanOrEqual(0)
    expect(order.indexOf(method), method).toBeLessThan(order.indexOf('Page.navigate'))
  }
})

test('a call from the page itself is answered to the page', async () => {
  const { bind, calls, answers } = await opened()
  await bind(7, call)
  expect(calls).toEqual([['app.info', { a: 1 }]])
  expect(answers()).toEqual([{ kind: 'answer', id: 1, outcome: { ok: true, value: 'app.info' } }])
})

test.each<[string, (browser: Awaited<ReturnType<typeof opened>>) => Promise<void>]>([
  ['another script world of the page', ({ bind }) => bind(8, call)],
  [
    'a world that says it is not the page\u2019s own',
    async ({ world, emit, bind }) => {
      world(8, {}, { isDefault: false })
      emit('Runtime.consoleAPICalled', { executionContextId: 8, args: [{ objectId: 'receiver' }] })
      await bind(8, call)
    },
  ],
  ['a frame inside the page', ({ world, bind }) => after(world(8, {}, { frameId: 'inner' }), () => bind(8, call))],
  ['another binding', ({ bind }) => bind(7, call, 'other')],
  ['another session', ({ bind }) => bind(7, call, bindingName, 'elsewhere')],
  [
    'a page of another origin',
    ({ world, bind }) => after(world(9, { origin: 'https://example.com' }), () => bind(9, call)),
  ],
  [
    'the page after it has gone',
    ({ emit, bind }) => after(emit('Runtime.executionContextsCleared', {}), () => bind(7, call)),
  ],
  [
    'a world that never showed the bridge',
    ({ emit, world, bind }) => after([emit('Runtime.executionContextsCleared', {}), world(9)], () => bind(9, call)),
  ],
  ['text that is not a call', ({ bind }) => bind(7, '{')],
  ['a call without a number', ({ bind }) => bind(7, { name: 'app.info' })],
  ['a call without a name', ({ bind }) => bind(7, { id: 1 })],
])('%s is not heard', async (_who, act) => {
  const browser = await opened()
  await act(browser)
  expect(browser.calls).toEqual([])
  expect(browser.answers()).toEqual([])
})

test('the right world at the wrong address gets a refusal', async () => {
  const { emit, bind, calls, answers } = await opened()
  emit('Page.navigatedWithinDocument', { frameId: 'top', url: `${chromiumOrigin}/prompt.html` })
  await bind(7, call)
  expect(calls).toEqual([])
  expect(answers()).toMatchObject([{ outcome: { ok: false, error: { code: 'usage/invalid' } } }])
})

test('a call that is too large is refused unread', async () => {
  const { bind, calls, answers } = await opened()
  await bind(7, { id: 3, name: 'app.info', argument: 'x'.repeat(maxDocumentCallBytes + 2048) })
  expect(calls).toEqual([])
  expect(answers()).toMatchObject([{ id: 3, outcome: { ok: false, error: { code: 'usage/invalid' } } }])
})

test('only the first console call of a world names the receiver', async () => {
  const { emit, bind, told } = await opened()
  emit('Runtime.consoleAPICalled', { executionContextId: 7, args: [{ objectId: 'impostor' }] })
  await bind(7, call)
  expect(told.filter((one) => one.method === 'Runtime.callFunctionOn').map((one) => one.params.objectId)).toEqual([
    'receiver',
  ])
})

test('a request is served, kept or refused', async () => {
  const { emit, told } = await opened()
  const ask = (url: string, resourceType: string, frameId = 'top'): void =>
    emit('Fetch.requestPaused', { requestId: url, resourceType, frameId, request: { url, method: 'GET' } })
  ask(`${chromiumOrigin}/a.js`, 'Script')
  ask('https://example.com/', 'Document')
  ask('https://example.com/x.png', 'Image')
  ask(home, 'Document', 'inner')
  const fetches = told.filter((one) => one.method.startsWith('Fetch.') && one.method !== 'Fetch.enable')
  expect(fetches.map((one) => [one.method, one.params.responseCode ?? one.params.errorReason])).toEqual([
    ['Fetch.fulfillRequest', 200],
    ['Fetch.fulfillRequest', 204],
    ['Fetch.failRequest', 'BlockedByClient'],
    ['Fetch.failRequest', 'BlockedByClient'],
  ])
})

test('a window that got away comes back; a frame inside it does not matter', async () => {
  const { show, told } = await opened()
  const trips = (): number => told.filter((one) => one.method === 'Page.navigate').length
  show('https://example.com/', 'inner')
  expect(trips()).toBe(1)
  show('about:blank')
  expect(trips()).toBe(2)
})

test('notices reach the page, and nobody once it has gone', async () => {
  const { window, answers, emit } = await opened()
  window.notify({ kind: 'changed' })
  expect(answers()).toEqual([{ kind: 'notice', notice: { kind: 'changed' } }])
  emit('Runtime.executionContextsCleared', {})
  window.notify({ kind: 'changed' })
  expect(answers()).toHaveLength(1)
})

test('closed settles when the browser says the window is gone', async () => {
  const { window, emit } = await opened()
  emit('Target.targetDestroyed', { targetId: 'other' }, undefined)
  let over = false
  void window.closed.then(() => {
    over = true
  })
  await new Promise(setImmediate)
  expect(over).toBe(false)
  emit('Target.targetDestroyed', { targetId: 't' }, undefined)
  await window.closed
})

test('where a dropped file lies the browser says, of what it knows as a file; another world learns nothing', async () => {
  const { bind, answers, told } = await opened()
  await bind(8, { id: 1, files: 1 })
  expect(told.some(({ method }) => method === 'DOM.getFileInfo')).toBe(false)
  await bind(7, { id: 2, files: 2 })
  await new Promise(setImmediate)
  const outcome = { ok: true, value: { paths: ['/dropped/a b.zip', ''] } }
  expect(answers().at(-1)).toEqual({ kind: 'answer', id: 2, outcome })
})
