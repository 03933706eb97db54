// What holds for every secret of a token, however it reaches us: what is refused before the token could count a try.
import { AppError } from '../core/error.ts'
import type { PinRequest } from '../core/signer.ts'

/** A PIN, a PUK, a management key. The passphrase of a file can be anything, and has no counter. */
export function isTokenSecret({ secret }: PinRequest): boolean {
  return /\b(?:PIN|PUK|management key)$/.test(secret)
}

export function isNew({ secret }: PinRequest): boolean {
  return secret.startsWith('new ')
}

/** "PIV PIN (not the FIDO2 PIN) of YubiKey 5 15 835 999, 3 tries left" */
export function labelOf(request: PinRequest): string {
  const { secret, device, notThe } = request
  const tries = isTokenSecret(request) ? triesWords(request) : undefined
  const not = notThe === undefined ? '' : ` (not the ${notThe})`
  return `${secret}${not} of ${device}${tries === undefined ? '' : `, ${tries}`}`
}

export function triesWords({ triesLeft }: PinRequest): string | undefined {
  if (triesLeft === undefined) return undefined
  return triesLeft === 1 ? '1 try left' : `${triesLeft} tries left`
}

export function isLastTry(request: PinRequest): boolean {
  return request.triesLeft === 1 && isTokenSecret(request) && !isNew(request)
}

export function refuseBlocked(request: PinRequest): void {
  if (request.triesLeft !== 0 || !isTokenSecret(request) || isNew(request)) return
  const { secret, device } = request
  throw new AppError({
    code: 'signer/pin-blocked',
    message: `the ${secret} of ${device} is blocked, 0 tries left; nothing was asked`,
    hint:
      secret === 'PIV PIN'
        ? 'unblock it with the PUK: countersign tokens unblock TOKEN'
        : 'use another token, or what its maker offers to set it up anew',
    data: { triesLeft: 0 },
  })
}

/** Modhex: letters that are the same on every keyboard, of which a YubiKey's one-time password has at least 32. */
const modhex: ReadonlySet<number> = new Set(new TextEncoder().encode('cbdefghijklnrtuvCBDEFGHIJKLNRTUV'))
const minTypedByTouch = 32

/** A key that is touched before it is asked types a one-time password into whatever is open. */
export function isTypedByTouch(typed: Uint8Array): boolean {
  let run = 0
  for (const byte of typed) {
    run = modhex.has(byte) ? run + 1 : 0
    if (run === minTypedByTouch) return true
  }
  return false
}

export const maxSecretBytes = 1024

/** Why this cannot be the secret that is asked for; undefined when it can. Nothing of the secret itself is in it. */
export function whyNot(request: PinRequest, secret: Uint8Array): string | undefined {
  if (!isTokenSecret(request)) return undefined
  const what = request.secret
  if (/PIN|PUK/.test(what) && isTypedByTouch(secret)) {
    return 'that was typed by a key that was touched too early; it was thrown away, and no try was used'
  }
  // Counted in characters below and in bytes above, as tokens do.
  const characters = secret.reduce((sum, byte) => ((byte & 0xc0) === 0x80 ? sum : sum + 1), 0)
  const { min, max } = request.length ?? { min: 1, max: maxSecretBytes }
  if (characters >= min && secret.length <= max) return undefined
  if (characters === 0) return `nothing was typed; no try was used`
  const range = min === max ? `${min}` : `${min} to ${max}`
  return `a ${what.replace(/^new /, '')} has ${range} characters, this has ${characters}; no try was used`
}

export function cancelledPrompt(): AppError {
  return new AppError({
    code: 'user/cancelled',
    message: 'cancelled, nothing was changed',
    hint: 'repeat the command when you are ready',
  })
}

export function isSameSecret(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}
