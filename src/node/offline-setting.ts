// What is kept of offline mode: whether to start in it, and whether to sign while this machine is on a network.
import { utf8 } from '../core/bytes.ts'
import { AppError } from '../core/error.ts'
import type { Transport } from '../core/transport.ts'
import { parseJsonObject, text } from './json-file.ts'
import { openInterfaces } from './offline.ts'

export interface OfflineSetting {
  offline: boolean
  /** Nothing is signed while a network interface is up. */
  isolated: boolean
}

const fileName = 'offline.json'
const format = 'countersign offline 1'

export async function readOffline(files: Transport, signal: AbortSignal): Promise<OfflineSetting> {
  const bytes = await files.read(fileName, 4096, signal)
  if (bytes === undefined) return { offline: false, isolated: false }
  const fields = parseJsonObject(bytes, fileName, ['format', 'offline', 'isolated'])
  const offline = fields.get('offline')
  const isolated = fields.get('isolated')
  // Taken for "no", a damaged file would open the network that somebody closed.
  if (text(fields, 'format', fileName) !== format || typeof offline !== 'boolean' || typeof isolated !== 'boolean') {
    throw new AppError({
      code: 'format/malformed',
      message: `${fileName} does not say whether Countersign is to be offline`,
      hint: 'say it again: countersign offline on, or off',
    })
  }
  return { offline, isolated }
}

export async function writeOffline(files: Transport, setting: OfflineSetting, signal: AbortSignal): Promise<void> {
  const bytes = utf8(`${JSON.stringify({ format, ...setting })}\n`)
  await files.write(new Map([[fileName, bytes]]), new Map(), 'offline mode', signal)
}

/** Before any key signs. */
export async function checkIsolated(files: Transport, signal: AbortSignal, open = openInterfaces()): Promise<void> {
  if (open.length === 0 || !(await readOffline(files, signal)).isolated) return
  throw new AppError({
    code: 'signer/unsupported',
    message: `this machine is on a network (${open.join(', ')}), and here nothing is signed while it is`,
    hint: 'pull the cable and turn the radio off, then sign',
  })
}
