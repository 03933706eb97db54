// A FIDO2 token as people see it in a list: name, firmware, tries left, and the keys it guards.
import { type ErrorData, toErrorData } from '../../core/error.ts'
import { keyLabel } from '../../core/key.ts'
import type { Token, TokenSlot } from '../../core/token.ts'
import type { HidDevice } from '../hid.ts'
import type { FidoKey } from './key-file.ts'
import { exactFidoId } from './name.ts'
import { holding, type OpenToken, unfit } from './token.ts'

export const idOf = (device: HidDevice): string => `fido:${device.path}`

/** What a token is shown as until it was asked. */
export function placeholder(device: HidDevice): Token {
  const name = device.product || device.manufacturer || 'FIDO2 token'
  const base = { id: idOf(device), kind: 'fido', name, reader: device.path, rehearsal: false } as const
  const serial = device.serialNumber === undefined ? {} : { serial: device.serialNumber }
  return { ...base, ...serial, slots: [], reading: true, advisories: [] }
}

/** Asks the token, and nobody else. */
export async function describeOpen(token: OpenToken, stored: readonly FidoKey[], signal: AbortSignal): Promise<Token> {
  const { ctap, device, name, serial, firmware } = token
  const advisories: string[] = []
  let pin: Token['pin']
  if (ctap.info.options.get('clientPin') === true) {
    const { tries, needsReplug } = await ctap.pinTries(signal)
    pin = { triesLeft: tries }
    if (needsReplug) advisories.push('It takes no PIN before it was unplugged and plugged in again.')
  }
  if (!ctap.info.versions.some((version) => /^FIDO_2_[1-9]$/.test(version))) {
    advisories.push('It is an older FIDO2 token: it may give out what guards a key for a touch alone, without the PIN.')
  }
  const slots: TokenSlot[] = []
  for (const key of stored) {
    const held = await holding(token, key, signal)
    if (held.is !== 'no') slots.push(slotOf(key, held.is))
  }
  const why = unfit(token)
  const problem: { problem?: ErrorData } = why === undefined ? {} : { problem: toErrorData(why) }
  return {
    ...placeholder(device),
    name,
    ...(serial === undefined ? {} : { serial }),
    ...(firmware === undefined ? {} : { firmware }),
    ...(pin === undefined ? {} : { pin }),
    slots,
    reading: false,
    advisories,
    ...problem,
  }
}

function slotOf(key: FidoKey, is: 'yes' | 'maybe'): TokenSlot {
  const needsPin = key.tokens.some((entry) => entry.uvRequired)
  return {
    id: key.name,
    name: is === 'yes' ? 'Software key, locked with this token' : 'Software key, perhaps locked with this token',
    algorithm: keyLabel(key.key),
    key: key.key,
    signerId: `fido:${key.name}`,
    pinPolicy: needsPin ? 'always' : 'never',
    touchPolicy: 'always',
    origin: 'generated',
  }
}

/** Where several tokens here open the same key, a signer's id says which one is meant. */
export function withExactIds(tokens: readonly Token[]): Token[] {
  const withKey = (name: string) => tokens.filter((token) => token.slots.some((slot) => slot.id === name))
  return tokens.map((token) => {
    const place = { path: token.reader, ...(token.serial === undefined ? {} : { serial: token.serial }) }
    const slots = token.slots.map((slot) => {
      const all = withKey(slot.id)
      return all.length > 1 ? { ...slot, signerId: exactFidoId(slot.id, place, all) } : slot
    })
    return { ...token, slots }
  })
}
