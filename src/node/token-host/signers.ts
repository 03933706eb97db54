// The keys on tokens as signers: listed from what is plugged in, signing in the process that owns the tokens.
import { AppError } from '../../core/error.ts'
import type { Asks, Signer, SignerSource } from '../../core/signer.ts'
import type { Token, TokenList, TokenSlot } from '../../core/token.ts'
import type { TokenHost } from './client.ts'

/** `purpose` says what will be signed, for PIN window and touch notice. */
export function tokenSigners(host: TokenHost, purpose: string): SignerSource {
  return { list: async (signal) => signersOf(await host.call('list', undefined, signal), host, purpose) }
}

export function signersOf({ tokens }: TokenList, host: TokenHost, purpose: string): Signer[] {
  return tokens.flatMap((token) => token.slots.flatMap((slot) => signerOf(token, slot, host, purpose) ?? []))
}

export function isTokenSigner(signerId: string): boolean {
  return /^(piv|pkcs11|fido):/.test(signerId)
}

/** "15 835 999" */
export function serialWords(serial: string): string {
  return /^\d{4,}$/.test(serial) ? serial.replace(/\B(?=(\d{3})+$)/g, ' ') : serial
}

/** "YubiKey 5 15 835 999" */
export function tokenLabel({ name, serial }: Pick<Token, 'name' | 'serial'>): string {
  return serial === undefined ? name : `${name} ${serialWords(serial)}`
}

function signerOf(token: Token, slot: TokenSlot, host: TokenHost, purpose: string): Signer | undefined {
  const { key, signerId } = slot
  if (key === undefined || signerId === undefined) return undefined
  const signAll = (messages: readonly Uint8Array[], signal: AbortSignal): Promise<Uint8Array[]> =>
    host.call('sign', { signerId, key, messages, purpose }, signal)
  return {
    id: signerId,
    label: `${tokenLabel(token)}, slot ${slot.id}`,
    key,
    rehearsal: token.rehearsal,
    asks: asksOf(slot),
    signAll,
    sign: async (message, signal) => {
      const [signature] = await signAll([message], signal)
      if (signature !== undefined) return signature
      throw new AppError({ code: 'signer/failed', message: 'the token answered without a signature' })
    },
  }
}

function asksOf({ pinPolicy, touchPolicy }: TokenSlot): Asks {
  const touches = touchPolicy !== undefined && touchPolicy !== 'never'
  if (pinPolicy === 'never') return touches ? 'touch' : 'nothing'
  return touches ? 'pin-and-touch' : 'pin'
}
