// The window that asks for a secret, over a shell that only remembers: one question, one answer, always closed afterwards.
import { expect, test } from 'vitest'
import { parseBase64, toBase64, utf8 } from '../../src/core/bytes.ts'
import { seal } from '../../src/core/sealed.ts'
import type { PinRequest, Prompt } from '../../src/core/signer.ts'
import type { Notice, Outcome } from '../../src/ipc/contract.ts'
import { secretWindow } from '../../src/main/secret-window.ts'
import type { Shell, ShellWindow, WindowSpec } from '../../src/main/shell.ts'
import { opening } from '../../src/node/token-host/sealed-prompt.ts'
import { never } from '../support/repository.ts'
import { codeOfPromise } from '../support/thrown.ts'

const request: PinRequest = { device: 'key file dana', secret: 'passphrase', purpose: 'Root 3' }
const secret = 'tr0ub4dor & 3 ü'

interface Opened {
  spec: WindowSpec
  /** As the page would: the name of the call and its argument. */
  ask(name: string, argument?: unknown): Promise<Outcome<unknown>>
  id(): Promise<string>
  closes: number
  /** The person closes the window. */
  close(): void
}

interface TestShell extends Pick<Shell, 'open'> {
  windows: Opened[]
  /** The one that was opened last. */
  last(): Promise<Opened>
}

/** `slow` keeps a window from being there until it settles, though its page may talk already. */
function testShell(slow: Promise<void> = Promise.resolve(), failing = false): TestShell {
  const windows: Opened[] = []
  return {
    windows,
    last: async () => {
      await expect.poll(() => windows.length).toBeGreaterThan(0)
      const window = windows.at(-1)
      if (window === undefined) throw new Error('no window')
      return window
    },
    open: async (spec): Promise<ShellWindow> => {
      let gone = (): void => {}
      const closed = new Promise<void>((settle) => {
        gone = settle
      })
      const opened: Opened = {
        spec,
        closes: 0,
        close: () => gone(),
        ask: (name, argument) => spec.handle(name, argument),
        id: async () => {
          const answer = await spec.handle('prompt.get', undefined)
          return (answer.ok && (answer.value as { id: string }).id) || ''
        },
      }
      windows.push(opened)
      await slow
      if (failing) throw new Error('no display')
      return {
        closed,
        notify: () => {},
        focus: async () => {},
        close: async () => {
          opened.closes++
          gone()
        },
      }
    },
  }
}

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)
const isClosed = (window: Opened): Promise<void> => expect.poll(() => window.closes).toBe(1)

/** As an asker in this very process. */
const asking = (shell: TestShell): Prompt => opening(secretWindow(shell, () => {}))

const recipients = new Map<Opened, string>()

/** As the page does it: sealed to whom the question names. */
async function sealedFor(window: Opened, typed: string): Promise<string> {
  const known = recipients.get(window) ?? (await recipientOf(window))
  recipients.set(window, known)
  return toBase64(await seal(utf8(typed), parseBase64(known, 'the recipient')))
}

async function recipientOf(window: Opened): Promise<string> {
  const answer = await window.ask('prompt.get')
  return (answer.ok && (answer.value as { recipient: string }).recipient) || ''
}

async function type(window: Opened, promptId: string, typed: string): Promise<Outcome<unknown>> {
  return window.ask('prompt.answer', { promptId, sealed: await sealedFor(window, typed) })
}

test('the answer is the bytes of what was typed, and goes nowhere else', async () => {
  const shell = testShell()
  const pin = asking(shell).pin({ ...request, triesLeft: 2, wasWrong: true }, never)
  const window = await shell.last()
  expect(window.spec.page).toBe('prompt')
  const promptId = await window.id()
  const got = await window.ask('prompt.get')
  expect(got).toEqual({
    ok: true,
    value: { id: promptId, ...request, triesLeft: 2, wasWrong: true, recipient: expect.any(String) },
  })
  const answered = await type(window, promptId, secret)
  expect(answered).toEqual({ ok: true, value: undefined })
  expect(text(await pin)).toBe(secret)
  await isClosed(window)
  // What the page, or whoever takes its place, can still ask.
  const later = [await window.ask('prompt.get'), await window.ask('prompt.cancel', { promptId })]
  expect(JSON.stringify([got, answered, later, window.spec])).not.toContain('tr0ub4dor')
})

test('a question is answered once', async () => {
  const shell = testShell()
  const pin = asking(shell).pin(request, never)
  const window = await shell.last()
  const promptId = await window.id()
  const answers = await Promise.all([secret, 'another'].map((typed) => sealedFor(window, typed)))
  const [first, second] = await Promise.all(answers.map((sealed) => window.ask('prompt.answer', { promptId, sealed })))
  expect(first?.ok).toBe(true)
  expect(second).toMatchObject({ ok: false, error: { code: 'usage/invalid' } })
  expect(await window.ask('prompt.cancel', { promptId })).toMatchObject({ error: { code: 'usage/invalid' } })
  expect(text(await pin)).toBe(secret)
})

