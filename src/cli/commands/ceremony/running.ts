// run, rehearse, resume, runs: a ceremony that is held on this terminal, and those that are kept on this computer.
import { randomInt } from 'node:crypto'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseHex } from '../../../core/bytes.ts'
import { type CeremonyScript, maxScriptBytes, parseScript, scriptHash } from '../../../core/ceremony/script.ts'
import { AppError } from '../../../core/error.ts'
import { listOf } from '../../../core/phrases.ts'
import { askedPositions, isRightWord } from '../../../core/transfer/second-screen.ts'
import { inQuotes } from '../../../core/visible.ts'
import { toWords } from '../../../core/words.ts'
import { folderOfRun, knownRuns } from '../../../node/ceremony/places.ts'
import { buildIdentity } from '../../../node/ceremony/program.ts'
import { type RunParts, resumeRun } from '../../../node/ceremony/run.ts'
import { type Started, startCeremony, startRehearsal } from '../../../node/ceremony/starting.ts'
import { counting } from '../../../node/token-host/sealed-prompt.ts'
import { type Answer, answer, type Io, type Parsed } from '../../command.ts'
import { readNamed } from '../../input.ts'
import { ListedError } from '../../listed-error.ts'
import { deskFor } from '../../session.ts'
import { wordLines } from '../../show.ts'
import { quoted, wrapped } from '../../text.ts'
import { holdCeremony } from './room/hold.ts'
import { listRuns, runLines } from './runs.ts'

interface Call {
  /** What stands behind the verb; "" where nothing does. */
  what: string
  parsed: Parsed
  io: Io
  dataDir: string
}

export const ceremonyVerbs: Readonly<Record<'run' | 'rehearse' | 'resume' | 'runs', (call: Call) => Promise<Answer>>> =
  {
    run: runCommand,
    rehearse: rehearseCommand,
    resume: resumeCommand,
    runs: ({ dataDir }) => listRuns(dataDir),
  }

async function runCommand(call: Call): Promise<Answer> {
  const { what, io } = call
  checkTerminal(io)
  if (what === '') throw usage('no script is named', 'countersign ceremony run SCRIPT')
  const bytes = readNamed(what, maxScriptBytes)
  await confirmScript(bytes, parseScript(bytes, what), io)
  return hold(call, (parts) => startCeremony(bytes, parts, io.signal))
}

async function rehearseCommand(call: Call): Promise<Answer> {
  const { what, io } = call
  checkTerminal(io)
  const bytes = what === '' ? undefined : readNamed(what, maxScriptBytes)
  if (bytes !== undefined) parseScript(bytes, what)
  io.note('Practice tokens are made, one for each person; this takes a moment.')
  return hold(call, (parts) => startRehearsal(bytes, parts, io.signal))
}

async function resumeCommand(call: Call): Promise<Answer> {
  const { what, io, dataDir } = call
  checkTerminal(io)
  const id = what === '' ? await onlyOpen(dataDir) : what
  if ((await knownRuns(dataDir)).every((one) => one.id !== id))
    throw usage(`there is no ceremony ${id} here`, 'see those that are: countersign ceremony runs')
  const folder = folderOfRun(dataDir, id)
  return hold(call, async (parts) => {
    try {
      return { id, run: await resumeRun(folder, parts, io.signal) }
    } catch (thrown) {
      throw isTaken(thrown) ? openElsewhere(thrown) : thrown
    }
  })
}

function isTaken(thrown: unknown): thrown is AppError {
  return thrown instanceof AppError && thrown.code === 'source/conflict'
}

function openElsewhere({ message, hint = '' }: AppError): AppError {
  return new AppError({
    code: 'source/conflict',
    message: `this ceremony is open in another terminal or window; ${message}`,
    hint: `go on there, or type leave there first; ${hint}`,
  })
}

