// Shows bytes as QR codes: one that stands still where one can hold them, else frame after frame until somebody stops it.
import { AppError } from '../core/error.ts'
import {
  type Density,
  type FrameSource,
  fragmentBytesFor,
  frameSource,
  versionOfDensity,
} from '../core/transfer/frames.ts'
import { qrMatrix } from '../core/transfer/qr.ts'
import type { Surface } from './surface.ts'

export interface PlayerState {
  /** Number of the frame that is shown, from 1; it runs past `blocks`, since later frames are mixtures of blocks. */
  frame: number
  /** Of how many blocks the message is made; 1: one code holds it, and nothing moves. */
  blocks: number
  /** Of the codes that are shown. */
  version: number
  density: Density
  framesPerSecond: number
  isPlaying: boolean
}

export interface Player {
  state(): PlayerState
  play(): void
  pause(): void
  /** Stops, and shows the next frame, or with -1 the one before. */
  step(by?: 1 | -1): void
  /** Begins anew with codes of another size: frames of two sizes do not add up. */
  setDensity(density: Density): void
  setSpeed(framesPerSecond: number): void
  /** For good: no timer is left. */
  stop(): void
}

export interface PlayerOptions {
  density?: Density
  framesPerSecond?: number
  /** After each frame and each change; also for the first frame. */
  changed?: (state: PlayerState) => void
}

export const slowest = 1
export const fastest = 20
const usualSpeed = 6

/** `packed` is what `pack` of core made. */
export function showFrames(surface: Surface, packed: Uint8Array, options: PlayerOptions = {}): Player {
  let density = options.density ?? 'normal'
  let speed = checkedSpeed(options.framesPerSecond ?? usualSpeed)
  let source = sourceOf(packed, density)
  let frame = 1
  let timer: ReturnType<typeof setInterval> | undefined

  const state = (): PlayerState => ({
    frame,
    blocks: source.blocks,
    version: source.version,
    density,
    framesPerSecond: speed,
    isPlaying: timer !== undefined,
  })
  const report = (): void => options.changed?.(state())
  const show = (): void => {
    surface.draw(qrMatrix(source.frame(frame), source.version))
    report()
  }
  const halt = (): void => {
    clearInterval(timer)
    timer = undefined
  }
  const run = (): void => {
    halt()
    if (source.blocks === 1) return
    timer = setInterval(() => {
      frame++
      show()
    }, 1000 / speed)
  }

  run()
  show()
  return {
    state,
    play: () => {
      run()
      report()
    },
    pause: () => {
      halt()
      report()
    },
    step: (by = 1) => {
      halt()
      if (source.blocks > 1) frame = Math.max(1, frame + by)
      show()
    },
    setDensity: (chosen) => {
      const wasPlaying = timer !== undefined || source.blocks === 1
      halt()
      density = chosen
      source = sourceOf(packed, density)
      frame = 1
      if (wasPlaying) run()
      show()
    },
    setSpeed: (framesPerSecond) => {
      speed = checkedSpeed(framesPerSecond)
      if (timer !== undefined) run()
      report()
    },
    stop: () => {
      halt()
      surface.close()
    },
  }
}

/** One code that stands still is worth a size more; who asks for coarse codes has a camera that cannot read such ones. */
function sourceOf(packed: Uint8Array, density: Density): FrameSource {
  if (density !== 'coarse') {
    const whole = frameSource(packed, fragmentBytesFor(versionOfDensity.dense, packed.length))
    if (whole.blocks === 1) return whole
  }
  return frameSource(packed, fragmentBytesFor(versionOfDensity[density], packed.length))
}

function checkedSpeed(framesPerSecond: number): number {
  if (framesPerSecond >= slowest && framesPerSecond <= fastest) return framesPerSecond
  throw new AppError({
    code: 'usage/invalid',
    message: `${framesPerSecond} frames a second cannot be shown`,
    hint: `use a number from ${slowest} to ${fastest}`,
  })
}