test('an answer to another question is refused, and this one stays open', async () => {
  const shell = testShell()
  const prompt = asking(shell)
  const first = prompt.pin(request, never)
  const old = await shell.last()
  const oldId = await old.id()
  await type(old, oldId, 'first')
  await first
  const second = prompt.pin(request, never)
  await expect.poll(() => shell.windows.length).toBe(2)
  const window = await shell.last()
  const promptId = await window.id()
  expect(promptId).not.toBe(oldId)
  for (const other of [oldId, '', `${promptId} `]) {
    for (const name of ['prompt.answer', 'prompt.cancel']) {
      const said =
        name === 'prompt.answer' ? type(window, other, secret) : window.ask('prompt.cancel', { promptId: other })
      expect(await said).toMatchObject({ ok: false, error: { code: 'usage/invalid' } })
    }
  }
  // The old window speaks for the old question only.
  expect(await type(old, promptId, secret)).toMatchObject({ ok: false })
  await type(window, promptId, 'second')
  expect(text(await second)).toBe('second')
})

test('cancelled in the window, closed, or stopped from outside: the same for who asked', async () => {
  const stop = new AbortController()
  const ways: ((window: Opened) => unknown)[] = [
    async (window) => window.ask('prompt.cancel', { promptId: await window.id() }),
    (window) => window.close(),
    () => stop.abort(),
  ]
  for (const way of ways) {
    const shell = testShell()
    const pin = codeOfPromise(asking(shell).pin(request, stop.signal))
    const window = await shell.last()
    const promptId = await window.id()
    await way(window)
    expect(await pin).toBe('user/cancelled')
    await isClosed(window)
    expect(await type(window, promptId, secret)).toMatchObject({ error: { code: 'usage/invalid' } })
  }
})

test('stopped before it began: no window opens', async () => {
  const shell = testShell()
  expect(await codeOfPromise(asking(shell).pin(request, AbortSignal.abort()))).toBe('user/cancelled')
  expect(shell.windows).toEqual([])
})

test('stopped while the window still opens: who asked does not wait, and the window does not stay', async () => {
  let arrive = (): void => {}
  const slow = new Promise<void>((settle) => {
    arrive = settle
  })
  const shell = testShell(slow)
  const stop = new AbortController()
  const pin = codeOfPromise(asking(shell).pin(request, stop.signal))
  const window = await shell.last()
  stop.abort()
  expect(await pin).toBe('user/cancelled')
  expect(window.closes).toBe(0)
  arrive()
  await isClosed(window)
})

test('answered while the shell still opens the window: the window does not stay', async () => {
  let arrive = (): void => {}
  const shell = testShell(
    new Promise<void>((settle) => {
      arrive = settle
    }),
  )
  const pin = asking(shell).pin(request, never)
  const window = await shell.last()
  await type(window, await window.id(), secret)
  expect(text(await pin)).toBe(secret)
  arrive()
  await isClosed(window)
})

test('a window that cannot open is an error, not a cancellation', async () => {
  const shell = testShell(Promise.resolve(), true)
  await expect(asking(shell).pin(request, never)).rejects.toThrow('no display')
})

test('the names of other calls, and secrets that are no text, are refused', async () => {
  const shell = testShell()
  const pin = asking(shell).pin(request, never)
  const window = await shell.last()
  const promptId = await window.id()
  for (const [name, argument] of [
    ['keys.list', undefined],
    ['prompt.answer', { promptId }],
    ['prompt.answer', { promptId, sealed: 5 }],
    // Not sealed at all, and of the wrong length.
    ['prompt.answer', { promptId, sealed: 'MTIzNDU2' }],
    ['prompt.answer', { promptId, sealed: 'x'.repeat(2049) }],
  ] as const) {
    expect(await window.ask(name, argument)).toMatchObject({ ok: false, error: { code: 'usage/invalid' } })
  }
  await type(window, promptId, '')
  expect(await pin).toEqual(new Uint8Array())
})

test('a touch is shown in the main window, and taken away', () => {
  const notices: Notice[] = []
  const over = secretWindow(testShell(), (notice) => notices.push(notice)).touch({
    device: 'YubiKey 5 15 835 999',
    purpose: 'Root 3',
    timeoutMs: 15_000,
  })
  over()
  expect(notices).toEqual([
    { kind: 'touch', device: 'YubiKey 5 15 835 999', purpose: 'Root 3', timeoutMs: 15_000, practice: false },
    { kind: 'touch-over' },
  ])
})
