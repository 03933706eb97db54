// The port between the app and what shows its windows. Electron is one implementation, the system's Chromium the other.
import type { Notice, Outcome } from '../ipc/contract.ts'
import type { HostProcess } from '../node/token-host/client.ts'

export type Page = 'main' | 'prompt'

/** Answers one call of one page; never throws, an error is an answer. */
export type Handle = (name: string, argument: unknown) => Promise<Outcome<unknown>>

export interface WindowSpec {
  page: Page
  title: string
  width: number
  height: number
  /** Called only after the shell has checked that the call comes from the top frame of this very page. */
  handle: Handle
}

export interface ShellWindow {
  /** A notice to a window that is gone is dropped. */
  notify(notice: Notice): void
  focus(): Promise<void>
  close(): Promise<void>
  /** Settles when the window is gone, whoever closed it. */
  readonly closed: Promise<void>
}

export interface Shell {
  readonly name: 'electron' | 'chromium'
  /** False when the browser runs without one of its own protections: then only rehearsal keys may sign. */
  readonly sandboxed: boolean
  /** Whether pickDirectory and saveFile can ask; otherwise paths are typed. */
  readonly canPick: boolean
  open(spec: WindowSpec): Promise<ShellWindow>
  /** undefined = the person cancelled. */
  pickDirectory(title: string): Promise<string | undefined>
  /** One or several files; none when the person cancelled. */
  pickFiles(title: string): Promise<readonly string[]>
  /** Asks where to save; writing is the caller's. undefined = the person cancelled. */
  saveFile(title: string, suggestedName: string): Promise<string | undefined>
  /** A document of ours on paper; nothing in it runs, or is fetched. */
  toPdf(html: string, signal: AbortSignal): Promise<Uint8Array>
  /** A new process for the tokens: theirs is the code that may hang or crash. */
  startTokenHost(dataDir: string): HostProcess
  /** Closes every window and leaves nothing behind. */
  quit(): Promise<void>
  /** Settles when the last main window is gone, or the browser died. */
  readonly ended: Promise<void>
}
