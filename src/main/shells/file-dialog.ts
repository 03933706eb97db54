// The system's own file dialog through a small program that most desktops have; without one, paths are typed.
import { execFile } from 'node:child_process'
import { posix } from 'node:path'
import { AppError } from '../../core/error.ts'
import { isProgram, type Surroundings } from './find-chromium.ts'

export interface FileDialog {
  readonly available: boolean
  pickDirectory(title: string): Promise<string | undefined>
  saveFile(title: string, suggestedName: string): Promise<string | undefined>
}

export interface DialogCommand {
  program: string
  args: string[]
  /** Values for the script, passed beside it and never inside it. */
  env?: Record<string, string>
}

type Ask = { kind: 'directory'; title: string } | { kind: 'save'; title: string; suggestedName: string }

/** undefined: this desktop has none that we know. */
export function dialogCommand(here: Surroundings, ask: Ask): DialogCommand | undefined {
  const suggested = ask.kind === 'save' ? ask.suggestedName : ''
  if (here.platform === 'darwin') {
    const script =
      ask.kind === 'directory'
        ? ['POSIX path of (choose folder with prompt (system attribute "ASK_TITLE"))']
        : [
            'POSIX path of (choose file name with prompt (system attribute "ASK_TITLE") default name (system attribute "ASK_NAME"))',
          ]
    return {
      program: '/usr/bin/osascript',
      args: ['-e', ...script],
      env: { ASK_TITLE: ask.title, ASK_NAME: suggested },
    }
  }
  if (here.platform === 'win32') {
    const root = here.env.SystemRoot ?? 'C:\\Windows'
    const script =
      ask.kind === 'directory'
        ? '$d=New-Object System.Windows.Forms.FolderBrowserDialog;$d.Description=$env:ASK_TITLE;if($d.ShowDialog() -eq "OK"){[Console]::Out.Write($d.SelectedPath)}else{exit 1}'
        : '$d=New-Object System.Windows.Forms.SaveFileDialog;$d.Title=$env:ASK_TITLE;$d.FileName=$env:ASK_NAME;if($d.ShowDialog() -eq "OK"){[Console]::Out.Write($d.FileName)}else{exit 1}'
    const command = `[Console]::OutputEncoding=[Text.Encoding]::UTF8;Add-Type -AssemblyName System.Windows.Forms;${script}`
    return {
      program: `${root}\\System32\\WindowsPowerShell\\v1.0\\powershell.exe`,
      args: ['-NoProfile', '-NonInteractive', '-STA', '-Command', command],
      env: { ASK_TITLE: ask.title, ASK_NAME: suggested },
    }
  }
  const zenity = onPath(here, 'zenity')
  if (zenity !== undefined) {
    const what = ask.kind === 'directory' ? ['--directory'] : ['--save', `--filename=${suggested}`]
    return { program: zenity, args: ['--file-selection', `--title=${ask.title}`, ...what] }
  }
  const kdialog = onPath(here, 'kdialog')
  if (kdialog === undefined) return undefined
  const what = ask.kind === 'directory' ? ['--getexistingdirectory', '.'] : ['--getsavefilename', suggested]
  return { program: kdialog, args: ['--title', ask.title, ...what] }
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
