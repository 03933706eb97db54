// What a page gets: exactly the names of its contract, frozen, each function bound to its own name.
import { expect, test, vi } from 'vitest'
import { contract, type Notice, type Outcome, promptContract } from '../../src/ipc/contract.ts'
import { type Carrier, createBridge } from '../../src/preload/bridge.ts'
import { exposedTo } from '../../src/preload/expose.ts'
import { pageCarrier } from '../../src/preload/page-carrier.ts'

const fine: Outcome<unknown> = { ok: true, value: 1 }

function carrierThatRemembers() {
  const sent: [string, unknown][] = []
  let hear: (notice: Notice) => void = () => undefined
  const carrier: Carrier = {
    invoke: async (name, argument) => {
      sent.push([name, argument])
      return fine
    },
    listen: (listener) => {
      hear = listener
      return () => undefined
    },
    pathsOf: async (files) => ({ ok: true, value: { paths: files.map(String) } }),
  }
  return { carrier, sent, tell: (notice: Notice) => hear(notice) }
}

function namesOf(bridge: object): string[] {
  return Object.entries(bridge).flatMap(([room, verbs]) => Object.keys(verbs).map((verb) => `${room}.${verb}`))
}

test.each([
  ['main', contract],
  ['prompt', promptContract],
])('the bridge of the %s page has exactly the names of its contract, all frozen', (_page, calls) => {
  const bridge = createBridge(calls, carrierThatRemembers().carrier)
  expect(namesOf(bridge).sort()).toEqual([...Object.keys(calls), 'dropped.pathsOf', 'notices.listen'].sort())
  const visit = (value: unknown): void => {
    expect(Object.isFrozen(value)).toBe(true)
    if (typeof value === 'object' && value !== null) for (const inner of Object.values(value)) visit(inner)
  }
  visit(bridge)
})

test('each function carries its own name and at most one argument', async () => {
  const { carrier, sent } = carrierThatRemembers()
  const bridge = createBridge(contract, carrier)
  expect(await bridge.proposals.approve({ proposalId: 'p', signerId: 's' })).toEqual(fine)
  expect(await bridge.app.info()).toEqual(fine)
  await Reflect.apply(bridge.app.info, undefined, ['a', 'keys.delete', 'b'])
  expect(sent).toEqual([
    ['proposals.approve', { proposalId: 'p', signerId: 's' }],
    ['app.info', undefined],
    ['app.info', 'a'],
  ])
})

test('what cannot be carried comes back as an error, never as an exception', async () => {
  const bridge = createBridge(contract, {
    invoke: () => Promise.reject(new Error('lost')),
    listen: () => () => undefined,
    pathsOf: () => Promise.reject(new Error('lost')),
  })
  expect(await bridge.app.info()).toMatchObject({ ok: false, error: { code: 'internal/bug' } })
})

test('a listener gets the notice and nothing else', () => {
  const { carrier, tell } = carrierThatRemembers()
  const hear = vi.fn()
  createBridge(contract, carrier).notices.listen(hear)
  tell({ kind: 'changed' })
  expect(hear.mock.calls).toEqual([[{ kind: 'changed' }]])
})

test('each page gets its own object and no other page gets one', () => {
  const { carrier } = carrierThatRemembers()
  expect(exposedTo('/index.html', carrier)?.name).toBe('countersign')
  expect(exposedTo('/prompt.html', carrier)?.name).toBe('countersignPrompt')
  for (const path of ['/', '/other.html', 'blank', '/index.html/x']) expect(exposedTo(path, carrier)).toBeUndefined()
})

test('in a Chromium page answers find their calls, once, and notices all who listen', async () => {
  const sent: string[] = []
  const { carrier, receive } = pageCarrier((text) => sent.push(text))
  const first = carrier.invoke('a.b', { x: 1 })
  const second = carrier.invoke('a.c', undefined)
  expect(sent.map((text) => JSON.parse(text))).toEqual([
    { id: 1, name: 'a.b', argument: { x: 1 } },
    { id: 2, name: 'a.c' },
  ])
  receive({ kind: 'answer', id: 2, outcome: { ok: true, value: 'second' } })
  receive({ kind: 'answer', id: 1, outcome: { ok: true, value: 'first' } })
  receive({ kind: 'answer', id: 1, outcome: { ok: true, value: 'again' } })
  receive({ kind: 'answer', id: 9, outcome: { ok: true, value: 'nobody' } })
  expect([await first, await second]).toEqual([
    { ok: true, value: 'first' },
    { ok: true, value: 'second' },
  ])
  const heard: string[] = []
  const stop = carrier.listen(() => heard.push('one'))
  carrier.listen(() => heard.push('two'))
  receive({ kind: 'notice', notice: { kind: 'changed' } })
  stop()
  receive({ kind: 'notice', notice: { kind: 'changed' } })
  expect(heard).toEqual(['one', 'two', 'two'])
})

test('in a Chromium page files are handed to the shell one by one, and only while it asks', async () => {
  const sent: string[] = []
  const { carrier, receive } = pageCarrier((text) => sent.push(text))
  const files = [{ name: 'a' }, { name: 'b' }]
  const asked = carrier.pathsOf(files)
  expect(sent.map((text) => JSON.parse(text))).toEqual([{ id: 1, files: 2 }])
  expect(receive({ kind: 'file', id: 1, at: 1 })).toBe(files[1])
  expect(receive({ kind: 'file', id: 1, at: 2 })).toBeUndefined()
  expect(receive({ kind: 'file', id: 2, at: 0 })).toBeUndefined()
  receive({ kind: 'answer', id: 1, outcome: { ok: true, value: { paths: ['/a', '/b'] } } })
  expect(await asked).toEqual({ ok: true, value: { paths: ['/a', '/b'] } })
  expect(receive({ kind: 'file', id: 1, at: 0 })).toBeUndefined()
})

test('in a Chromium page an argument that contains itself fails before it is sent', async () => {
  const { carrier } = pageCarrier(() => undefined)
  const loop: { self?: unknown } = {}
  loop.self = loop
  expect(await createBridge(contract, carrier).keys.delete(loop as never)).toMatchObject({
    ok: false,
    error: { code: 'internal/bug' },
  })
})
