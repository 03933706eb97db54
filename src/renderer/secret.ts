// What may leave the field of the secret window: text that a touched key typed may not, nor what cannot be a PIN.
import { capital } from './format.ts'

/**
 * A YubiKey that is touched without being asked types its one-time password: modhex, chosen by its maker so that every
 * keyboard layout yields the same letters; a public name of up to 32 and then always 32 of them.
 */
const typedByTouch = /[cbdefghijklnrtuv]{32,}/i

/** How long the keyboard must be silent before what arrives is a person's again. */
export const typingGapMs = 400

export function isTypedByTouch(text: string): boolean {
  return typedByTouch.test(text)
}

/** A file's passphrase can be anything, also what a key types on purpose; a PIN or PUK cannot. */
export function isTokenSecret(secret: string): boolean {
  return /\b(?:PIN|PUK|management key)\b/.test(secret)
}

/** Chosen here and now, so it is typed twice; "new passphrase" is asked for a second time by main. */
export function isChosenTwice(secret: string): boolean {
  return secret.startsWith('new ') && /(?:PIN|PUK)$/.test(secret)
}

export interface SecretLength {
  min: number
  max: number
}

/** A sealed secret has room for no more. */
const maxSealedBytes = 1024

/** Why this cannot be the secret, or undefined. A PIN is counted in characters below and in bytes above, as tokens do. */
export function lengthProblem(text: string, secret: string, length: SecretLength | undefined): string | undefined {
  const name = capital(bareName(secret))
  if (text === '') return `Type the ${bareName(secret)} first.`
  const { min, max } = length ?? { min: 1, max: maxSealedBytes }
  const range = min === max ? `${min}` : `${min} to ${max}`
  if ([...text].length < min) return `Too short: a ${name} has ${range} characters. Nothing was sent, no try is lost.`
  if (new TextEncoder().encode(text).length > max) {
    return `Too long: a ${name} has ${range} characters. Nothing was sent, no try is lost.`
  }
  return undefined
}

/** "PIV PIN" of "new PIV PIN". */
export function bareName(secret: string): string {
  return secret.startsWith('new ') ? secret.slice('new '.length) : secret
}

/** "PIN" of "new PIV PIN": what locks when it is wrong too often. */
export function shortName(secret: string): string {
  return /\b(PIN|PUK)\b/.exec(secret)?.[1] ?? secret
}

/** What does not happen when the question is cancelled. Signing is announced by the title of what is signed. */
export function cancelWords({ secret, purpose }: { secret: string; purpose: string }): string {
  if (isChosenTwice(secret) || /(?:PUK|management key)$/.test(secret)) return 'Cancel, change nothing'
  if (secret.startsWith('new ')) return 'Cancel, make no key'
  return /^(?:change|let|make|open|set) /.test(purpose) ? 'Cancel, change nothing' : 'Cancel, sign nothing'
}

export function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (char) => char.charCodeAt(0))
}

export function toBase64(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return btoa(text)
}
