// Lines and documents as a terminal takes them: sentences broken at words, JSON in which nothing hides.

const usualWidth = 110

/** Long sentences go on in the next line, indented under where they began; a word is never broken. */
export function wrapped(lines: readonly string[], width = usualWidth): string[] {
  return lines.flatMap((line) => {
    const lead = /^ *(?:(?:was|is) +|[✓·!] )?/.exec(line)?.[0].length ?? 0
    const indent = ' '.repeat(lead === 0 ? 2 : lead)
    const rows: string[] = []
    let start = 0
    // Positions move, the text stays: a line of many megabytes costs no more than its length.
    for (let prefix = ''; prefix.length + line.length - start > width; prefix = indent) {
      const least = start + (rows.length === 0 ? lead : 0)
      const before = line.lastIndexOf(' ', start + width - prefix.length)
      const at = before > least ? before : line.indexOf(' ', start + width - prefix.length)
      if (at < 0) break
      rows.push(prefix + line.slice(start, at))
      start = at + 1
    }
    return [...rows, (rows.length === 0 ? '' : indent) + line.slice(start)]
  })
}

/** The same value, with every character that a terminal obeys or an eye misses written as its number. */
export function jsonText(data: unknown): string {
  const numbers = (char: string): string =>
    Array.from({ length: char.length }, (_, i) => `\\u${char.charCodeAt(i).toString(16).padStart(4, '0')}`).join('')
  // The line feeds are those between the members: in a value they are escaped already.
  return JSON.stringify(data, null, 2).replace(/(?!\n)[\p{C}\p{Zl}\p{Zp}]/gu, numbers)
}

/** An argument as it has to be typed again. */
export function quoted(argument: string): string {
  return /^[\w./:@%+=,-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`
}
