// Some of many, so that nothing stays hidden only because it stands behind a crowd: each group has its share, and from each
// group those are taken that stand at equal distances.

/** Not more than `most`; from groups in turn, so that a small one is there as a whole. Everything, in its order, if it fits. */
export function sampleOf(groups: readonly (readonly string[])[], most: number): string[] {
  let [left, open] = [most, groups.length]
  const shares = new Map<readonly string[], number>()
  for (const group of [...groups].sort((a, b) => a.length - b.length)) {
    const share = Math.min(group.length, Math.floor(left / open))
    shares.set(group, share)
    left -= share
    open--
  }
  return groups.flatMap((group) => spread(group, shares.get(group) ?? 0))
}

function spread(group: readonly string[], count: number): string[] {
  if (count >= group.length) return [...group]
  return Array.from({ length: count }, (_, at) => group[Math.floor((at * group.length) / count)] ?? '')
}
