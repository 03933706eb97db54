// Reads QR codes from a camera until a message is whole: one picture at a time, and after ten seconds without anything new, why.
import type { AppError } from '../core/error.ts'
import { unpack } from '../core/transfer/deflate.ts'
import { type FrameCounts, type FrameProgress, frameSink } from '../core/transfer/frame-sink.ts'
import type { MessageName } from '../core/transfer/frames.ts'
import { type Picture, readQr } from '../core/transfer/qr.ts'
import { cameraError, type OpenCamera } from './camera.ts'
import { type Cause, causesOf } from './causes.ts'

export interface ScanState {
  progress: FrameProgress
  /** Why nothing new came for ten seconds, most likely first; empty as long as it goes well. */
  causes: readonly Cause[]
}

export interface ScanOptions {
  /** Of what was shown, unpacked. */
  maxBytes: number
  changed?: (state: ScanState) => void
  /** What was given to `pack` on the other side. The camera is closed by then. */
  done: (bytes: Uint8Array) => void
  /** The camera stopped, or the message is not what it should be. The camera is closed by then. */
  failed: (error: AppError) => void
  /** A decoder other than ours, for tests. */
  read?: (picture: Picture) => string | undefined
}

export interface Scan {
  /** Forgets what was read; with a name, only frames of that message are taken. */
  startOver(message?: MessageName): void
  /** For good; closes the camera, and nothing is called any more. */
  stop(): void
}

const stallMs = 10_000

export function scan(camera: OpenCamera, options: ScanOptions): Scan {
  const { read = readQr } = options
  const sink = frameSink()
  let [isOver, isStopped] = [false, false]
  let causes: readonly Cause[] = []
  let [seen, pictures] = [sink.progress().counts, 0]
  let timer: ReturnType<typeof setTimeout> | undefined

  const report = (): void => options.changed?.({ progress: sink.progress(), causes })
  const close = (): void => {
    isOver = true
    clearTimeout(timer)
    camera.close()
  }
  const wait = (): void => {
    clearTimeout(timer)
    ;[seen, pictures] = [sink.progress().counts, 0]
    timer = setTimeout(() => {
      causes = causesOf({ pictures, counts: since(seen, sink.progress().counts) })
      wait()
      report()
    }, stallMs)
  }
  const take = (text: string): void => {
    const { kind } = sink.take(text)
    if (kind === 'accepted' || kind === 'resized') {
      causes = []
      wait()
    }
    report()
  }
  const run = async (): Promise<void> => {
    for (;;) {
      const picture = await camera.picture()
      if (isOver) return
      pictures++
      const text = read(picture)
      if (text !== undefined) take(text)
      const { bytes } = sink.progress()
      if (bytes === undefined) continue
      close()
      const content = await unpack(bytes, options.maxBytes)
      if (!isStopped) options.done(content)
      return
    }
  }

  wait()
  report()
  run().catch((thrown) => {
    // Stopped by us, a camera may fail to give its next picture.
    if (isStopped) return
    if (!isOver) close()
    options.failed(cameraError(thrown))
  })
  return {
    startOver: (message) => {
      sink.startOver(message)
      causes = []
      wait()
      report()
    },
    stop: () => {
      isStopped = true
      if (!isOver) close()
    },
  }
}

function since(before: FrameCounts, now: FrameCounts): FrameCounts {
  const less = (kind: keyof FrameCounts): number => now[kind] - before[kind]
  return {
    accepted: less('accepted'),
    resized: less('resized'),
    duplicate: less('duplicate'),
    'other-message': less('other-message'),
    'not-ours': less('not-ours'),
    damaged: less('damaged'),
    'too-large': less('too-large'),
    failed: less('failed'),
  }
}
