// The command line: finds the command, runs it, prints its answer, and ends with the exit code of the error's family.
import { AppError, exitCodeOf, toAppError, toErrorData } from '../core/error.ts'
import { version } from '../core/version.ts'
import { visible } from '../core/visible.ts'
import { dataDirectory } from '../node/workspace.ts'
import type { Command } from './command.ts'
import { clientCommand } from './commands/client.ts'
import { keysCommand } from './commands/keys.ts'
import { demoCommand, initCommand, pinCommand } from './commands/repository.ts'
import { pendingCommand, reviewCommand, statusCommand } from './commands/review.ts'
import { proposeCommand, publishCommand, signCommand } from './commands/sign.ts'
import { helpOf, parseCommand } from './parse.ts'
import { terminal } from './terminal.ts'

const commands: readonly Command[] = [
  demoCommand,
  initCommand,
  pinCommand,
  statusCommand,
  pendingCommand,
  reviewCommand,
  signCommand,
  proposeCommand,
  publishCommand,
  keysCommand,
  clientCommand,
]

function overview(): string[] {
  return [
    'countersign: review and sign changes to software repositories',
    '',
    'Without arguments the window opens. Commands:',
    ...commands.map((command) => `  ${command.name.padEnd(10)} ${command.summary}`),
    '',
    'Each has --help and --json. Exit codes: 1 cancelled, 2 usage, 3 source, 4 format, 5 trust, 6 signer, 70 our bug.',
  ]
}

async function run(args: readonly string[]): Promise<void> {
  const [name, ...rest] = args
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') return print(overview())
  if (name === '--version') return print([version])
  const command = commands.find((one) => one.name === name)
  if (command === undefined) {
    throw new AppError({
      code: 'usage/invalid',
      message: `there is no command ${name}`,
      hint: 'see: countersign --help',
    })
  }
  const parsed = parseCommand(command, rest)
  if (parsed.flag('help')) return print(helpOf(command))
  const controller = new AbortController()
  process.once('SIGINT', () => controller.abort())
  const fd = parsed.text('passphrase-fd')
  if (fd !== undefined && !/^\d{1,4}$/.test(fd)) {
    throw new AppError({ code: 'usage/invalid', message: `--passphrase-fd takes a number, not ${fd}` })
  }
  const io = terminal({ signal: controller.signal, ...(fd === undefined ? {} : { passphraseFd: Number(fd) }) })
  const home = parsed.text('home')
  const { data, lines } = await command.run(parsed, io, home ?? dataDirectory())
  if (parsed.flag('json')) print([JSON.stringify(data, null, 2)])
  // A raw document keeps its lines; everything else that came from outside is made visible.
  else print(lines.flatMap((line) => line.split('\n')).map((line) => line.split('\t').map(visible).join('\t')))
}

function print(lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`)
}

const args = process.argv.slice(2)
try {
  await run(args)
} catch (thrown) {
  const error = toAppError(thrown)
  if (args.includes('--json')) print([JSON.stringify({ error: toErrorData(error) }, null, 2)])
  process.stderr.write(`countersign: ${visible(error.message)}\n`)
  if (error.hint !== undefined) process.stderr.write(`  ${visible(error.hint)}\n`)
  process.exitCode = exitCodeOf(error)
}
