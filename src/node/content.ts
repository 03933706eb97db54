// Large files that are read from some byte on, piece by piece: a Transport hands over whole, small ones.

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
