// From words on a command line to what a command reads; every mistake says what is allowed.
import { parseArgs } from 'node:util'
import { AppError } from '../core/error.ts'
import type { Command, Option, Parsed } from './command.ts'

export const commonOptions: Readonly<Record<string, Option>> = {
  help: { form: '--help', text: 'show this', type: 'boolean' },
  json: { form: '--json', text: 'answer with one JSON document on standard output', type: 'boolean' },
  home: { form: '--home DIR', text: 'where settings, pinned roots and keys are kept', type: 'string' },
  offline: { form: '--offline', text: 'reach no network, whatever is asked', type: 'boolean' },
  'passphrase-fd': {
    form: '--passphrase-fd N',
    text: 'read passphrases, one a line, from the open file N instead of the terminal',
    type: 'string',
  },
  pinentry: {
    form: '--pinentry PROGRAM',
    text: 'ask for secrets by this program instead of the terminal, as GnuPG does',
    type: 'string',
  },
}

/** For what may need a token. */
export const tokenOptions: Readonly<Record<string, Option>> = {
  'pin-fd': {
    form: '--pin-fd N',
    text: 'read PINs, one a line, from the open file N; a wrong one ends the command',
    type: 'string',
  },
  'last-try': {
    form: '--last-try',
    text: 'with --pin-fd: try also when a wrong PIN would block the token',
    type: 'boolean',
  },
  practice: { form: '--practice', text: 'plug in the practice token for this call', type: 'boolean' },
}

export function parseCommand(command: Command, args: readonly string[]): Parsed {
  const all = { ...command.options, ...commonOptions }
  const options = Object.fromEntries(
    Object.entries(all).map(([name, { type, multiple }]) => [name, { type, multiple: multiple ?? false }]),
  )
  let result: ReturnType<typeof parseArgs>
  try {
    result = parseArgs({ args: [...args], options, allowPositionals: true, strict: true })
  } catch (cause) {
    const message = cause instanceof Error ? (cause.message.split(/ To specify |\n/)[0] ?? '').replace(/\.$/, '') : ''
    throw usage(command, message.charAt(0).toLowerCase() + message.slice(1), cause)
  }
  const { positionals, values } = result
  const [min, max] = command.arity
  const isHelp = values.help === true
  if (!isHelp && (positionals.length < min || positionals.length > max)) {
    throw usage(command, `${command.name} takes ${range(min, max)}, and was given ${positionals.length}`)
  }
  return {
    positionals,
    text: (name) => (typeof values[name] === 'string' ? values[name] : undefined),
    texts: (name) => (Array.isArray(values[name]) ? values[name].filter((value) => typeof value === 'string') : []),
    flag: (name) => values[name] === true,
  }
}

function range(min: number, max: number): string {
  if (max === 0) return 'no arguments'
  if (min === max) return min === 1 ? 'one argument' : `${min} arguments`
  return `${min} to ${max} arguments`
}

function usage(command: Command, message: string, cause?: unknown): AppError {
  return new AppError({
    code: 'usage/invalid',
    message,
    hint: `usage: countersign ${command.usage}; more with: countersign ${command.name} --help`,
    cause,
  })
}

/** A whole number option within bounds. */
export function parseCount(parsed: Parsed, name: string, fallback: number, min: number, max: number): number {
  const text = parsed.text(name)
  if (text === undefined) return fallback
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
  if (value >= min && value <= max) return value
  throw new AppError({
    code: 'usage/invalid',
    message: `--${name} takes a whole number from ${min} to ${max}, not ${text}`,
    hint: `leave --${name} out for ${fallback}`,
  })
}

const aboutSource = 'SOURCE is a pinned repository: its name, its folder, its address, or a file that is passed round.'

export function helpOf(command: Pick<Command, 'name' | 'usage' | 'summary' | 'details' | 'options'>): string[] {
  const options = Object.values({ ...command.options, ...commonOptions })
  const column = Math.max(...options.map(({ form }) => form.length))
  const rows = options.map(({ form, text }) => `  ${form.padEnd(column)}  ${text}`)
  const isPinned = command.usage.includes('SOURCE') && command.name !== 'pin'
  const about = [...(command.details ?? []), ...(isPinned ? [aboutSource] : [])]
  const details = about.length === 0 ? [] : ['', ...about]
  return [`countersign ${command.usage}`, '', command.summary, ...details, '', 'Options:', ...rows]
}
