// Questions that a backend answers to signers alone: what is signed with each of them, and what that asks of a person. Nothing is
// signed here but a time, a nonce and a body that was composed here; path and method are not covered by this signature.
import { randomUUID } from 'node:crypto'
import { concatBytes, toBase64, utf8 } from '../../../core/bytes.ts'
import { sha512, verifySignature } from '../../../core/crypto.ts'
import { AppError } from '../../../core/error.ts'
import type { Signer } from '../../../core/signer.ts'
import { keySignature } from '../../../core/systems/asfaload/key-signature.ts'
import { parseKeyText, type SignerKey, toUnpadded } from '../../../core/systems/asfaload/keys.ts'
import type { AsfaloadAddress } from './address.ts'

/** A key of a person that says who asks; whoever gives it has asked that person. */
export interface Authorizer extends Pick<Signer, 'label' | 'asks'> {
  /** The key as the signers file writes it. */
  text: string
  /** Ed25519 over exactly these bytes; `what` is the question that is asked with it. */
  sign(message: Uint8Array, what: string, signal: AbortSignal): Promise<Uint8Array>
}

/** As far as it is asked for something. */
export type Payer = Pick<Authorizer, 'text' | 'label' | 'asks'>

export interface Moment {
  now: Date
  /** A version 4 UUID that was never used. */
  nonce: string
}

export function thisMoment(): Moment {
  return { now: new Date(), nonce: randomUUID() }
}

export async function signedHeaders(
  { text, label, sign }: Authorizer,
  body: Uint8Array,
  what: string,
  { now, nonce }: Moment,
  signal: AbortSignal,
): Promise<Record<string, string>> {
  const timestamp = timestampOf(now)
  const message = await sha512(concatBytes(utf8(`${timestamp}##${nonce}##`), body))
  const key = parseKeyText(text, 'the key that asks')
  const checked = async (bytes: Uint8Array): Promise<Uint8Array> => {
    const signature = await sign(bytes, what, signal)
    if (await verifySignature(key.key, bytes, signature)) return signature
    throw new AppError({
      code: 'signer/failed',
      message: `${label} answered with a signature that does not fit`,
      hint: 'nothing was sent; check the token, and try again',
    })
  }
  const comment = `timestamp:${Math.floor(now.getTime() / 1000)}`
  const signature = await keySignature(key, { label, key: key.key, sign: checked }, message, comment, signal)
  return {
    'x-asfld-timestamp': timestamp,
    'x-asfld-nonce': nonce,
    'x-asfld-sig': signatureText(key, signature),
    'x-asfld-pk': text,
  }
}

/** The backend writes the time anew before it verifies: only whole seconds with this offset always come out the same. */
function timestampOf(now: Date): string {
  return `${now.toISOString().slice(0, 19)}+00:00`
}

export function signatureText({ form }: Pick<SignerKey, 'form'>, signature: Uint8Array): string {
  return form === 'minisign' ? toBase64(signature) : toUnpadded(signature)
}

/** To be said before the first question, with whom it goes to, for nothing that is signed says that; undefined when it asks nobody for anything. */
export function questionCost(
  { text, label, asks }: Payer,
  { backend }: Pick<AsfaloadAddress, 'backend'>,
): string | undefined {
  if (asks === 'nothing' || asks === 'keychain') return undefined
  const isTwice = parseKeyText(text, 'the key that asks').form === 'minisign'
  const costs = {
    passphrase: 'which needs its passphrase',
    agent: 'which may ask for a confirmation',
    pin: 'which needs its PIN',
    touch: isTwice ? 'with two touches' : 'with a touch',
    'pin-and-touch': isTwice ? 'which needs its PIN and two touches' : 'which needs its PIN and a touch',
  } as const
  return `each question to the backend ${shownBackend(backend)} is signed by ${label}, ${costs[asks]}`
}

/** "https://backend.example/place": as a person reads it. */
export function shownBackend(backend: string): string {
  return backend.replace(/\/$/, '')
}

/** Whether one more question may be one more thing that a person must do. */
export function isDear({ asks }: Pick<Authorizer, 'asks'>): boolean {
  return asks !== 'nothing' && asks !== 'keychain'
}
