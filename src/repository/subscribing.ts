// Events as a stream that a browser or a program keeps open (server-sent events): bounded in number, and never held up by
// somebody who does not read.
import { utf8 } from '../core/bytes.ts'
import { AppError } from '../core/error.ts'
import type { Events, RepositoryEvent } from './events.ts'

export interface Subscribing {
  total: number
  perAddress: number
  /** A sign of life, so that both sides notice when the other is gone. */
  beatMs: number
}

export const standardSubscribing: Subscribing = { total: 2000, perAddress: 64, beatMs: 25_000 }

export type Subscribe = (address: string, lastSeen: string | undefined) => Response

export const eventHeaders = { 'content-type': 'text/event-stream', 'cache-control': 'no-store' }

/** More than this unread, and the stream ends: whoever comes back names what they saw last. */
const maxUnread = 256

export function subscribing(events: Events, limits: Subscribing, signal: AbortSignal): Subscribe {
  const open = new Map<ReadableStreamDefaultController<Uint8Array>, { address: string; end(): void }>()
  const beat = setInterval(() => {
    for (const [controller, one] of open) send(controller, one, utf8(': \n\n'))
  }, limits.beatMs)
  beat.unref()
  signal.addEventListener(
    'abort',
    () => {
      clearInterval(beat)
      for (const { end } of [...open.values()]) end()
    },
    { once: true },
  )

  function send(controller: ReadableStreamDefaultController<Uint8Array>, one: { end(): void }, bytes: Uint8Array) {
    if ((controller.desiredSize ?? 0) <= 0) one.end()
    else controller.enqueue(bytes)
  }

  return (address, lastSeen) => {
    signal.throwIfAborted()
    const mine = [...open.values()].filter((one) => one.address === address).length
    if (open.size >= limits.total || mine >= limits.perAddress) throw full(mine >= limits.perAddress)
    const missed = events.since(lastSeen)
    const started = events.last()
    let leave = (): void => undefined
    const body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          const one = {
            address,
            end: () => {
              leave()
              controller.close()
            },
          }
          open.set(controller, one)
          const stop = events.listen((event) => send(controller, one, encoded(event)))
          leave = () => {
            stop()
            open.delete(controller)
          }
          const first = missed === undefined ? [`id: ${started}\nevent: reset\ndata: {}\n\n`] : []
          controller.enqueue(utf8(`retry: 3000\n\n${first.join('')}`))
          for (const event of missed ?? []) controller.enqueue(encoded(event))
        },
        cancel: () => leave(),
      },
      { highWaterMark: maxUnread },
    )
    return new Response(body, { headers: eventHeaders })
  }
}

function encoded({ id, kind, subjects }: RepositoryEvent): Uint8Array {
  return utf8(`id: ${id}\nevent: ${kind}\ndata: ${JSON.stringify({ subjects })}\n\n`)
}

function full(isOwn: boolean): AppError {
  return new AppError({
    code: 'source/unreachable',
    message: isOwn ? 'too many programs listen from this address' : 'too many programs listen here',
    hint: 'close some, or ask now and then instead',
    data: { retryAfterSeconds: 60 },
  })
}
