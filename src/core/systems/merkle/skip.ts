// How skip links are laid out: link k of height h leads to h - 2^k, for k up to how often 2 divides h; link 0 is the version
// before. Down a distance of n this takes at most 2 log2(n + 2) - 2 steps.

export function skipCount(height: number): number {
  if (height === 0) return 0
  let count = 0
  // No bit operations: they would cut a height off at 32 bits.
  for (let rest = height; rest % 2 === 0; rest /= 2) count++
  return count
}

/** The longest link of a version that does not lead below `to`. */
export function longestLink(from: number, to: number): number {
  let link = 0
  while (link < skipCount(from) && from - 2 ** (link + 1) >= to) link++
  return link
}
