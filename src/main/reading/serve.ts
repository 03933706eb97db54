// The thread's side: each question runs with a signal of its own, and is answered once.
import { AppError, toAppError, toErrorData } from '../../core/error.ts'
import { knownPlaces, learnPlaces } from '../../node/known-places.ts'
import { crossing, type FromReader, parseToReader } from './protocol.ts'
import type { ReadingName, Readings } from './readings.ts'

export interface ReaderPipe {
  post(message: FromReader, buffers: ArrayBuffer[]): void
  listen(hear: (message: unknown) => void): void
  /** For the log: the cause of a bug does not cross. */
  report(what: string, thrown: unknown): void
}

export function serveReadings(pipe: ReaderPipe, readings: Readings): void {
  const running = new Map<number, AbortController>()

  async function answer(id: number, name: ReadingName, asked: unknown): Promise<void> {
    const stop = new AbortController()
    running.set(id, stop)
    try {
      const ask: ((asked: never, signal: AbortSignal) => Promise<unknown>) | undefined = readings[name]
      if (ask === undefined) throw new AppError({ code: 'internal/bug', message: `there is no reading ${name}` })
      const { value, buffers } = crossing(await ask(asked as never, stop.signal))
      if (!stop.signal.aborted) pipe.post({ kind: 'answer', id, value, places: knownPlaces() }, buffers)
    } catch (thrown) {
      if (toAppError(thrown).code === 'internal/bug') pipe.report(name, thrown)
      const error = toErrorData(thrown)
      if (!stop.signal.aborted) pipe.post({ kind: 'failure', id, error, places: knownPlaces() }, [])
    } finally {
      running.delete(id)
    }
  }

  pipe.listen((raw) => {
    const message = parseToReader(raw)
    if (message.kind === 'cancel') return running.get(message.id)?.abort()
    learnPlaces(message.places)
    void answer(message.id, message.name, message.asked)
  })
}
