// How long a server may take: so long for the next sign of life, so long for the whole.
export interface Stopwatch {
  signal: AbortSignal
  /** So long from now until the next sign of life. */
  allow(ms: number): void
  /** Whoever reads is busy: the other side owes nothing until the next `allow`. */
  pause(): void
  /** Ends with the time, even if what is waited for does not. */
  guard<T>(promise: Promise<T>): Promise<T>
  ranOut(): boolean
  stop(): void
}

export function stopwatch(outer: AbortSignal, totalMs: number): Stopwatch {
  const controller = new AbortController()
  let isOver = false
  const expire = () => {
    isOver = true
    controller.abort()
  }
  const total = setTimeout(expire, totalMs)
  let step: NodeJS.Timeout | undefined
  const cancel = () => controller.abort()
  outer.addEventListener('abort', cancel, { once: true })
  const ended = new Promise<never>((_, reject) => {
    controller.signal.addEventListener('abort', () => reject(controller.signal.reason), { once: true })
  })
  return {
    signal: controller.signal,
    allow: (ms) => {
      clearTimeout(step)
      step = setTimeout(expire, ms)
    },
    pause: () => clearTimeout(step),
    guard: (promise) => Promise.race([promise, ended]),
    ranOut: () => isOver,
    stop: () => {
      clearTimeout(total)
      clearTimeout(step)
      outer.removeEventListener('abort', cancel)
    },
  }
}
