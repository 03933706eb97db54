// "Did you mean": which of the known names is nearly what was typed.

const maxLength = 64
const maxShown = 3

/** The nearest first; none when nothing is near. */
export function similarNames(typed: string, names: Iterable<string>): string[] {
  const near: { name: string; distance: number }[] = []
  for (const name of names) {
    const distance = distanceOf(typed.toLowerCase(), name.toLowerCase())
    const isPart = typed.length > 2 && name.toLowerCase().includes(typed.toLowerCase())
    if (distance <= Math.max(1, Math.floor(typed.length / 3)) || isPart) near.push({ name, distance })
  }
  return near
    .sort((a, b) => a.distance - b.distance)
    .slice(0, maxShown)
    .map(({ name }) => name)
}

/** How many characters must be changed, added, left out or swapped with their neighbour. */
function distanceOf(a: string, b: string): number {
  if (a.length > maxLength || b.length > maxLength) return Number.POSITIVE_INFINITY
  let [before, last]: [number[], number[]] = [[], Array.from({ length: b.length + 1 }, (_, j) => j)]
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1]
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      row[j] = Math.min(
        (last[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + 1,
        (last[j - 1] ?? 0) + (isSame ? 0 : 1),
        isSwap ? (before[j - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
      )
    }
    ;[before, last] = [last, row]
  }
  return last[b.length] ?? 0
}
