// What PKCS#11 modules answer when they refuse (CKR_...), in the words and codes of the house.
import { AppError, type ErrorCode } from '../../core/error.ts'

interface Meaning {
  code: ErrorCode
  message: string
  hint?: string
}

const gone: Meaning = {
  code: 'signer/absent',
  message: 'the token was taken out or restarted',
  hint: 'insert the token again, then repeat',
}
const cannot = (message: string): Meaning => ({
  code: 'signer/unsupported',
  message,
  hint: 'use another key, or a newer PKCS#11 module from the maker of the token',
})
const broken: Meaning = {
  code: 'signer/failed',
  message: 'the token reports a fault',
  hint: 'take the token out, insert it again, then repeat; nothing was signed',
}
const declined: Meaning = {
  code: 'user/cancelled',
  message: 'the signature was declined on the token',
  hint: 'repeat it when you are ready',
}
const noPin: Meaning = {
  code: 'signer/unsupported',
  message: 'no PIN was ever set on this token',
  hint: 'set a PIN with the tool of its maker',
}

/** PKCS#11 v2.40 (errata 01) and v3.0, section "Function return values". */
const meanings: ReadonlyMap<number, Meaning> = new Map([
  [0x01, declined],
  [0x03, gone],
  [0x05, broken],
  [0x06, broken],
  [0x20, cannot('the token cannot sign data of this form')],
  [0x21, cannot('the token cannot sign data of this length')],
  [0x30, broken],
  [0x31, { ...broken, message: 'the token has no memory left' }],
  [0x32, gone],
  [0x50, declined],
  [0x54, cannot('the PKCS#11 module lacks a function that is needed')],
  // A handle that was good a moment ago: the card was swapped, or another program deleted the key.
  [0x60, { ...gone, message: 'the key is no longer on the token' }],
  [0x62, cannot('the token does not sign with keys of this size')],
  [0x63, cannot('the token does not sign with keys of this kind')],
  [0x68, cannot('this key is not allowed to sign')],
  [0x70, cannot('the token does not make signatures of this kind')],
  [0x71, cannot('the token does not make signatures of this kind')],
  [0x82, { ...gone, message: 'the key is no longer on the token' }],
  [0x90, { code: 'signer/busy', message: 'the token is busy with another signature', hint: 'wait, then repeat' }],
  [0xa0, { code: 'signer/pin-wrong', message: 'the PIN is wrong', hint: 'type the PIN of this very token' }],
  [0xa1, { code: 'signer/pin-wrong', message: 'the PIN has characters it cannot have', hint: 'type the PIN again' }],
  [0xa2, { code: 'signer/pin-wrong', message: 'the PIN is too short or too long', hint: 'type the PIN again' }],
  [
    0xa3,
    { code: 'signer/pin-blocked', message: 'the PIN has expired', hint: 'set a new PIN with the tool of its maker' },
  ],
  [
    0xa4,
    {
      code: 'signer/pin-blocked',
      message: 'the PIN is blocked after too many wrong tries',
      hint: 'unblock it with the tool of its maker, or use another token',
    },
  ],
  [0xb0, gone],
  [0xb1, { code: 'signer/busy', message: 'the token has no room for one more program', hint: 'close other programs' }],
  [0xb3, gone],
  [0xe0, gone],
  [0xe1, { ...gone, message: 'the token is not one that this PKCS#11 module knows' }],
  [0x101, { ...broken, message: 'the token forgot that the PIN was given', hint: 'repeat it; nothing was signed' }],
  [0x102, noPin],
  [0x104, { code: 'signer/busy', message: 'another person is logged in to the token', hint: 'close other programs' }],
  [0x200, declined],
])

export const ckr = {
  tokenNotPresent: 0xe0,
  attributeSensitive: 0x11,
  attributeTypeInvalid: 0x12,
  cannotLock: 0x0a,
  alreadyInitialized: 0x191,
  alreadyLoggedIn: 0x100,
} as const

/** The number in an error of the native module; its errors from C_FindObjects come as plain text "CKR_NAME:number". */
export function ckrOf(thrown: unknown): number | undefined {
  if (!(thrown instanceof Error)) return undefined
  if ('code' in thrown && typeof thrown.code === 'number' && thrown.code > 0) return thrown.code
  const digits = /CKR_[A-Z0-9_]+:(\d+)/.exec(thrown.message)?.[1]
  return digits === undefined ? undefined : Number(digits)
}

/** CKR_GENERAL_ERROR, CKR_FUNCTION_FAILED, CKR_DEVICE_ERROR. */
const vague: ReadonlySet<number> = new Set([0x05, 0x06, 0x30])

/** Before there is a token, a fault is not the token's: mostly the smart card service is not running. */
export function fromCkrOfModule(thrown: unknown, doing: string): AppError {
  const number = ckrOf(thrown)
  if (number === undefined || !vague.has(number)) return fromCkr(thrown, doing)
  return new AppError({
    code: 'signer/failed',
    message: `the PKCS#11 module failed while ${doing}`,
    hint: 'check that the smart card service of this computer is running, then repeat',
    data: { ckr: `0x${number.toString(16)}`, doing },
    cause: thrown,
  })
}

/** `doing`: "reading its keys", for a person who must tell a maker's support what went wrong. */
export function fromCkr(thrown: unknown, doing: string): AppError {
  if (thrown instanceof AppError) return thrown
  const number = ckrOf(thrown)
  if (number === undefined) {
    return new AppError({ ...broken, message: `the PKCS#11 module failed while ${doing}`, cause: thrown })
  }
  const shown = `0x${number.toString(16)}`
  const known = meanings.get(number)
  const { code, message, hint } = known ?? broken
  return new AppError({
    code,
    message: known === undefined ? `the PKCS#11 module failed while ${doing}` : message,
    ...(hint === undefined ? {} : { hint }),
    data: { ckr: shown, doing },
    cause: thrown,
  })
}

/** One call of the module; what it refuses with is translated. */
export function attempt<T>(doing: string, call: () => T, translate = fromCkr): T {
  try {
    return call()
  } catch (thrown) {
    throw translate(thrown, doing)
  }
}
