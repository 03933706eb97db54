// Lines of the document before and after, for the raw view. The list of changes comes from the core; this is only the
// second look. Works by longest common subsequence on the part that differs, with a limit: beyond it all differs.

export interface DiffLine {
  kind: 'same' | 'removed' | 'added'
  text: string
  before?: number
  after?: number
}

export type DiffBlock = { kind: 'lines'; lines: DiffLine[] } | { kind: 'folded'; lines: DiffLine[] }

const maxCells = 4_000_000

export function diffLines(before: string, after: string): DiffLine[] {
  const old = before.split('\n')
  const now = after.split('\n')
  let head = 0
  while (head < old.length && head < now.length && old[head] === now[head]) head++
  let tail = 0
  while (tail < old.length - head && tail < now.length - head && old.at(-1 - tail) === now.at(-1 - tail)) tail++
  const lines: DiffLine[] = []
  const same = (i: number, j: number) => lines.push({ kind: 'same', text: old[i] ?? '', before: i + 1, after: j + 1 })
  for (let i = 0; i < head; i++) same(i, i)
  for (const step of middle(old.slice(head, old.length - tail), now.slice(head, now.length - tail))) {
    if (step.kind === 'same') same(head + step.i, head + step.j)
    else if (step.kind === 'removed')
      lines.push({ kind: 'removed', text: old[head + step.i] ?? '', before: head + step.i + 1 })
    else lines.push({ kind: 'added', text: now[head + step.j] ?? '', after: head + step.j + 1 })
  }
  for (let k = tail; k > 0; k--) same(old.length - k, now.length - k)
  return lines
}

interface Step {
  kind: DiffLine['kind']
  i: number
  j: number
}

function middle(old: readonly string[], now: readonly string[]): Step[] {
  const steps: Step[] = []
  const width = now.length + 1
  const small = (old.length + 1) * width <= maxCells
  const lengths = small ? commonLengths(old, now, width) : undefined
  let i = 0
  let j = 0
  while (lengths !== undefined && i < old.length && j < now.length) {
    if (old[i] === now[j]) steps.push({ kind: 'same', i: i++, j: j++ })
    else if ((lengths[(i + 1) * width + j] ?? 0) >= (lengths[i * width + j + 1] ?? 0))
      steps.push({ kind: 'removed', i: i++, j })
    else steps.push({ kind: 'added', i, j: j++ })
  }
  while (i < old.length) steps.push({ kind: 'removed', i: i++, j })
  while (j < now.length) steps.push({ kind: 'added', i, j: j++ })
  return steps
}

function commonLengths(old: readonly string[], now: readonly string[], width: number): Uint32Array {
  const lengths = new Uint32Array((old.length + 1) * width)
  for (let i = old.length - 1; i >= 0; i--) {
    for (let j = now.length - 1; j >= 0; j--) {
      lengths[i * width + j] =
        old[i] === now[j]
          ? (lengths[(i + 1) * width + j + 1] ?? 0) + 1
          : Math.max(lengths[(i + 1) * width + j] ?? 0, lengths[i * width + j + 1] ?? 0)
    }
  }
  return lengths
}

/** Long runs of unchanged lines become one block that says how many it holds; nothing is left out. */
export function foldSame(lines: readonly DiffLine[], context = 3): DiffBlock[] {
  const near = new Set<number>()
  lines.forEach((line, at) => {
    if (line.kind === 'same') return
    for (let k = at - context; k <= at + context; k++) near.add(k)
  })
  const blocks: DiffBlock[] = []
  lines.forEach((line, at) => {
    const kind = near.has(at) ? 'lines' : 'folded'
    const last = blocks.at(-1)
    if (last?.kind === kind) last.lines.push(line)
    else blocks.push({ kind, lines: [line] })
  })
  return blocks
}

/** Line breaks for a document that came as one long line. White space is added outside strings only. */
export function breakLines(text: string): string {
  let out = ''
  let depth = 0
  let quoted = false
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at)
    if (quoted) {
      out += char
      if (char === '\\') out += text.charAt(++at)
      else if (char === '"') quoted = false
    } else if (char === '"') {
      quoted = true
      out += char
    } else if (char === '{' || char === '[') {
      depth++
      out += `${char}\n${'  '.repeat(depth)}`
    } else if (char === '}' || char === ']') {
      depth = Math.max(0, depth - 1)
      out += `\n${'  '.repeat(depth)}${char}`
    } else if (char === ',') out += `,\n${'  '.repeat(depth)}`
    else out += char
  }
  return out
}

export function isOneLongLine(text: string): boolean {
  return text.split('\n').some((line) => line.length > 400)
}
