// A CTAPHID channel (CTAP 2.1, section 11.2): one question at a time, with time limits, while the token may say that it
// waits for a touch, and while other programs talk to the same token on channels of their own.
import { randomBytes } from 'node:crypto'
import { AppError, cancelled } from '../../core/error.ts'
import { type HidLink, reportBytes } from '../hid.ts'
import { assembler, broadcast, channelOf, command, garbled, type Message, toFrames } from './frames.ts'

export interface Limits {
  /** Without any frame from the token. It sends one at least each 100 ms while it works. */
  silenceMs: number
  /** For a whole question, a touch included. */
  touchMs: number
  /** As long as another program's question is being answered. */
  busyMs: number
  /** A touch is announced to the person when the token asks for it, or after this time without an answer. */
  announceMs: number
}

export const usualLimits: Limits = { silenceMs: 3_000, touchMs: 30_000, busyMs: 2_000, announceMs: 400 }

export interface Ask {
  signal: AbortSignal
  /** Called at most once, when the person should touch. Without it a token that asks for a touch is told to stop. */
  onTouch?: () => void
}

export interface Channel {
  /** Whether the token speaks CTAP2 at all. */
  speaksCbor: boolean
  /** Of CTAPHID; YubiKeys put their firmware here. */
  deviceVersion: readonly [number, number, number]
  /** Aborted with the error to throw when the token is unplugged, also while nobody asks it anything. */
  gone: AbortSignal
  ask(code: number, data: Uint8Array, how: Ask): Promise<Uint8Array>
  /** Never throws. */
  close(): Promise<void>
}

/** The token asks for a touch where none may be asked of a person. */
export class TouchNeeded extends AppError {
  constructor() {
    super({
      code: 'signer/failed',
      message: 'the token asks for a touch where none is needed',
      hint: 'use another token',
    })
  }
}

const keepaliveTouch = 2
const errorBusy = 0x06
/** Capability bit of INIT: the CBOR command is there. */
const capabilityCbor = 0x04
/** Of frames nobody waits for: a device that floods us is not a token. */
const maxQueued = 1_024
const drainMs = 500

type Wake = { frame: Uint8Array } | { error: AppError } | 'time' | 'cancelled'

