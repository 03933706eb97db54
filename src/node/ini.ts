// Settings as python's configparser keeps them: read as data, and changed in place, so that other programs find their file again.

/** Section to names to values; names in lower case, as configparser has them. */
export type Ini = ReadonlyMap<string, ReadonlyMap<string, string>>

export function parseIni(text: string): Ini {
  const sections = new Map<string, Map<string, string>>()
  let section = new Map<string, string>()
  for (const line of text.split(/\r?\n/)) {
    const head = /^\[([^\]]+)\]/.exec(line)?.[1]
    if (head !== undefined) {
      section = sections.get(head) ?? new Map<string, string>()
      sections.set(head, section)
    }
    const [, name, value] = entryOf(line) ?? []
    if (name !== undefined) section.set(name.toLowerCase(), value ?? '')
  }
  return sections
}

/** The text with one value set; every other line stays as it is. undefined removes it. */
export function withIniValue(text: string, section: string, name: string, value: string | undefined): string {
  const lines = text === '' ? [] : text.replace(/\r?\n$/, '').split(/\r?\n/)
  const entry = value === undefined ? [] : [`${name} = ${value}`]
  const start = lines.findIndex((line) => line.startsWith(`[${section}]`))
  if (start < 0) {
    if (value === undefined) return text
    const gap = lines.length === 0 ? [] : ['']
    return `${[...lines, ...gap, `[${section}]`, ...entry].join('\n')}\n`
  }
  const next = lines.findIndex((line, at) => at > start && line.startsWith('['))
  const end = next < 0 ? lines.length : next
  const at = lines.findIndex((line, i) => i > start && i < end && entryOf(line)?.[1]?.toLowerCase() === name)
  if (at >= 0) lines.splice(at, 1, ...entry)
  else lines.splice(start + 1, 0, ...entry)
  return `${lines.join('\n')}\n`
}

function entryOf(line: string): RegExpExecArray | undefined {
  return /^([^\s#;[=:][^=:]*?)\s*[=:]\s*(.*?)\s*$/.exec(line) ?? undefined
}
