// What verbs of `merkle` say at their end, in lines for a terminal.
import { visible } from '../../../core/visible.ts'
import type { Founded } from '../../../node/merkle/founding.ts'
import { wordLines } from '../../show.ts'
import { quoted, wrapped } from '../../text.ts'

export function rowsOf(rows: readonly (readonly string[])[]): string[] {
  const [head = []] = rows
  const widths = head.map((_, at) => Math.max(...rows.map((row) => (row[at] ?? '').length)))
  return rows.map((row) => `  ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  ')}`.trimEnd())
}

/** A new repository: its root in words, and who does what now. */
export function begunLines({ pinned, digest }: Founded): string[] {
  const name = quoted(pinned.name)
  return [
    '',
    `Root 1 of ${visible(pinned.name)} in words, to be compared by all who sign it:`,
    ...wordLines(digest),
    '',
    ...wrapped([
      `pinned as ${visible(pinned.name)}. Nothing is signed yet, and no client takes anything of it before it is published.`,
      `Next: countersign pending ${name}; each holder: countersign sign ${name} root --key KEY, then targets; then: countersign publish ${name}`,
    ]),
  ]
}
