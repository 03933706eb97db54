// The system's own file dialog through a small program that most desktops have; without one, paths are typed.
import { execFile } from 'node:child_process'
import { posix } from 'node:path'
import { AppError } from '../../core/error.ts'
import { isProgram, type Surroundings } from '../../node/find-chromium.ts'

export interface FileDialog {
  readonly available: boolean
  pickDirectory(title: string): Promise<string | undefined>
  pickFiles(title: string): Promise<readonly string[]>
  saveFile(title: string, suggestedName: string): Promise<string | undefined>
}

export interface DialogCommand {
  program: string
  args: string[]
  /** Values for the script, passed beside it and never inside it. */
  env?: Record<string, string>
}

type Ask = { kind: 'directory' | 'files'; title: string } | { kind: 'save'; title: string; suggestedName: string }

/** undefined: this desktop has none that we know. */
export function dialogCommand(here: Surroundings, ask: Ask): DialogCommand | undefined {
  const suggested = ask.kind === 'save' ? ask.suggestedName : ''
  if (here.platform === 'darwin') {
    return {
      program: '/usr/bin/osascript',
      args: appleScripts[ask.kind].flatMap((line) => ['-e', line]),
      env: { ASK_TITLE: ask.title, ASK_NAME: suggested },
    }
  }
  if (here.platform === 'win32') {
    const root = here.env.SystemRoot ?? 'C:\\Windows'
    const command = `[Console]::OutputEncoding=[Text.Encoding]::UTF8;Add-Type -AssemblyName System.Windows.Forms;${powerShells[ask.kind]}`
    return {
      program: `${root}\\System32\\WindowsPowerShell\\v1.0\\powershell.exe`,
      args: ['-NoProfile', '-NonInteractive', '-STA', '-Command', command],
      env: { ASK_TITLE: ask.title, ASK_NAME: suggested },
    }
  }
  const zenity = onPath(here, 'zenity')
  if (zenity !== undefined) {
    const what = {
      directory: ['--directory'],
      files: ['--multiple', '--separator=\n'],
      save: ['--save', `--filename=${suggested}`],
    }[ask.kind]
    return { program: zenity, args: ['--file-selection', `--title=${ask.title}`, ...what] }
  }
  const kdialog = onPath(here, 'kdialog')
  if (kdialog === undefined) return undefined
  const what = {
    directory: ['--getexistingdirectory', '.'],
    files: ['--getopenfilename', '.', '--multiple', '--separate-output'],
    save: ['--getsavefilename', suggested],
  }[ask.kind]
  return { program: kdialog, args: ['--title', ask.title, ...what] }
}

/** Several paths come one a line. */
const appleScripts: Readonly<Record<Ask['kind'], readonly string[]>> = {
  directory: ['POSIX path of (choose folder with prompt (system attribute "ASK_TITLE"))'],
  files: [
    'set chosen to choose file with prompt (system attribute "ASK_TITLE") with multiple selections allowed',
    'set found to {}',
    'repeat with one in chosen',
    'set end of found to POSIX path of one',
    'end repeat',
    "set AppleScript's text item delimiters to linefeed",
    'found as text',
  ],
  save: [
    'POSIX path of (choose file name with prompt (system attribute "ASK_TITLE") default name (system attribute "ASK_NAME"))',
  ],
}

const powerShells: Readonly<Record<Ask['kind'], string>> = {
  directory:
    '$d=New-Object System.Windows.Forms.FolderBrowserDialog;$d.Description=$env:ASK_TITLE;if($d.ShowDialog() -eq "OK"){[Console]::Out.Write($d.SelectedPath)}else{exit 1}',
  files:
    '$d=New-Object System.Windows.Forms.OpenFileDialog;$d.Title=$env:ASK_TITLE;$d.Multiselect=$true;if($d.ShowDialog() -eq "OK"){[Console]::Out.Write($d.FileNames -join "`n")}else{exit 1}',
  save: '$d=New-Object System.Windows.Forms.SaveFileDialog;$d.Title=$env:ASK_TITLE;$d.FileName=$env:ASK_NAME;if($d.ShowDialog() -eq "OK"){[Console]::Out.Write($d.FileName)}else{exit 1}',
}

function onPath({ env, isProgram }: Surroundings, command: string): string | undefined {
  const folders = (env.PATH ?? '').split(':').filter((folder) => folder.startsWith('/'))
  return folders.map((folder) => posix.join(folder, command)).find(isProgram)
}

export function systemFileDialog(
  here: Surroundings = { platform: process.platform, env: process.env, isProgram },
): FileDialog {
  const ask = async (what: Ask): Promise<string | undefined> => {
    const command = dialogCommand(here, what)
    if (command === undefined) {
      throw new AppError({ code: 'usage/invalid', message: 'this desktop has no file dialog', hint: 'type the path' })
    }
    return runDialog(command)
  }
  return {
    available: dialogCommand(here, { kind: 'directory', title: '' }) !== undefined,
    pickDirectory: (title) => ask({ kind: 'directory', title }),
    // A name with a line break in it comes as two that are not there, and is refused where they are read.
    pickFiles: async (title) =>
      (await ask({ kind: 'files', title }))?.split(/\r?\n/).filter((path) => path !== '') ?? [],
    saveFile: (title, suggestedName) => ask({ kind: 'save', title, suggestedName }),
  }
}

function runDialog({ program, args, env }: DialogCommand): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    execFile(program, args, { env: { ...process.env, ...env }, encoding: 'utf8' }, (error, output) => {
      const path = output.replace(/\r?\n$/, '')
      if (error === null) resolve(path === '' ? undefined : path)
      // All four programs end with 1 when the person cancels.
      else if (error.code === 1) resolve(undefined)
      else
        reject(
          new AppError({
            code: 'usage/invalid',
            message: 'the file dialog failed',
            hint: 'type the path',
            cause: error,
          }),
        )
    })
  })
}
