// Command APDUs as a reader hands them over (ISO 7816-4): short and extended, chained, and answers fetched in parts.
import { concatBytes } from '../../core/bytes.ts'
import { Refusal, statusWord } from './status.ts'

export interface Command {
  ins: number
  p1: number
  p2: number
  data: Uint8Array
}

/** What the card can hold of one chained command: an object of the largest size and its wrapping. */
const maxDataBytes = 3_200

interface Header extends Command {
  cla: number
  /** How many bytes of answer fit: 256, or 65,536 for an extended command. */
  room: number
}

function parseCommand(bytes: Uint8Array): Header {
  const [cla, ins, p1, p2, lc] = bytes
  if (cla === undefined || ins === undefined || p1 === undefined || p2 === undefined) {
    throw new Refusal(statusWord.wrongLength)
  }
  const header = { cla, ins, p1, p2 }
  const none = new Uint8Array(0)
  if (lc === undefined) return { ...header, data: none, room: 256 }
  if (bytes.length === 5) return { ...header, data: none, room: lc || 256 }
  if (lc !== 0) {
    const end = 5 + lc
    if (bytes.length === end) return { ...header, data: bytes.slice(5, end), room: 256 }
    if (bytes.length === end + 1) return { ...header, data: bytes.slice(5, end), room: bytes[end] || 256 }
    throw new Refusal(statusWord.wrongLength)
  }
  const long = ((bytes[5] ?? 0) << 8) | (bytes[6] ?? 0)
  if (bytes.length === 7) return { ...header, data: none, room: long || 65_536 }
  const end = 7 + long
  if (bytes.length === end) return { ...header, data: bytes.slice(7, end), room: 65_536 }
  if (bytes.length !== end + 2) throw new Refusal(statusWord.wrongLength)
  const le = ((bytes[end] ?? 0) << 8) | (bytes[end + 1] ?? 0)
  return { ...header, data: bytes.slice(7, end), room: le || 65_536 }
}

export interface Channel {
  /**
   * A raw command in, a raw answer out. `run` sees whole commands only, and throws a Refusal for any status but 9000; the data
   * of a command is zeroed when it is done.
   */
  exchange(bytes: Uint8Array, run: (command: Command) => Promise<Uint8Array>): Promise<Uint8Array>
}

const chained = 0x10
const insGetResponse = 0xc0

/** Holds what is between two APDUs: the parts of a command so far, and the rest of an answer. */
export function channel(): Channel {
  let parts: Header | undefined
  let rest = new Uint8Array(0)

  const clear = () => {
    parts?.data.fill(0)
    parts = undefined
    rest = new Uint8Array(0)
  }

  const answer = (data: Uint8Array<ArrayBuffer>, room: number): Uint8Array => {
    rest = data.slice(room)
    const status = rest.length === 0 ? statusWord.ok : 0x6100 | (Math.min(rest.length, 0x100) % 0x100)
    return concatBytes(data.subarray(0, room), statusBytes(status))
  }

  const handle = async (bytes: Uint8Array, run: (command: Command) => Promise<Uint8Array>): Promise<Uint8Array> => {
    const command = parseCommand(bytes)
    if ((command.cla & ~chained) !== 0) throw new Refusal(statusWord.noSuchClass)
    if (command.ins === insGetResponse) {
      if (rest.length === 0) throw new Refusal(statusWord.conditionsNotMet)
      return answer(rest, command.room)
    }
    rest = new Uint8Array(0)
    const before = parts
    parts = undefined
    // A command that does not go on with the chain ends it.
    if (before?.ins === command.ins && before.p1 === command.p1 && before.p2 === command.p2) {
      const joined = concatBytes(before.data, command.data)
      command.data.fill(0)
      command.data = joined
    }
    before?.data.fill(0)
    if (command.data.length > maxDataBytes) throw new Refusal(statusWord.wrongLength)
    if ((command.cla & chained) !== 0) {
      parts = command
      return statusBytes(statusWord.ok)
    }
    try {
      return answer(Uint8Array.from(await run(command)), command.room)
    } finally {
      command.data.fill(0)
    }
  }

  return {
    exchange: async (bytes, run) => {
      try {
        return await handle(bytes, run)
      } catch (thrown) {
        if (!(thrown instanceof Refusal)) throw thrown
        clear()
        return statusBytes(thrown.status)
      }
    },
  }
}

function statusBytes(status: number): Uint8Array {
  return Uint8Array.of(status >> 8, status & 0xff)
}
