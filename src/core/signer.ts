// The second noun: a Signer turns a message into a signature. Types only.

export type Scheme = 'ed25519' | 'ecdsa-p256-sha256' | 'ecdsa-p384-sha384' | 'rsa-pss-sha256'

export interface PublicKey {
  scheme: Scheme
  /** SubjectPublicKeyInfo, DER: one encoding for one key, so equality of bytes is equality of keys. */
  spki: Uint8Array
}

export interface Signer {
  /** "piv:15835999/9c", "file:dana", "rehearsal:you" */
  id: string
  /** For people: "YubiKey 15 835 999, slot 9c". */
  label: string
  key: PublicKey
  /** A rehearsal signer signs only where the key calls itself a rehearsal key in the signed metadata. */
  rehearsal: boolean
  /** Signature in the scheme's own form: raw 64 bytes for Ed25519, ASN.1 DER for ECDSA, raw for RSA. */
  sign(message: Uint8Array, signal: AbortSignal): Promise<Uint8Array>
}

/** Where signers come from. Listing never asks for a PIN. */
export interface SignerSource {
  list(signal: AbortSignal): Promise<Signer[]>
}

export interface PinRequest {
  /** What is being unlocked: "key file dana", "YubiKey 15 835 999". */
  device: string
  /** Which secret, named exactly: "passphrase", "PIV PIN". */
  secret: string
  /** What the secret will be used for: the sentence being signed. */
  purpose: string
  /** Known before the first try. */
  triesLeft?: number
  /** The previous answer was wrong. */
  wasWrong?: boolean
}

export interface TouchRequest {
  device: string
  purpose: string
  timeoutMs: number
}

/** Asks the human. A cancelled prompt throws user/cancelled. */
export interface Prompt {
  /** The caller zeroes the bytes when done. */
  pin(request: PinRequest, signal: AbortSignal): Promise<Uint8Array>
  /** Shows the touch notice; the returned function takes it away. */
  touch(request: TouchRequest): () => void
}
