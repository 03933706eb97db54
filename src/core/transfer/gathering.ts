// The parts of one message, cut in one way, until they are enough.
import { concatBytes } from '../bytes.ts'
import { AppError } from '../error.ts'
import { BlockSolver } from './block-solver.ts'
import { blockChooser, type Part } from './fountain.ts'

/** More numbers are not remembered: a frame that is seen again after so many costs a little work and nothing else. */
const maxNumbers = 0xffff

export class Gathering {
  readonly blocks: number
  readonly #blockBytes: number
  readonly #messageBytes: number
  readonly #chosen: (number: number) => readonly number[]
  readonly #solver: BlockSolver
  readonly #numbers = new Set<number>()

  constructor({ blocks, messageBytes, checksum, data }: Part) {
    this.blocks = blocks
    this.#blockBytes = data.length
    this.#messageBytes = messageBytes
    this.#chosen = blockChooser(blocks, checksum)
    this.#solver = new BlockSolver(blocks)
  }

  get frames(): number {
    return this.#numbers.size
  }

  get known(): number {
    return this.#solver.known
  }

  get useful(): number {
    return this.#solver.useful
  }

  isCutLike({ data }: Part): boolean {
    return data.length === this.#blockBytes
  }

  has({ number }: Part): boolean {
    return this.#numbers.has(number)
  }

  /** False: it cannot be true together with what is there already. */
  take({ number, data }: Part): boolean {
    if (this.#solver.add(this.#chosen(number), data) === 'contradiction') return false
    if (this.#numbers.size < maxNumbers) this.#numbers.add(number)
    return true
  }

  /** All blocks one after the other, as long as the message is; undefined as long as one is missing. */
  message(): Uint8Array | undefined {
    const blocks = this.#solver.blocks()
    if (blocks === undefined) return undefined
    const all = concatBytes(...blocks)
    if (all.subarray(this.#messageBytes).some((byte) => byte !== 0)) {
      throw new AppError({ code: 'format/malformed', message: 'behind the message its last block is not empty' })
    }
    return all.slice(0, this.#messageBytes)
  }
}
