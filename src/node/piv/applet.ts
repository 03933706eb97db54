// The selected PIV application, as the parts of this folder see it: what they may send, and what it is.
import type { Command, Response } from './apdu.ts'

export interface Applet {
  /** Any status word: for commands whose refusals mean something. */
  exchange(command: Command, limitMs?: number): Promise<Response>
  /** Only success; everything else is an error that names what was being done. */
  send(command: Command, doing: string, limitMs?: number): Promise<Uint8Array>
  /** Of the firmware: "5.7.1". Undefined for a token that is not a YubiKey and does not tell. */
  version(): Promise<string | undefined>
}