async function hold(call: Call, begin: (parts: RunParts) => Promise<Started>): Promise<Answer> {
  const { io, dataDir } = call
  const counted = counting(io.prompt)
  const desk = deskFor({ ...io, prompt: counted }, dataDir)
  const { id, run } = await begin({
    desk,
    machine: { sandbox: 'none', build: () => buildIdentity(programFolder()) },
    wrongSecrets: counted.wrong,
    now: io.now,
    mono: () => performance.now(),
  })
  io.atEnd(() => run.release())
  if (run.rehearsal) io.atEnd(() => desk.tokens.practise(false, new AbortController().signal))
  const how = await holdCeremony(run, desk, io)
  const { phase, outcome, signed } = run.standing()
  const fingerprint = run.fingerprint()
  const more = homeOf(call)
  const data = { id, folder: run.folder, rehearsal: run.rehearsal, phase, outcome, fingerprint }
  if (how === 'left')
    return answer(
      data,
      '',
      'The record is whole. To go on with it:',
      `  countersign ceremony resume ${id}${more}`,
      ...(fingerprint === undefined && signed.length === 0 && run.standing().compared.length > 0
        ? ['Nothing was signed yet, and so the change is compared once more then.']
        : []),
    )
  const present = new Set(run.standing().present.map(({ person }) => person))
  const unsigned = [...present].filter((name) => !run.standing().witnessed.includes(name))
  const record = quoted(join(run.folder, 'record.jsonl'))
  const script = quoted(join(run.folder, 'script.json'))
  return answer(
    data,
    '',
    ...(unsigned.length === 0
      ? []
      : [
          `Not signed yet by the token of ${listOf(unsigned)}. That can still be done:`,
          `  countersign ceremony resume ${id}${more}`,
        ]),
    'Anybody can check the record:',
    `  countersign ceremony verify ${record} --script ${script}`,
  )
}

/** Where something is typed again, with the same --home. */
function homeOf({ parsed }: Call): string {
  const home = parsed.text('home')
  return home === undefined ? '' : ` --home ${quoted(home)}`
}

/** Built, everything lies in one folder; from source this file lies deep in it. */
function programFolder(): string {
  const isSource = import.meta.url.endsWith('.ts')
  const here = import.meta.url.replace(/\/chunks\/[^/]+$/, '/')
  return fileURLToPath(new URL(isSource ? '../../../' : './', here))
}

/** The script of this day is the one that was printed: two words of it are typed from the paper. */
async function confirmScript(bytes: Uint8Array, script: CeremonyScript, io: Io): Promise<void> {
  const hash = await scriptHash(bytes)
  const words = toWords(parseHex(hash, 'the hash'))
  const asked = askedPositions(randomInt, words.length, 2)
  for (const line of wrapped(
    [
      `${inQuotes(script.title)}: ${inQuotes(script.purpose)}`,
      `It is about ${inQuotes(script.subject)} of ${inQuotes(script.repository)}, and begins from ${inQuotes(script.anchor?.title ?? 'no root')}.`,
      ...script.people.map(({ name, roles }) => `  ${inQuotes(name)}: ${roles.join(', ')}`),
      'These words stand on every page of its print:',
    ],
    79,
  ))
    io.note(line)
  for (const line of wordLines(hash, asked)) io.note(line)
  for (const at of asked) {
    const typed = await io.ask(`Type word ${at + 1} from the paper: `, 'a ceremony is held in a terminal')
    if (!isRightWord(words, at, typed))
      throw new AppError({
        code: 'trust/changed',
        message: `word ${at + 1} is not the one of this script; nothing has begun`,
        hint: 'check the spelling, and that the paper is of this very script; if it stays different, go no further',
      })
  }
}

async function onlyOpen(dataDir: string): Promise<string> {
  const open = (await knownRuns(dataDir)).filter(
    ({ standing, problem }) => problem === undefined && standing !== undefined && standing.phase !== 'closed',
  )
  const [only, other] = open
  if (only === undefined) throw usage('no ceremony is open here', 'see those that were held: countersign ceremony runs')
  if (other === undefined) return only.id
  throw new ListedError(
    {
      code: 'usage/invalid',
      message: `${open.length} ceremonies are open here`,
      hint: 'say which: countersign ceremony resume ID',
    },
    open.flatMap(runLines).map((line) => `  ${line}`),
  )
}

function checkTerminal({ isInteractive }: Io): void {
  if (isInteractive) return
  throw usage(
    'a ceremony is held in a terminal, by people who are asked',
    'run this in a terminal, and not from a script',
  )
}

function usage(message: string, hint: string): AppError {
  return new AppError({ code: 'usage/invalid', message, hint })
}
