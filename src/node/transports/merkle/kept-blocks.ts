// Blocks that were read once: what has a hash for a name never changes. As many as fit, the oldest goes first.
const standardBytes = 32 * 1024 * 1024

export class KeptBlocks {
  readonly #maxBytes: number
  readonly #kept = new Map<string, Uint8Array>()
  #bytes = 0

  constructor(maxBytes = standardBytes) {
    this.#maxBytes = maxBytes
  }

  get(cid: string): Uint8Array | undefined {
    return this.#kept.get(cid)
  }

  put(cid: string, block: Uint8Array): void {
    if (this.#kept.has(cid) || block.length > this.#maxBytes) return
    this.#kept.set(cid, block)
    this.#bytes += block.length
    for (const [old, { length }] of this.#kept) {
      if (this.#bytes <= this.#maxBytes) return
      this.#kept.delete(old)
      this.#bytes -= length
    }
  }
}
