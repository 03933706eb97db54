// Lines about many bins that differ in nothing but the name of the bin are one line about all of them.

/** Fewer are told one by one. */
const least = 4

/**
 * `line` tells one item by the name that it is given; `many` tells all of a bunch, which has "16 bins, bins-0 to bins-f". What
 * differs in anything else keeps a line of its own, and everything stays where the first of it stood.
 */
export function bunched<T>(
  items: readonly T[],
  nameOf: (item: T) => string,
  line: (item: T) => string,
  many: (item: T, bins: string, count: number) => string,
): string[] {
  const bunches = new Map<string, T[]>()
  for (const item of items) {
    const name = nameOf(item)
    const stem = stemOf(name)
    const key = stem === undefined ? `one ${name}` : `many ${stem} ${line(item).replaceAll(name, '*')}`
    bunches.set(key, [...(bunches.get(key) ?? []), item])
  }
  return [...bunches.values()].flatMap((bunch) => {
    const [first] = bunch
    if (first === undefined || bunch.length < least) return bunch.map(line)
    return [many(first, binsText(bunch.map(nameOf)), bunch.length)]
  })
}

const binName = /^(.*-)([0-9a-f]{1,8})$/

function stemOf(name: string): string | undefined {
  const [, stem, digits = ''] = binName.exec(name) ?? []
  return stem === undefined ? undefined : `${stem} ${digits.length}`
}

/** "16 bins, bins-0 to bins-f"; where some between them are left out, each is not named but counted. */
function binsText(names: readonly string[]): string {
  const numbers = names.map((name) => Number.parseInt(binName.exec(name)?.[2] ?? '', 16))
  const sorted = names.toSorted()
  const isWhole = Math.max(...numbers) - Math.min(...numbers) + 1 === names.length
  return `${names.length} bins, ${sorted[0]} ${isWhole ? 'to' : '...'} ${sorted.at(-1)}`
}
