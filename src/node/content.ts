// Large files that are read from some byte on, piece by piece: a Transport hands over whole, small ones.
import type { Transport } from '../core/transport.ts'

export interface Content {
  /** undefined = certainly absent. Who got it must read it, to its end or not: reading is what lets go of it. */
  open(name: string, from: number, signal: AbortSignal): Promise<OpenContent | undefined>
}

export interface OpenContent {
  /** Where the pieces begin: what was asked for, or 0 where the other side cannot begin in the middle. */
  from: number
  /** Each is valid until the next one is asked for. */
  pieces: AsyncIterable<Uint8Array>
}

/** The artifacts of a place that hands files over whole: none of them is large. */
export function wholeContent(targets: Transport): Content {
  return {
    open: async (name, from, signal) => {
      const bytes = await targets.read(name.replace(/^targets\//, ''), maxWholeBytes, signal)
      return bytes === undefined ? undefined : { from, pieces: inOnePiece(bytes.subarray(from)) }
    },
  }
}

const maxWholeBytes = 256 * 1024 * 1024

async function* inOnePiece(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  if (bytes.length > 0) yield bytes
}
