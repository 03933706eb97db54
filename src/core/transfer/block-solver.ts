// Blocks from combinations of blocks: each part is an equation over them, and what is kept is always solved as far as it goes. So
// nothing that was received is lost, and never more is kept than the message has blocks, whatever is sent.
import { xorInto } from './fountain.ts'

interface Equation {
  /** The blocks that are combined here, a bit each. */
  mask: Uint32Array
  data: Uint8Array
}

/** `useful`: it told something new. `known`: it follows from the others. `contradiction`: it, or one of the others, is false. */
export type Verdict = 'useful' | 'known' | 'contradiction'

export class BlockSolver {
  readonly #words: number
  /** By the block that no other equation has: the lowest one when it was added. */
  readonly #equations = new Map<number, Equation>()

  readonly count: number

  constructor(count: number) {
    this.count = count
    this.#words = Math.ceil(count / 32)
  }

  add(indexes: readonly number[], data: Uint8Array): Verdict {
    const added: Equation = { mask: new Uint32Array(this.#words), data: Uint8Array.from(data) }
    for (const index of indexes) flip(added.mask, index)
    // No equation has the block of another one: taking one out brings back none that was taken out before.
    for (const index of indexes) {
      const equation = this.#equations.get(index)
      if (equation !== undefined) combine(added, equation)
    }
    const lowest = lowestOf(added.mask)
    if (lowest === undefined) return added.data.some((byte) => byte !== 0) ? 'contradiction' : 'known'
    for (const equation of this.#equations.values()) if (has(equation.mask, lowest)) combine(equation, added)
    this.#equations.set(lowest, added)
    return 'useful'
  }

  /** How many independent equations there are: with as many as there are blocks, all blocks are known. */
  get useful(): number {
    return this.#equations.size
  }

  /** How many blocks are known by now. */
  get known(): number {
    let known = 0
    for (const { mask } of this.#equations.values()) if (isSingle(mask)) known++
    return known
  }

  /** All blocks in their order, when all are known. */
  blocks(): Uint8Array[] | undefined {
    if (this.#equations.size < this.count) return undefined
    return Array.from({ length: this.count }, (_, index) => this.#equations.get(index)?.data ?? new Uint8Array())
  }
}

function flip(mask: Uint32Array, index: number): void {
  mask[index >>> 5] = (mask[index >>> 5] ?? 0) ^ (1 << (index & 31))
}

function has(mask: Uint32Array, index: number): boolean {
  return (((mask[index >>> 5] ?? 0) >>> (index & 31)) & 1) === 1
}

function lowestOf(mask: Uint32Array): number | undefined {
  const word = mask.findIndex((bits) => bits !== 0)
  if (word < 0) return undefined
  const bits = mask[word] ?? 0
  return word * 32 + 31 - Math.clz32(bits & -bits)
}

function isSingle(mask: Uint32Array): boolean {
  let found = false
  for (const bits of mask) {
    if (bits === 0) continue
    if (found || (bits & (bits - 1)) !== 0) return false
    found = true
  }
  return found
}

function combine(target: Equation, source: Equation): void {
  for (let word = 0; word < target.mask.length; word++) {
    target.mask[word] = (target.mask[word] ?? 0) ^ (source.mask[word] ?? 0)
  }
  xorInto(target.data, source.data)
}
