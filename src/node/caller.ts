// A port: asking a web service questions that are answered in JSON. What an answer means is for whoever asks.

export interface Answered {
  status: number
  /** As received; refused before this when it is no JSON. */
  bytes: Uint8Array
}

export interface Caller {
  /** For people: where it goes. */
  readonly address: string
  /** `path` is below the address, and may carry a query. */
  get(path: string, maxBytes: number, signal: AbortSignal): Promise<Answered>
  post(path: string, body: Uint8Array, maxBytes: number, signal: AbortSignal): Promise<Answered>
}
