// The command line: finds the command, runs it, prints its answer, and ends with the exit code of the error's family.
import { AppError, exitCodeOf, toAppError, toErrorData } from '../core/error.ts'
import { version } from '../core/version.ts'
import { visible } from '../core/visible.ts'
import { goOffline, obeyOffline } from '../node/offline.ts'
import { readOffline } from '../node/offline-setting.ts'
import { dataDirectory, openWorkspace } from '../node/workspace.ts'
import type { Command, Io, Parsed } from './command.ts'
import { accessCommand } from './commands/access.ts'
import { registerCommand } from './commands/asfaload/register.ts'
import { revokeCommand } from './commands/asfaload/revoke.ts'
import { signersCommand } from './commands/asfaload/signers.ts'
import { combineCommand } from './commands/carry/combine.ts'
import { exportCommand } from './commands/carry/export.ts'
import { importCommand } from './commands/carry/import.ts'
import { inspectCommand } from './commands/carry/inspect.ts'
import { ceremonyCommand } from './commands/ceremony/ceremony.ts'
import { clientCommand } from './commands/client.ts'
import { configureCommand } from './commands/configure.ts'
import { demoCommand, initCommand } from './commands/create.ts'
import { delegateCommand } from './commands/delegate.ts'
import { downloadCommand, listCommand } from './commands/download.ts'
import { editCommand, withdrawCommand } from './commands/edit.ts'
import { acceptCommand, eventsCommand, inviteCommand } from './commands/events.ts'
import { keysCommand } from './commands/keys.ts'
import { minisignCommand } from './commands/minisign.ts'
import { offlineCommand } from './commands/offline.ts'
import { forgetCommand, pinCommand } from './commands/pin.ts'
import { projectCommand } from './commands/project.ts'
import { proposeCommand } from './commands/propose.ts'
import { publishCommand } from './commands/publish.ts'
import { releaseCommand } from './commands/release.ts'
import { renewCommand } from './commands/renew.ts'
import { pendingCommand, reviewCommand, statusCommand } from './commands/review.ts'
import { rolesCommand } from './commands/roles.ts'
import { rstufCommand } from './commands/rstuf.ts'
import { serveCommand } from './commands/serve.ts'
import { signCommand } from './commands/sign.ts'
import { historyCommand, stateCommand } from './commands/state.ts'
import { tokensCommand } from './commands/tokens.ts'
import { uploadCommand } from './commands/upload.ts'
import { verifyCommand } from './commands/verify.ts'
import { hintWith, ListedError } from './listed-error.ts'
import { commonOptions, helpOf, parseCommand } from './parse.ts'
import { sourceAgain } from './session.ts'
import { terminal } from './terminal.ts'
import { jsonText, wrapped } from './text.ts'

const groups: readonly { title: string; commands: readonly Command[] }[] = [
  { title: 'To begin', commands: [demoCommand, pinCommand, accessCommand, forgetCommand] },
  {
    title: 'To look, review and sign',
    commands: [statusCommand, stateCommand, historyCommand, pendingCommand, reviewCommand, signCommand, publishCommand],
  },
  {
    title: 'For admins',
    commands: [
      initCommand,
      rolesCommand,
      delegateCommand,
      configureCommand,
      editCommand,
      proposeCommand,
      renewCommand,
      rstufCommand,
      serveCommand,
    ],
  },
  {
    title: 'Over an air gap',
    commands: [exportCommand, importCommand, combineCommand, inspectCommand, offlineCommand, ceremonyCommand],
  },
  { title: 'For tuf-on-ci repositories', commands: [eventsCommand, acceptCommand, inviteCommand] },
  { title: 'For asfaload projects', commands: [signersCommand, revokeCommand, registerCommand] },
  { title: 'For maintainers', commands: [projectCommand, releaseCommand, uploadCommand, withdrawCommand] },
  { title: 'For users of a repository', commands: [listCommand, downloadCommand, verifyCommand, clientCommand] },
  { title: 'Keys', commands: [keysCommand, tokensCommand, minisignCommand] },
]
const commands: readonly Command[] = groups.flatMap((group) => group.commands)

function overview(): string[] {
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
  if (name === undefined || name === '--help' || name === '-h') return print(overview())
  if (name === '--version') return print([version])
  if (name === 'help') return print(rest[0] === undefined ? overview() : helpOf(find(rest[0])))
  const command = find(name)
  const parsed = parseCommand(command, rest)
  if (parsed.flag('help')) return print(helpOf(command))
  if (/^\S+ SOURCE\b/.test(command.usage)) sourceFor = (next) => sourceAgain(parsed, takenBy(next))
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
  if (command !== offlineCommand) await leaveNetwork(parsed, home ?? dataDirectory(), controller.signal)
  const { data, lines, failed } = await command.run(parsed, io, home ?? dataDirectory()).finally(async () => {
    for (const end of ends.reverse()) await end()
  })
  if (parsed.flag('json')) print([jsonText(data)])
  // A raw document keeps its lines; everything else that came from outside is made visible.
  else print(lines.map((line) => line.split('\t').map(visible).join('\t')))
  if (failed !== undefined) process.exitCode = exitCodeOf(failed)
}

/** Before anything of the command is done. */
async function leaveNetwork(parsed: Parsed, dataDir: string, signal: AbortSignal): Promise<void> {
  if (parsed.flag('offline') || (await readOffline(openWorkspace(dataDir).files, signal)).offline) goOffline()
}

/** Options that a command has; a hint may give a token or a root only where they are taken. */
function takenBy(name: string): (option: string) => boolean {
  const known = { ...commands.find((one) => one.name === name)?.options, ...commonOptions }
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

function find(name: string): Command {
  const command = commands.find((one) => one.name === name)
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
let sourceFor: ((command: string) => string) | undefined
try {
  await run(args)
} catch (thrown) {
  const error = toAppError(thrown)
  const details = error instanceof ListedError ? error.lines : []
  const hint = error.hint === undefined || sourceFor === undefined ? error.hint : hintWith(sourceFor, error.hint)
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
