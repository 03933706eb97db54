// The serial number of a YubiKey, over a command of its vendor on the FIDO interface: the same number as on the PIV side,
// so that one device with two interfaces is one device on the screen.
import { AppError } from '../../core/error.ts'
import type { Channel } from './channel.ts'

export const yubicoVendorId = 0x1050
/** The first command that CTAPHID leaves to vendors, and two on. */
const readConfig = 0x42
const tag = { serial: 0x02, firmware: 0x05 } as const

export interface YubiKeyConfig {
  serial?: string
  firmware?: string
}

/** Empty when the key does not tell: serial numbers can be hidden, and keys before version 4.1 have no such command. */
export async function readYubiKeyConfig(channel: Channel, signal: AbortSignal): Promise<YubiKeyConfig> {
  let answer: Uint8Array
  try {
    answer = await channel.ask(readConfig, Uint8Array.of(0), { signal })
  } catch (thrown) {
    if (thrown instanceof AppError && (thrown.code === 'user/cancelled' || thrown.code === 'signer/absent'))
      throw thrown
    return {}
  }
  return parseYubiKeyConfig(answer)
}

/** One byte of length, then tag, length, value, until the length is used up. */
export function parseYubiKeyConfig(answer: Uint8Array): YubiKeyConfig {
  const config: YubiKeyConfig = {}
  const body = answer.subarray(1, 1 + (answer[0] ?? 0))
  for (let at = 0; at + 2 <= body.length; ) {
    const length = body[at + 1] ?? 0
    const value = body.subarray(at + 2, at + 2 + length)
    if (value.length < length) break
    if (body[at] === tag.serial && length === 4) {
      const serial = new DataView(value.buffer, value.byteOffset).getUint32(0)
      if (serial !== 0) config.serial = String(serial)
    }
    if (body[at] === tag.firmware && length === 3) config.firmware = value.join('.')
    at += 2 + length
  }
  return config
}
