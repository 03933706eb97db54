// The status a token answers with (CTAP 2.1, section 8.2), as an error of ours: translated here once.
import { AppError, type ErrorCode } from '../../core/error.ts'

export const status = {
  ok: 0x00,
  invalidCommand: 0x01,
  channelBusy: 0x06,
  credentialExcluded: 0x19,
  unsupportedOption: 0x2b,
  invalidOption: 0x2c,
  noCredentials: 0x2e,
  pinAuthInvalid: 0x33,
  pinAuthBlocked: 0x34,
  tokenRequired: 0x36,
} as const

type Meaning = readonly [ErrorCode, string, string]

const again = 'repeat it'
const replug = 'unplug it, plug it in again, then repeat'
const timedOut: Meaning = [
  'signer/touch-timeout',
  'the token was not touched in time; nothing was signed',
  'repeat it, and touch the token when asked to',
]
const blocked: Meaning = [
  'signer/pin-blocked',
  'the FIDO2 PIN is blocked: too many wrong ones were tried',
  'use another token that holds this key; only a FIDO2 reset makes this one usable again, and it erases its keys',
]
const untouched: Meaning = [
  'user/cancelled',
  'refused at the token; nothing was signed',
  'repeat it, and touch the token when asked to',
]

const meanings: Readonly<Record<number, Meaning>> = {
  1: ['signer/unsupported', 'the token does not know this command', 'use another token, or a PIV key of this one'],
  5: timedOut,
  6: ['signer/busy', 'another program is using the token', 'close it (a browser, for example), then repeat'],
  25: ['usage/invalid', 'the token holds this key already', 'insert another token as the spare one'],
  39: untouched,
  40: ['signer/failed', 'the token has no room for another key', 'remove one with the program of its vendor'],
  43: ['signer/unsupported', 'the token does not know an option', 'use another token, or a PIV key of this one'],
  44: ['signer/unsupported', 'the token does not accept an option', 'use another token, or a PIV key of this one'],
  45: ['user/cancelled', 'cancelled, nothing was signed', 'repeat it when you are ready'],
  46: ['signer/wrong-key', 'this token does not hold the key', 'insert a token on which the key was enrolled'],
  47: timedOut,
  49: ['signer/pin-wrong', 'the FIDO2 PIN is wrong', 'type the FIDO2 PIN, not the PIV PIN'],
  50: blocked,
  51: ['signer/failed', 'the token did not accept what the PIN was exchanged for', again],
  52: [
    'signer/pin-blocked',
    'the token takes no more PINs: three in a row were wrong',
    'unplug it and plug it in again, then type the FIDO2 PIN, not the PIV PIN',
  ],
  53: ['signer/unsupported', 'the token has no FIDO2 PIN yet', 'set one with the program of its vendor, then repeat'],
  54: ['signer/unsupported', 'the token wants its PIN for this', 'enrol the key again on this token'],
  55: ['signer/failed', 'the FIDO2 PIN must be changed first', 'change it with the program of its vendor'],
  58: timedOut,
  60: ['signer/pin-blocked', 'the fingerprint is blocked', 'unlock it with the FIDO2 PIN'],
}

export function ctapError(code: number): AppError {
  const shown = `0x${code.toString(16).padStart(2, '0')}`
  const [family, message, hint] = meanings[code] ?? ['signer/failed', 'the token refused', replug]
  return new AppError({ code: family, message, hint, data: { status: shown } })
}

/** Which status an error of ours came from. */
export function statusOf(thrown: unknown): number | undefined {
  if (!(thrown instanceof AppError) || typeof thrown.data?.status !== 'string') return undefined
  return Number(thrown.data.status)
}
