// What happens in a served repository, as it happens: one connection that is made again when it breaks, after longer and
// longer pauses, and that names the last event that was seen.
import { setTimeout as sleep } from 'node:timers/promises'
import { type Access, send, withBearer } from '../../web/send.ts'

const pauses = { firstMs: 1000, longestMs: 60_000, silentMs: 90_000 } as const

export interface Listening {
  access?: Access
  send?: typeof send
  firstMs?: number
}

/** Until the signal. `changed` is called for each event, and when it is not known what was missed. */
export async function listenToEvents(
  url: URL,
  changed: () => void,
  signal: AbortSignal,
  { access = {}, send: ask = send, firstMs = pauses.firstMs }: Listening = {},
): Promise<void> {
  let last: string | undefined
  let pauseMs: number = firstMs
  const heard = (id: string | undefined): void => {
    if (id !== undefined) last = id
    pauseMs = firstMs
  }
  while (!signal.aborted) {
    const silence = new AbortController()
    const ended = AbortSignal.any([signal, silence.signal])
    try {
      const from = last === undefined ? {} : { 'last-event-id': last }
      const wanted = { accept: 'text/event-stream', 'user-agent': 'countersign', ...from }
      const response = await ask(url, { headers: await withBearer(wanted, access), signal: ended }, access)
      if (!response.ok || response.body === null) {
        await response.body?.cancel()
        throw new Error(`status ${response.status}`)
      }
      // What happened while nobody listened, before there was any event to name; also before the first connection.
      if (last === undefined) changed()
      await readEvents(response.body, silence, (event) => {
        heard(event.id)
        if (event.kind !== undefined) changed()
      })
    } catch {
      // Whatever broke it: the next connection tells. The inbox says by itself when its repository cannot be reached.
    }
    if (signal.aborted) return
    await sleep(pauseMs * (0.5 + Math.random()), undefined, { signal }).catch(() => undefined)
    pauseMs = Math.min(pauseMs * 2, pauses.longestMs)
  }
}

interface Heard {
  id?: string
  kind?: string
}

const maxEventLength = 64 * 1024

/** WHATWG HTML, 9.2: blocks of lines, each ended by an empty one; a line ends with LF, CR or both, also between two parts. */
async function readEvents(
  body: ReadableStream<Uint8Array>,
  silence: AbortController,
  listener: (event: Heard) => void,
): Promise<void> {
  const decoder = new TextDecoder()
  let text = ''
  let afterReturn = false
  let timer: NodeJS.Timeout | undefined
  const beat = (): void => {
    clearTimeout(timer)
    timer = setTimeout(() => silence.abort(), pauses.silentMs)
  }
  try {
    beat()
    for await (const part of body) {
      beat()
      const all = decoder.decode(part, { stream: true })
      const more: string = afterReturn && all.startsWith('\n') ? all.slice(1) : all
      if (all !== '') afterReturn = more.endsWith('\r')
      text += more.replace(/\r\n?/g, '\n')
      if (text.length > maxEventLength) throw new Error('an event without an end')
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        listener(parsed(text.slice(0, end)))
        text = text.slice(end + 2)
      }
    }
  } finally {
    clearTimeout(timer)
  }
}

function parsed(block: string): Heard {
  const event: Heard = {}
  for (const line of block.split('\n')) {
    const [, field, value = ''] = /^(id|event): ?(.*)$/.exec(line) ?? []
    if (field === 'id') event.id = value.slice(0, 100)
    if (field === 'event') event.kind = value
  }
  return event
}
