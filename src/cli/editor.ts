// A text in the person's own editor, again until it can be used or is given up.
import { spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AppError, toAppError } from '../core/error.ts'
import type { Io } from './command.ts'

export interface Editing {
  /** Part of the file's name, for editors that go by it. */
  name: string
  text: string
  /** Throws why the text cannot be used. */
  check(text: string): Promise<void>
  io: Pick<Io, 'note' | 'ask' | 'signal'>
  environment: NodeJS.ProcessEnv
}

const otherwise = 'in a script there is --from FILE'

export async function editedText({ name, text, check, io, environment }: Editing): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-edit-'))
  const file = join(folder, `${name.replace(/[^\w.-]/g, '_').slice(0, 60)}.json`)
  try {
    chmodSync(folder, 0o700)
    writeFileSync(file, text, { mode: 0o600 })
    for (;;) {
      await runEditor(editorOf(environment), file, io.signal)
      const edited = readFileSync(file, 'utf8')
      if (edited === text) throw unchanged()
      const why = await problemOf(edited, check)
      if (why === undefined) return edited
      for (const line of problemLines(why, edited)) io.note(line)
      const typed = await io.ask('Press Enter to go on editing, or type "stop" to give it up: ', otherwise)
      if (typed.trim().toLowerCase() === 'stop') throw why
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function editorOf({ VISUAL, EDITOR }: NodeJS.ProcessEnv): string {
  return VISUAL || EDITOR || (process.platform === 'win32' ? 'notepad' : 'vi')
}

async function problemOf(text: string, check: Editing['check']): Promise<AppError | undefined> {
  try {
    await check(text)
    return undefined
  } catch (thrown) {
    const error = toAppError(thrown)
    if (/^(usage|format|trust)\//.test(error.code)) return error
    throw error
  }
}

/** The reason, and the line that it is about, where the reason says a place. */
export function problemLines(error: AppError, text: string): string[] {
  const at = error.data?.at
  if (typeof at !== 'number') return [`This cannot be used: ${error.message}`]
  const before = new TextDecoder().decode(new TextEncoder().encode(text).subarray(0, at)).split('\n')
  const line = before.length
  const shown = text.split('\n')[line - 1] ?? ''
  return [`This cannot be used: ${error.message}`, `  line ${line}: ${shown.slice(0, 120)}`]
}

/** What is set may be more than a name ("code --wait"), so a shell reads it, as every other program does. */
async function runEditor(editor: string, file: string, signal: AbortSignal): Promise<void> {
  const [program, words] =
    process.platform === 'win32'
      ? ['cmd.exe', ['/d', '/s', '/c', `${editor} "${file}"`]]
      : ['/bin/sh', ['-c', `${editor} "$1"`, 'editor', file]]
  const child = spawn(program, words, { stdio: 'inherit', signal })
  const code = await new Promise<number>((done, fail) => {
    child.on('error', fail)
    child.on('close', (status) => done(status ?? -1))
  })
  if (code === 0) return
  throw new AppError({
    code: 'usage/invalid',
    message: `the editor "${editor}" ended with ${code}; nothing was proposed`,
    hint: 'set VISUAL or EDITOR to an editor that is installed here; or use --from FILE',
  })
}

function unchanged(): AppError {
  return new AppError({
    code: 'user/cancelled',
    message: 'the text was left as it was; nothing was proposed',
    hint: 'change something in it, and save it',
  })
}
