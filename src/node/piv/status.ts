// Status words, translated into errors of ours: here once, for every command.
import { AppError, type ErrorCode } from '../../core/error.ts'

export const status = {
  ok: 0x9000,
  notVerified: 0x6982,
  blocked: 0x6983,
  notSatisfied: 0x6985,
  badData: 0x6a80,
  noObject: 0x6a82,
  noReference: 0x6a88,
} as const

/** What firmware says to a command that is newer than it, or that another vendor never had. */
export function isUnknownCommand(sw: number): boolean {
  return sw === 0x6d00 || sw === 0x6e00 || sw === 0x6a81
}

export type SecretName = 'PIN' | 'PUK'

type Meaning = readonly [code: ErrorCode, message: string, hint?: string]

const reinsert = 'take the token out, insert it again, then repeat'
const firmware = 'use a token with newer firmware, or another slot'

const meanings: ReadonlyMap<number, Meaning> = new Map<number, Meaning>([
  [0x6581, ['signer/failed', 'the memory of the token failed', reinsert]],
  [0x6700, ['signer/failed', 'the token refuses data of this length', 'use another kind of key']],
  [0x6882, ['signer/unsupported', 'the token refuses secure messaging', reinsert]],
  [0x6883, ['signer/failed', 'the token lost the start of the command', reinsert]],
  [0x6884, ['signer/unsupported', 'the token takes no command this long', 'use another kind of key']],
  [0x6982, ['signer/failed', 'the token wants its PIN or its management key first', 'repeat it, and enter the PIN']],
  [0x6983, ['signer/pin-blocked', 'the token is blocked', 'unblock it with the PUK: countersign tokens unblock TOKEN']],
  [0x6985, ['signer/failed', 'the token refuses this in its present state', reinsert]],
  [0x6999, ['signer/unsupported', 'the PIV application of the token is switched off', 'switch PIV on in its settings']],
  [
    0x6a80,
    ['signer/failed', 'the token refuses the data, or has no key in this slot', 'check which slot holds the key'],
  ],
  [0x6a81, ['signer/unsupported', 'the token cannot do this', firmware]],
  [0x6a82, ['signer/failed', 'the token has nothing stored under this name', 'check which slot holds the key']],
  [0x6a84, ['signer/failed', 'the token is full', 'delete a certificate or a key that is no longer used']],
  [0x6a86, ['signer/unsupported', 'the token does not know this slot or option', firmware]],
  [0x6a88, ['signer/failed', 'the token has no key in this slot', 'check which slot holds the key']],
  [0x6b00, ['signer/unsupported', 'the token does not know this slot or option', firmware]],
  [0x6d00, ['signer/unsupported', 'the firmware of the token does not know this command', firmware]],
  [0x6e00, ['signer/unsupported', 'the firmware of the token does not know this kind of command', firmware]],
  [0x6f00, ['signer/failed', 'the token reports a fault of its own', reinsert]],
])

/** What went wrong while `doing` ("reading the serial number"). A status word of success is a bug here. */
export function statusError(sw: number, doing: string, secret: SecretName = 'PIN'): AppError {
  const triesLeft = triesLeftOf(sw)
  if (triesLeft !== undefined) return secretError(secret, triesLeft)
  const word = sw.toString(16).padStart(4, '0')
  const [code, meaning, hint] = meanings.get(sw) ?? ['signer/failed', 'the token refuses this', reinsert]
  return new AppError({
    code,
    message: `${doing} failed: ${meaning} (${word})`,
    ...(hint === undefined ? {} : { hint }),
    data: { status: word },
  })
}

/** 63Cx; firmware before 1.0.4 gives the number in the whole last byte. 6983 says none. */
export function triesLeftOf(sw: number): number | undefined {
  if (sw === status.blocked) return 0
  if (sw >> 8 !== 0x63) return undefined
  return (sw & 0xf0) === 0xc0 ? sw & 0x0f : sw & 0xff
}

function secretError(secret: SecretName, triesLeft: number): AppError {
  if (triesLeft > 0) {
    return new AppError({
      code: 'signer/pin-wrong',
      message: `the ${secret} is wrong, ${triesLeft} ${triesLeft === 1 ? 'try' : 'tries'} left`,
      hint: `enter the PIV ${secret}, not that of another application of the token`,
      data: { triesLeft, secret },
    })
  }
  return new AppError({
    code: 'signer/pin-blocked',
    message: `the ${secret} is blocked, 0 tries left`,
    hint:
      secret === 'PIN'
        ? 'unblock it with the PUK: countersign tokens unblock TOKEN'
        : 'use another token; only a reset, which erases its keys, makes this one usable again',
    data: { triesLeft, secret },
  })
}
