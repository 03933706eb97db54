// Draws an index by weight in constant time: the alias method in the form that BCR-2020-005 prescribes, step by step, since another
// order of the same arithmetic draws other indexes.
import type { Random } from './xoshiro.ts'

export function sampler(weights: readonly number[]): (random: Random) => number {
  const count = weights.length
  const sum = weights.reduce((total, weight) => total + weight, 0)
  const shares = weights.map((weight) => (weight * count) / sum)
  const [small, large]: [number[], number[]] = [[], []]
  for (let index = count - 1; index >= 0; index--) ((shares[index] ?? 0) < 1 ? small : large).push(index)

  // What stays in one of the two lists when the other is empty is drawn whenever its own turn comes.
  const limits = new Float64Array(count).fill(1)
  const aliases = new Uint32Array(count)
  for (;;) {
    const [less, more] = [small.at(-1), large.at(-1)]
    if (less === undefined || more === undefined) break
    small.pop()
    large.pop()
    const share = shares[less] ?? 0
    limits[less] = share
    aliases[less] = more
    const rest = (shares[more] ?? 0) + (share - 1)
    shares[more] = rest
    ;(rest < 1 ? small : large).push(more)
  }

  return (random) => {
    const index = random.below(count)
    return random.fraction() < (limits[index] ?? 1) ? index : (aliases[index] ?? index)
  }
}
