// Lines and documents as a terminal takes them: sentences broken at words, JSON in which nothing hides.

const width = 110

/** Long sentences go on in the next line, indented under where they began; a word is never broken. */
export function wrapped(lines: readonly string[]): string[] {
  return lines.flatMap((line) => {
    const lead = /^ *(?:(?:was|is) +|[✓·!] )?/.exec(line)?.[0].length ?? 0
    const indent = ' '.repeat(lead === 0 ? 2 : lead)
    const rows: string[] = []
    let rest = line
    while (rest.length > width) {
      const start = rows.length === 0 ? lead : indent.length
      const before = rest.lastIndexOf(' ', width)
      const at = before > start ? before : rest.indexOf(' ', width)
      if (at < 0) break
      rows.push(rest.slice(0, at))
      rest = indent + rest.slice(at + 1)
    }
    return [...rows, rest]
  })
}

/** The same value, with every character that a terminal obeys or an eye misses written as its number. */
export function jsonText(data: unknown): string {
  const escape = (char: string): string =>
    Array.from({ length: char.length }, (_, i) => `\\u${char.charCodeAt(i).toString(16).padStart(4, '0')}`).join('')
  // The line feeds are those between the members: in a value they are escaped already.
  return JSON.stringify(data, null, 2).replace(/(?!\n)[\p{C}\p{Zl}\p{Zp}]/gu, escape)
}

/** An argument as it has to be typed again. */
export function quoted(argument: string): string {
  return /^[\w./:@%+=,-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`
}
