// A document of ours as PDF, by the Chromium of this machine: without a window, without a network, over a private pipe.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { AppError } from '../core/error.ts'
import { checkCancelled } from './cancel.ts'
import { type Cdp, connectCdp } from './cdp.ts'
import { browserEnvironment, findChromium, isProgram } from './find-chromium.ts'

const limitMs = 120_000

const flags = [
  ...['--headless', '--remote-debugging-pipe', '--no-first-run', '--no-default-browser-check', '--disable-gpu'],
  ...['--disable-extensions', '--disable-sync', '--disable-background-networking', '--disable-component-update'],
  ...['--disable-breakpad', '--disable-crash-reporter', '--no-pings', '--metrics-recording-only'],
  ...['--password-store=basic', '--use-mock-keychain'],
  // Nothing in the document asks for anything; whatever the browser would ask by itself finds no name and no way.
  ...['--host-resolver-rules=MAP * ~NOTFOUND', '--proxy-server=http://127.0.0.1:9', '--proxy-bypass-list=<-loopback>'],
]

/** `html` must be a document that we made: on Linux, root cannot use the browser's sandbox, and for this it is left out. */
export async function renderPdf(html: string, signal: AbortSignal): Promise<Uint8Array> {
  const program = findChromium({ platform: process.platform, env: process.env, isProgram })
  if (program === undefined) throw noBrowser()
  checkCancelled(signal)
  const profile = await mkdtemp(join(tmpdir(), 'countersign-print-'))
  const child = start(program, profile)
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
    child.once('error', () => resolve())
  })
  const stop = (): void => kill(child)
  // Whatever ends this process, the browser goes with it.
  process.once('exit', stop)
  signal.addEventListener('abort', stop)
  const late = setTimeout(stop, limitMs)
  try {
    return await print(connectCdp(pipe(child, 3), pipe(child, 4)), html)
  } catch (cause) {
    checkCancelled(signal)
    throw notPrinted(program, cause)
  } finally {
    clearTimeout(late)
    stop()
    await ended
    process.off('exit', stop)
    signal.removeEventListener('abort', stop)
    // Its helpers may write for a moment after it ended.
    await rm(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }).catch(() => undefined)
  }
}

function start(program: string, profile: string): ChildProcess {
  // Root has no sandbox in Chromium. What it would keep in is a page from strangers, and this one is ours: escaped text, no script
  // (also switched off below), nothing that is fetched. A window, in which keys are used, never goes without one.
  const isRoot = process.platform === 'linux' && process.getuid?.() === 0
  const args = [...flags, ...(isRoot ? ['--no-sandbox'] : []), `--user-data-dir=${profile}`, 'about:blank']
  return spawn(program, args, {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
    detached: process.platform !== 'win32',
    env: browserEnvironment(process.env),
  })
}

async function print(cdp: Cdp, html: string): Promise<Uint8Array> {
  const target = await cdp.send('Target.createTarget', { url: 'about:blank' })
  const targetId = target.text('targetId')
  const session = (await cdp.send('Target.attachToTarget', { targetId, flatten: true })).text('sessionId')
  await cdp.send('Emulation.setScriptExecutionDisabled', { value: true }, session)
  const frame = (await cdp.send('Page.getFrameTree', {}, session)).inside('frameTree').inside('frame').text('id')
  await cdp.send('Page.setDocumentContent', { frameId: frame, html }, session)
  const options = { preferCSSPageSize: true, printBackground: true, generateDocumentOutline: true }
  const printed = await cdp.send('Page.printToPDF', options, session)
  const pdf = Buffer.from(printed.text('data') ?? '', 'base64')
  await cdp.send('Browser.close').catch(() => undefined)
  if (pdf.subarray(0, 5).toString('latin1') === '%PDF-') return new Uint8Array(pdf)
  throw new AppError({ code: 'internal/bug', message: 'the browser answered with something that is no PDF' })
}

function pipe(child: ChildProcess, index: number): Readable & Writable {
  return child.stdio[index] as unknown as Readable & Writable
}

function kill(child: ChildProcess): void {
  if (child.pid === undefined) return
  try {
    if (process.platform === 'win32') child.kill('SIGKILL')
    else process.kill(-child.pid, 'SIGKILL')
  } catch {
    // Nobody left in its group: that is what we wanted.
  }
}

const byHand = 'write it with --to FILE.html instead, and print that from any browser'

function noBrowser(): AppError {
  const named = process.env.COUNTERSIGN_CHROMIUM
  return new AppError({
    code: 'usage/invalid',
    message: named
      ? `${named} is not a program, and a PDF is made by a browser`
      : 'no Chromium, Chrome, Brave or Edge was found, by which a PDF is made',
    hint: byHand,
  })
}

function notPrinted(program: string, cause: unknown): AppError {
  return new AppError({ code: 'usage/invalid', message: `the browser ${program} made no PDF`, hint: byHand, cause })
}
