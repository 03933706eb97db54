// The words by which a call named its repository, to be typed again: in hints, and in what is said to be done next.
import type { Parsed } from './command.ts'
import { quoted } from './text.ts'

/** The words by which this call named its repository, to be typed again; `takes`: which options the next command has. */
export function sourceAgain(parsed: Parsed, takes: (option: string) => boolean = () => true): string {
  const options = ['root', 'ca', 'home'].filter(takes).flatMap((name) => {
    const value = parsed.text(name)
    return value === undefined ? [] : [`--${name}`, quoted(value)]
  })
  // Of a place that is not pinned nothing is kept, so the next command must be told anew what else is known of it.
  const isKept = parsed.text('root') === undefined
  const known = isKept ? [] : ['release', 'as'].filter(takes).flatMap((name) => valuesOf(parsed, name))
  return [
    quoted(parsed.positionals[0] ?? ''),
    ...options,
    ...known,
    ...['first', 'token'].filter(takes).flatMap((name) => (parsed.flag(name) ? [`--${name}`] : [])),
  ].join(' ')
}

function valuesOf(parsed: Parsed, name: string): string[] {
  const one = parsed.text(name)
  return (one === undefined ? parsed.texts(name) : [one]).flatMap((value) => [`--${name}`, quoted(value)])
}

/**
 * A hint from below the command line names a repository as SOURCE: here the words are known by which it was named, as far as
 * the command of the hint takes them.
 */
export async function hintWith(sourceFor: (command: string) => Promise<string>, hint: string): Promise<string> {
  // Where a command has verbs, as warg has, the verb comes first.
  const parts = hint.split(/(?<=countersign (\S+)(?: [a-z]+)? )SOURCE\b/)
  // Of what split answers, every second part is the name of a command.
  const words = await Promise.all(parts.map((part, at) => (at % 2 === 0 ? part : sourceFor(part))))
  return words.join('')
}
