// The command line: finds the command, runs it, prints its answer, and ends with the exit code of the error's family.
import { AppError, exitCodeOf, toAppError, toErrorData } from '../core/error.ts'
import { version } from '../core/version.ts'
import { visible } from '../core/visible.ts'
import { goOffline, obeyOffline } from '../node/offline.ts'
import { readOffline } from '../node/offline-setting.ts'
import { dataDirectory, openWorkspace } from '../node/workspace.ts'
import type { Command, Io, Parsed } from './command.ts'
import { findCommand, groupedCommands } from './command-table.ts'
import { ListedError } from './listed-error.ts'
import { commonOptions, helpOf, parseCommand } from './parse.ts'
import { hintWith, sourceAgain } from './source-again.ts'
import { terminal } from './terminal.ts'
import { jsonText, wrapped } from './text.ts'

async function overview(): Promise<string[]> {
  const groups = await groupedCommands()
  return [
    'countersign: review and sign changes to software repositories',
    '',
    'Without arguments the window opens. To try it out: countersign demo',
    '',
    ...groups.flatMap((group) => [
      `${group.title}:`,
      ...group.commands.map((command) => `  ${command.name.padEnd(10)} ${command.summary}`),
      '',
    ]),
    'Each has --help and --json. Exit codes: 0 done, 1 you cancelled, 2 the call was not right, 3 the folder, disk or',
    'server, 4 the file, 5 stop: what was read must not be trusted, 6 the key, its token or passphrase, 70 a fault of ours.',
  ]
}

async function run(args: readonly string[]): Promise<void> {
  const [name, ...rest] = args
  if (name === undefined || name === '--help' || name === '-h') return print(await overview())
  if (name === '--version') return print([version])
  if (name === 'help') return print(rest[0] === undefined ? await overview() : helpOf(await find(rest[0])))
  const command = await find(name)
  const parsed = parseCommand(command, rest)
  if (parsed.flag('help')) return print(helpOf(command.about?.(parsed) ?? command))
  const naming = namingSource(command, parsed)
  if (naming !== undefined) sourceFor = async (next) => sourceAgain(naming, await takenBy(next))
  const controller = new AbortController()
  process.once('SIGINT', () => controller.abort())
  const passphraseFd = descriptorOf(parsed, 'passphrase-fd')
  const pinFd = descriptorOf(parsed, 'pin-fd')
  const pinentry = parsed.text('pinentry')
  const ends: (() => Promise<void>)[] = []
  const io: Io = {
    ...terminal({
      signal: controller.signal,
      lastTry: parsed.flag('last-try'),
      ...(passphraseFd === undefined ? {} : { passphraseFd }),
      ...(pinFd === undefined ? {} : { pinFd }),
      ...(pinentry === undefined ? {} : { pinentry }),
    }),
    atEnd: (run) => void ends.push(run),
  }
  const home = parsed.text('home')
  if (command.name !== 'offline') await leaveNetwork(parsed, home ?? dataDirectory(), controller.signal)
  const { data, lines, failed } = await command.run(parsed, io, home ?? dataDirectory()).finally(async () => {
    for (const end of ends.reverse()) await end()
  })
  if (parsed.flag('json')) print([jsonText(data)])
  // A raw document keeps its lines; everything else that came from outside is made visible.
  else print(lines.map((line) => line.split('\t').map(visible).join('\t')))
  if (failed !== undefined) process.exitCode = exitCodeOf(failed)
}

/** SOURCE comes first, or behind a verb. */
function namingSource({ usage }: Command, parsed: Parsed): Parsed | undefined {
  if (/^\S+ SOURCE\b/.test(usage)) return parsed
  const behind = parsed.positionals.slice(1)
  return /^\S+ VERB SOURCE\b/.test(usage) && behind.length > 0 ? { ...parsed, positionals: behind } : undefined
}

/** Before anything of the command is done. */
async function leaveNetwork(parsed: Parsed, dataDir: string, signal: AbortSignal): Promise<void> {
  if (parsed.flag('offline') || (await readOffline(openWorkspace(dataDir).files, signal)).offline) goOffline()
}

/** Options that a command has; a hint may give a token or a root only where they are taken. */
async function takenBy(name: string): Promise<(option: string) => boolean> {
  const known = { ...(await findCommand(name))?.options, ...commonOptions }
  return (option) => option in known && !(option === 'token' && name === 'access')
}

function descriptorOf(parsed: Parsed, name: string): number | undefined {
  const fd = parsed.text(name)
  if (fd === undefined) return undefined
  if (/^\d{1,4}$/.test(fd)) return Number(fd)
  throw new AppError({
    code: 'usage/invalid',
    message: `--${name} takes the number of an open file, not ${fd}`,
    hint: `for example: --${name} 3 3< FILE`,
  })
}

async function find(name: string): Promise<Command> {
  const command = await findCommand(name)
  if (command !== undefined) return command
  throw new AppError({
    code: 'usage/invalid',
    message: `there is no command ${name}`,
    hint: 'see: countersign --help',
  })
}

function print(lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`)
}

// Whoever reads our output may stop early (`| head`): that ends nothing but the output.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
}
obeyOffline()
const args = process.argv.slice(2)
/** The words by which this call named its repository, once they are known. */
let sourceFor: ((command: string) => Promise<string>) | undefined
try {
  await run(args)
} catch (thrown) {
  const error = toAppError(thrown)
  const details = error instanceof ListedError ? error.lines : []
  const hint = error.hint === undefined || sourceFor === undefined ? error.hint : await hintWith(sourceFor, error.hint)
  if (args.includes('--json')) {
    const data = { ...toErrorData(error), ...(hint === undefined ? {} : { hint }) }
    print([jsonText({ error: data, ...(details.length === 0 ? {} : { details: details.map((line) => line.trim()) }) })])
  }
  const hints = hint === undefined ? [] : [`  ${hint}`]
  const said = wrapped(
    [`countersign: ${error.message}${details.length === 0 ? '' : ':'}`, ...details, ...hints].map(visible),
  )
  process.stderr.write(`${said.join('\n')}\n`)
  process.exitCode = exitCodeOf(error)
}
