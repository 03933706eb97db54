// What is shown of a message: one code that stands still, or frames that a reader makes the message of again.
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { frameSink } from '../../src/core/transfer/frame-sink.ts'
import { readQr } from '../../src/core/transfer/qr.ts'
import { type PlayerState, showFrames } from '../../src/optics/player.ts'
import type { Surface } from '../../src/optics/surface.ts'
import { pictureOf } from '../support/qr-picture.ts'
import { codeOfCall } from '../support/thrown.ts'

/** Keeps what was drawn. */
function canvas() {
  const drawn: (readonly (readonly boolean[])[])[] = []
  let isClosed = false
  const surface: Surface = {
    draw: (matrix) => {
      drawn.push(matrix)
    },
    close: () => {
      isClosed = true
    },
  }
  return { surface, drawn, isClosed: () => isClosed }
}

const message = (length: number): Uint8Array => Uint8Array.from({ length }, (_, at) => (at * 37 + (at >> 3)) & 0xff)

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

test('what is drawn is read again, after as many frames as there are blocks', () => {
  const { surface, drawn } = canvas()
  const packed = message(1200)
  const player = showFrames(surface, packed, { framesPerSecond: 10 })
  const { blocks } = player.state()
  expect(blocks).toBeGreaterThan(1)
  vi.advanceTimersByTime((blocks - 1) * 100)
  player.stop()
  expect(drawn).toHaveLength(blocks)
  const sink = frameSink()
  for (const matrix of drawn) sink.take(readQr(pictureOf(matrix, 4)) ?? '')
  expect(sink.progress().bytes).toEqual(packed)
})

test('a small message is one code that stands still; coarse codes cut it', () => {
  const { surface, drawn } = canvas()
  const player = showFrames(surface, message(260))
  expect(player.state()).toMatchObject({ frame: 1, blocks: 1, isPlaying: false })
  vi.advanceTimersByTime(60_000)
  expect(drawn).toHaveLength(1)
  player.setDensity('coarse')
  expect(player.state()).toMatchObject({ frame: 1, isPlaying: true, version: 8 })
  expect(player.state().blocks).toBeGreaterThan(1)
  player.setDensity('normal')
  expect(player.state()).toMatchObject({ blocks: 1, isPlaying: false })
})

test('pause, step, speed and size', () => {
  const states: PlayerState[] = []
  const { surface, drawn } = canvas()
  const player = showFrames(surface, message(3000), { framesPerSecond: 2, changed: (state) => states.push(state) })
  vi.advanceTimersByTime(1000)
  expect(player.state().frame).toBe(3)
  player.pause()
  vi.advanceTimersByTime(10_000)
  expect(player.state()).toMatchObject({ frame: 3, isPlaying: false })
  player.step()
  player.step(-1)
  player.step(-1)
  expect(player.state()).toMatchObject({ frame: 2, isPlaying: false })
  player.setSpeed(20)
  expect(player.state().isPlaying).toBe(false)
  player.play()
  vi.advanceTimersByTime(500)
  expect(player.state().frame).toBe(12)
  const sizes = new Set(drawn.map(({ length }) => length))
  expect(sizes.size).toBe(1)
  player.setDensity('dense')
  expect(player.state()).toMatchObject({ frame: 1, isPlaying: true, framesPerSecond: 20 })
  expect(drawn.at(-1)?.length).toBeGreaterThan(Math.max(...sizes))
  expect(states.at(-1)).toEqual(player.state())
})

test('stopped, nothing is drawn any more and the surface is let go', () => {
  const { surface, drawn, isClosed } = canvas()
  const player = showFrames(surface, message(3000))
  player.stop()
  vi.advanceTimersByTime(10_000)
  expect(drawn).toHaveLength(1)
  expect(isClosed()).toBe(true)
  expect(vi.getTimerCount()).toBe(0)
})

test.each([0, 0.5, 21, Number.NaN])('%s frames a second are refused', (framesPerSecond) => {
  const { surface } = canvas()
  expect(codeOfCall(() => showFrames(surface, message(3000), { framesPerSecond }))).toBe('usage/invalid')
})
