// A camera's pictures back to bytes: what is told meanwhile, and what ends it.
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { utf8 } from '../../src/core/bytes.ts'
import { AppError } from '../../src/core/error.ts'
import { pack } from '../../src/core/transfer/deflate.ts'
import { fragmentBytesFor, frameSource } from '../../src/core/transfer/frames.ts'
import { type Picture, qrMatrix, readQr } from '../../src/core/transfer/qr.ts'
import { cameraError, type OpenCamera } from '../../src/optics/camera.ts'
import { type ScanOptions, type ScanState, scan } from '../../src/optics/scan.ts'
import { pictureOf } from '../support/qr-picture.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
})
afterEach(() => {
  vi.useRealTimers()
})

/** Gives a picture when the test says so, and knows how many were asked for at once. */
function handCamera() {
  let waiting: { resolve: (picture: Picture) => void; reject: (error: unknown) => void } | undefined
  const facts = { closed: 0, atOnce: 0 }
  const camera: OpenCamera = {
    id: 'hand',
    picture: () => {
      if (waiting !== undefined) facts.atOnce++
      return new Promise((resolve, reject) => {
        waiting = { resolve, reject }
      })
    },
    close: () => {
      facts.closed++
    },
  }
  const settle = async (act: (one: NonNullable<typeof waiting>) => void): Promise<void> => {
    const one = waiting
    waiting = undefined
    if (one !== undefined) act(one)
    await new Promise((resolve) => setImmediate(resolve))
  }
  return {
    camera,
    facts,
    give: (picture: Picture) => settle(({ resolve }) => resolve(picture)),
    fail: (error: unknown) => settle(({ reject }) => reject(error)),
  }
}

/** The text is the picture: most tests are not about codes. */
const worded = (text: string): Picture => ({ width: text.length, height: 1, data: utf8(text) })
const wordsOf = ({ data }: Picture): string | undefined => new TextDecoder().decode(data) || undefined

function watch(options: Partial<ScanOptions> = {}) {
  const hand = handCamera()
  const states: ScanState[] = []
  const ends: (Uint8Array | AppError)[] = []
  const running = scan(hand.camera, {
    maxBytes: 100_000,
    changed: (state) => states.push(state),
    done: (bytes) => ends.push(bytes),
    failed: (error) => ends.push(error),
    read: wordsOf,
    ...options,
  })
  return { ...hand, running, states, ends, causes: () => states.at(-1)?.causes }
}

const content = utf8('a change and everything that belongs to it '.repeat(3))

async function framesOf(bytes: Uint8Array, size = 12) {
  return frameSource(await pack(bytes), size)
}

test('frames in pictures become what was packed; the camera is closed, one picture at a time', async () => {
  const packed = await pack(content)
  const source = frameSource(packed, fragmentBytesFor(8, packed.length) >> 2)
  const { give, ends, facts, states } = watch({ read: readQr })
  expect(source.blocks).toBeGreaterThan(1)
  await give(pictureOf(qrMatrix('A POSTER'), 3))
  for (let n = 1; n <= source.blocks; n++) await give(pictureOf(qrMatrix(source.frame(n), source.version), 3))
  await vi.waitFor(() => expect(ends).toEqual([content]))
  expect(facts).toEqual({ closed: 1, atOnce: 0 })
  expect(states.at(-1)?.progress).toMatchObject({ blocks: source.blocks, of: source.blocks })
  expect(states.at(-1)?.progress.counts['not-ours']).toBe(1)
})

test('ten seconds without anything new, and why: from what was seen since', async () => {
  const source = await framesOf(content)
  const other = await framesOf(utf8('something else that is long enough for several frames'))
  const { give, causes, running } = watch()
  vi.advanceTimersByTime(10_000)
  expect(causes()).toEqual(['no-pictures'])
  await give(worded(source.frame(1)))
  expect(causes()).toEqual([])
  for (let n = 0; n < 20; n++) await give(worded(''))
  vi.advanceTimersByTime(9999)
  expect(causes()).toEqual([])
  vi.advanceTimersByTime(1)
  expect(causes()).toEqual(['no-code'])
  for (let n = 0; n < 10; n++) await give(worded(n < 6 ? other.frame(n + 1) : source.frame(1)))
  await give(worded('https://example.org'))
  vi.advanceTimersByTime(10_000)
  expect(causes()).toEqual(['other-message', 'standing-still', 'not-ours'])
  vi.advanceTimersByTime(5000)
  await give(worded(source.frame(2)))
  expect(causes()).toEqual([])
  vi.advanceTimersByTime(9999)
  expect(causes()).toEqual([])
  running.stop()
})

test('started over with a name, only that message is taken', async () => {
  const [source, other] = [await framesOf(content), await framesOf(utf8('another message, long enough to be cut'))]
  const { give, states, running } = watch()
  await give(worded(other.frame(1)))
  running.startOver(source.message)
  await give(worded(other.frame(2)))
  await give(worded(source.frame(1)))
  expect(states.at(-1)?.progress).toMatchObject({ message: source.message, frames: 1 })
  expect(states.at(-1)?.progress.others).toEqual([{ message: other.message, frames: 1 }])
  running.stop()
})

test('stopped, nothing is told any more, whatever the camera still gives', async () => {
  const source = await framesOf(content)
  const { give, fail, states, ends, running, facts } = watch()
  await give(worded(source.frame(1)))
  const told = states.length
  running.stop()
  await give(worded(source.frame(2)))
  await fail(new Error('closed'))
  expect(states).toHaveLength(told)
  expect([ends, facts.closed, vi.getTimerCount()]).toEqual([[], 1, 0])
})

test('a camera that stops, content that is too large, and content that is no packed one, each end it with an error', async () => {
  const stopped = watch()
  await stopped.fail(new DOMException('gone', 'InvalidStateError'))
  const code = ({ ends }: ReturnType<typeof watch>) => ends.map((end) => end instanceof AppError && end.code)
  expect(code(stopped)).toEqual(['source/unreachable'])
  expect(stopped.facts.closed).toBe(1)

  const large = watch({ maxBytes: 10 })
  const source = await framesOf(content, 500)
  await large.give(worded(source.frame(1)))
  await vi.waitFor(() => expect(code(large)).toEqual(['source/too-large']))

  const raw = watch()
  await raw.give(worded(frameSource(utf8('not packed'), 500).frame(1)))
  await vi.waitFor(() => expect(code(raw)).toEqual(['format/malformed']))
})

test.each([
  ['NotFoundError', 'source/not-found', 'absent'],
  ['OverconstrainedError', 'source/not-found', 'absent'],
  ['NotAllowedError', 'source/rejected', 'refused'],
  ['NotReadableError', 'source/unreachable', 'busy'],
  ['AbortError', 'source/unreachable', 'busy'],
])('%s is told as %s', (name, code, camera) => {
  const error = cameraError(new DOMException('words of the browser', name))
  expect(error).toMatchObject({ code, data: { camera } })
  expect(error.hint).toBeDefined()
})
