// The browser process and its throw-away profile: started, watched, ended; neither process nor profile outlives the app.
import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { AppError } from '../../core/error.ts'
import { type Cdp, connectCdp } from '../../node/cdp.ts'
import { browserEnvironment } from '../../node/find-chromium.ts'
import { chromiumFlags, chromiumPreferences, type FlagOptions } from './chromium-flags.ts'

const profilePrefix = 'countersign-window-'
const lastWordsMs = 1000
const startLimitMs = 30_000
const endLimitMs = 4_000

export interface Browser {
  cdp: Cdp
  /** Asks the running browser for one more window. */
  openWindow(options: Omit<FlagOptions, 'profile' | 'sandbox'>): void
  /** Ends the browser and removes the profile. */
  end(): Promise<void>
  /** Settles when the browser has ended and the profile is gone. */
  readonly ended: Promise<void>
}

export async function startBrowser(
  program: string,
  options: Omit<FlagOptions, 'profile'>,
  temporary = tmpdir(),
): Promise<Browser> {
  sweepProfiles(temporary)
  const profile = createProfile(temporary)
  const child = spawn(program, chromiumFlags({ ...options, profile }), {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'],
    // A group of its own: the helpers of the browser end with it, and Ctrl+C reaches us alone, who then end it in order.
    detached: process.platform !== 'win32',
    env: browserEnvironment(process.env),
  })
  let said = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-8192)
  })

  // Whatever ends this process, the browser goes with it. The pipe's end does the same when we are killed outright.
  const atExit = (): void => {
    killGroup(child)
    removeProfile(profile)
  }
  process.once('exit', atExit)

  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
    child.once('error', () => resolve())
  })
  const ended = exited.then(async () => {
    killGroup(child)
    await removeProfileSlowly(profile)
    process.off('exit', atExit)
  })
  const cdp = connectCdp(streamOf(child, 3), streamOf(child, 4))

  const end = async (): Promise<void> => {
    await Promise.race([cdp.send('Browser.close').catch(() => undefined), cdp.closed, exited])
    const late = setTimeout(() => killGroup(child), endLimitMs)
    await ended
    clearTimeout(late)
  }

  // What it said last may arrive after its end; a process that it left behind may keep the pipe open.
  const heard = new Promise<void>((resolve) => {
    child.stderr?.once('end', () => resolve())
    void exited.then(() => setTimeout(resolve, lastWordsMs).unref())
  })
  const failed = exited.then(() => heard).then(() => Promise.reject(startFailure(program, said)))
  failed.catch(() => undefined)
  const late = new Promise<never>((_, reject) => {
    setTimeout(() => reject(startFailure(program, 'no answer in 30 s')), startLimitMs).unref()
  })
  late.catch(() => undefined)
  try {
    await Promise.race([cdp.send('Browser.getVersion').catch(() => failed), failed, late])
  } catch (thrown) {
    killGroup(child)
    await ended
    throw thrown
  }

  return {
    cdp,
    end,
    ended,
    openWindow: (window) => {
      const flags = chromiumFlags({ ...window, profile, sandbox: options.sandbox })
      // This one only hands the wish to the running browser and ends; it gets no pipe.
      const messenger = spawn(
        program,
        flags.filter((flag) => flag !== '--remote-debugging-pipe'),
        { stdio: 'ignore', env: browserEnvironment(process.env) },
      )
      // Its failure shows as a window that does not come, which the caller waits for with a limit.
      messenger.on('error', () => undefined)
    },
  }
}

/** True when the browser could not start because this machine does not let it build its sandbox. */
export function isSandboxFailure(thrown: unknown): boolean {
  return thrown instanceof AppError && thrown.data?.sandbox === true
}

function startFailure(program: string, said: string): AppError {
  const sandbox = /no usable sandbox|without --no-sandbox|sandbox_host_linux|credentials\.cc/i.test(said)
  const lines = said.split('\n').filter((line) => line.trim() !== '')
  return new AppError({
    code: 'usage/invalid',
    message: `the browser ${program} did not open a window`,
    hint: 'check that a display is there, or use the command line: countersign demo',
    data: { sandbox },
    cause: lines.slice(-3).join('\n'),
  })
}

function streamOf(child: ChildProcess, index: number): Readable & Writable {
  return child.stdio[index] as unknown as Readable & Writable
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return
  try {
    if (process.platform === 'win32') child.kill('SIGKILL')
    else process.kill(-child.pid, 'SIGKILL')
  } catch {
    // Nobody left in the group: that is what we wanted.
  }
}

function createProfile(temporary: string): string {
  // The name carries our process id, so that a later start can tell a forgotten profile from one in use.
  const profile = mkdtempSync(join(temporary, `${profilePrefix}${process.pid}-`))
  chmodSync(profile, 0o700)
  mkdirSync(join(profile, 'Default'), { mode: 0o700 })
  writeFileSync(join(profile, 'Default', 'Preferences'), chromiumPreferences(), { mode: 0o600 })
  return profile
}

function removeProfile(profile: string): void {
  try {
    rmSync(profile, { recursive: true, force: true, maxRetries: 2 })
  } catch {
    // A helper of the browser may still be writing; the next start sweeps what is left.
  }
}

/** The browser's helpers may write for a moment after it ended. */
async function removeProfileSlowly(profile: string): Promise<void> {
  for (let tries = 0; tries < 20; tries++) {
    removeProfile(profile)
    if (lstatSync(profile, { throwIfNoEntry: false }) === undefined) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

/** Profiles of starts that were killed before they could clean up. Only our own, only of processes that are gone. */
export function sweepProfiles(temporary: string): void {
  for (const name of readdirSync(temporary)) {
    const owner = /^countersign-window-(\d+)-/.exec(name)?.[1]
    if (owner === undefined || isRunning(Number(owner))) continue
    const path = join(temporary, name)
    const found = lstatSync(path, { throwIfNoEntry: false })
    if (found?.isDirectory() && (process.getuid === undefined || found.uid === process.getuid())) removeProfile(path)
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