export async function openChannel(link: HidLink, signal: AbortSignal, limits = usualLimits): Promise<Channel> {
  let id = broadcast
  let queue: Uint8Array[] = []
  let lost: AppError | undefined
  const gone = new AbortController()
  let wake: (() => void) | undefined

  link.onReport(
    (report) => {
      // Other programs' answers arrive here too.
      if (report.length !== reportBytes || channelOf(report) !== id) return
      if (queue.length < maxQueued) queue.push(report.slice())
      wake?.()
    },
    (error) => {
      lost ??= error
      gone.abort(lost)
      wake?.()
    },
  )

  async function next(limitMs: number, stop: AbortSignal | undefined): Promise<Wake> {
    const until = performance.now() + limitMs
    for (;;) {
      if (stop?.aborted) return 'cancelled'
      const frame = queue.shift()
      if (frame !== undefined) return { frame }
      if (lost !== undefined) return { error: lost }
      const left = until - performance.now()
      if (left <= 0) return 'time'
      await new Promise<void>((resolve) => {
        const timer = setTimeout(done, left)
        function done(): void {
          clearTimeout(timer)
          stop?.removeEventListener('abort', done)
          wake = undefined
          resolve()
        }
        stop?.addEventListener('abort', done, { once: true })
        wake = done
      })
    }
  }

  async function send(code: number, data: Uint8Array): Promise<void> {
    queue = []
    for (const frame of toFrames(id, code, data)) {
      if (lost !== undefined) throw lost
      await link.write(frame)
      frame.fill(0)
    }
  }

  /** The token forgets the question; what it still says about it is thrown away. */
  async function cancel(): Promise<void> {
    try {
      await send(command.cancel, new Uint8Array(0))
      const answer = assembler()
      const until = performance.now() + Math.min(drainMs, limits.silenceMs)
      while (performance.now() < until) {
        const woken = await next(until - performance.now(), undefined)
        if (typeof woken !== 'object' || 'error' in woken) return
        const message = answer.take(woken.frame)
        if (message !== undefined && message.code !== command.keepalive) return
      }
    } catch {
      // Gone, or talking nonsense: the question ends either way, and with it this channel.
    }
  }

  async function askOnce(code: number, data: Uint8Array, how: Ask, begun: number): Promise<Message | 'busy'> {
    await send(code, data)
    const answer = assembler()
    let announced = false
    let lastFrame = performance.now()
    for (;;) {
      const now = performance.now()
      // A token that only says that it is working holds up whoever looks; a person who was told to touch may take their time.
      const wholeMs = how.onTouch === undefined ? limits.silenceMs : limits.touchMs
      const limit = Math.min(lastFrame + limits.silenceMs, begun + wholeMs)
      const announceAt = how.onTouch === undefined || announced ? Infinity : begun + limits.announceMs
      const woken = await next(Math.min(limit, announceAt) - now, how.signal)
      if (woken === 'cancelled') {
        await cancel()
        throw cancelled('nothing was signed')
      }
      if (woken === 'time') {
        if (performance.now() < limit) {
          announced = true
          how.onTouch?.()
          continue
        }
        await cancel()
        const isLate = how.onTouch !== undefined && performance.now() >= begun + limits.touchMs
        throw isLate ? notTouched(limits.touchMs) : silent(limits.silenceMs)
      }
      if ('error' in woken) throw woken.error
      lastFrame = performance.now()
      const message = answer.take(woken.frame)
      if (message === undefined) continue
      if (message.code === code) return message
      if (message.code === command.error) {
        if (message.data[0] === errorBusy) return 'busy'
        throw garbled(`it answers with error ${message.data[0] ?? 'unknown'}`)
      }
      if (message.code !== command.keepalive) throw garbled(`it answers command ${code} with ${message.code}`)
      if (message.data[0] !== keepaliveTouch) continue
      if (how.onTouch === undefined) {
        await cancel()
        throw new TouchNeeded()
      }
      if (!announced) how.onTouch()
      announced = true
    }
  }

  async function ask(code: number, data: Uint8Array, how: Ask): Promise<Uint8Array> {
    const begun = performance.now()
    for (;;) {
      if (how.signal.aborted) throw cancelled('nothing was signed')
      const message = await askOnce(code, data, how, begun)
      if (message !== 'busy') return message.data
      if (performance.now() - begun > limits.busyMs) throw busy()
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }

  /** On the broadcast channel answers to other programs' INIT arrive as well: ours is the one with our nonce. */
  async function allocate(): Promise<Pick<Channel, 'speaksCbor' | 'deviceVersion'>> {
    if (signal.aborted) throw cancelled('nothing was signed')
    const nonce = randomBytes(8)
    await send(command.init, nonce)
    let answer = assembler()
    const until = performance.now() + limits.silenceMs
    for (;;) {
      const woken = await next(until - performance.now(), signal)
      if (woken === 'cancelled') throw cancelled('nothing was signed')
      if (woken === 'time') throw silent(limits.silenceMs)
      if ('error' in woken) throw woken.error
      const message = answer.take(woken.frame)
      if (message === undefined) continue
      answer = assembler()
      const { code, data } = message
      if (code === command.error && data[0] === errorBusy) {
        if (performance.now() > until - limits.silenceMs + limits.busyMs) throw busy()
        await new Promise((resolve) => setTimeout(resolve, 50))
        await send(command.init, nonce)
        continue
      }
      if (code !== command.init || data.length < 17 || !nonce.equals(data.subarray(0, 8))) continue
      id = new DataView(data.buffer, data.byteOffset).getUint32(8)
      if (id === 0 || id === broadcast) throw garbled('it gave out a reserved channel')
      const [major = 0, minor = 0, build = 0, capabilities = 0] = data.subarray(13, 17)
      return { speaksCbor: (capabilities & capabilityCbor) !== 0, deviceVersion: [major, minor, build] }
    }
  }

  try {
    return { ...(await allocate()), gone: gone.signal, ask, close: () => link.close() }
  } catch (thrown) {
    await link.close()
    throw thrown
  }
}

function notTouched(limitMs: number): AppError {
  return new AppError({
    code: 'signer/touch-timeout',
    message: `the token was not touched within ${Math.round(limitMs / 1000)} seconds; nothing was signed`,
    hint: 'repeat it, and touch the token when asked to',
  })
}

function silent(limitMs: number): AppError {
  return new AppError({
    code: 'signer/failed',
    message: `the token did not answer for ${Math.round(limitMs / 1000)} seconds`,
    hint: 'unplug it, plug it in again, then repeat',
  })
}

function busy(): AppError {
  return new AppError({
    code: 'signer/busy',
    message: 'another program is using the token',
    hint: 'close it (a browser, for example), then repeat',
  })
}
