// A rehearsal card behind Debian's virtual reader: vpcd listens, the card connects. Insertion and removal are connecting
// and disconnecting.
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** What a card must be to stand behind the reader; a RehearsalCard is one. */
export interface VirtualCard {
  atr: Uint8Array
  transmit(command: Uint8Array): Promise<Uint8Array>
  reset(): void
}

export interface VirtualReader {
  /** Resolves when the reader has the card; pcscd itself polls every 400 ms, and does not notice a swap that is faster. */
  insert(card: VirtualCard): Promise<void>
  /** Resolves when pcscd has given power to the card that was inserted last. */
  noticed(): Promise<void>
  remove(): Promise<void>
}

/** Messages of one byte that are no APDU: off (0), on (1), reset (2), and the question for the ATR, which has an answer. */
const control = { off: 0, atr: 4 } as const

const noticeLimitMs = 5_000

export function virtualReader(port: number): VirtualReader {
  let socket: Socket | undefined
  let powered: Promise<void> = Promise.resolve()

  const remove = async () => {
    const old = socket
    socket = undefined
    if (old === undefined || old.destroyed) return
    const closed = once(old, 'close')
    old.destroy()
    await closed
  }

  return {
    remove,
    noticed: async () => {
      const limit = new AbortController()
      const late = sleep(noticeLimitMs, undefined, { signal: limit.signal }).then(() => {
        throw new Error(`pcscd gave the card no power within ${noticeLimitMs} ms`)
      })
      late.catch(() => undefined)
      await Promise.race([powered, late])
      limit.abort()
      // It has the ATR on its way, and tells programs of the card then.
      await sleep(100)
    },
    insert: async (card) => {
      await remove()
      const fresh = connect({ port, host: '127.0.0.1', noDelay: true })
      await once(fresh, 'connect')
      // A reader that goes away is the same as a card that is pulled.
      fresh.on('error', () => fresh.destroy())
      fresh.on('close', () => card.reset())
      card.reset()
      powered = new Promise((resolve) => serve(fresh, card, resolve))
      socket = fresh
    },
  }
}

function serve(socket: Socket, card: VirtualCard, onPower: () => void): void {
  let pending = Buffer.alloc(0)
  let last: Promise<void> = Promise.resolve()
  let isOn = false

  const handle = async (message: Uint8Array) => {
    const [code] = message
    if (message.length > 1) return reply(socket, await card.transmit(message))
    if (code === control.atr) {
      reply(socket, card.atr)
      // The first time it is asked only whether a card is there at all.
      if (isOn) onPower()
      return
    }
    isOn = code !== control.off
    card.reset()
  }

  socket.on('data', (chunk) => {
    pending = Buffer.concat([pending, chunk])
    while (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE(0)) {
      const end = 2 + pending.readUInt16BE(0)
      const message = Uint8Array.from(pending.subarray(2, end))
      pending = pending.subarray(end)
      last = last.then(() => handle(message)).catch(() => void socket.destroy())
    }
  })
}

/** Length and content in one write: two would wait for each other's acknowledgement. */
function reply(socket: Socket, answer: Uint8Array): void {
  if (socket.destroyed) return
  const head = Uint8Array.of(answer.length >> 8, answer.length & 0xff)
  socket.write(Buffer.concat([head, answer]))
}
