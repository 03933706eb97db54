// The second noun: a Signer turns a message into a signature. Types only.

export type Scheme = 'ed25519' | 'ecdsa-p256-sha256' | 'ecdsa-p384-sha384' | 'rsa-pss-sha256'

export interface PublicKey {
  scheme: Scheme
  /** SubjectPublicKeyInfo, DER: one encoding for one key, so equality of bytes is equality of keys. */
  spki: Uint8Array
}

/** What will be signed, for PIN window and touch notice; of several messages also what each of them is. */
export type Purpose = string | { all: string; of(message: Uint8Array): string }

/** What a person will be asked for before it signs; an `agent` asks in its own way, or not at all. */
export type Asks = 'nothing' | 'passphrase' | 'keychain' | 'pin' | 'touch' | 'pin-and-touch' | 'agent'

export interface Signer {
  /** "piv:15835999/9c", "file:dana", "rehearsal:you", "ssh:SHA256:..." */
  id: string
  /** For people: "YubiKey 15 835 999, slot 9c". */
  label: string
  key: PublicKey
  asks: Asks
  /** A rehearsal signer signs only where the key calls itself a rehearsal key in the signed metadata. */
  rehearsal: boolean
  /** Signature in the scheme's own form: raw 64 bytes for Ed25519, ASN.1 DER for ECDSA, raw for RSA. */
  sign(message: Uint8Array, signal: AbortSignal): Promise<Uint8Array>
  /** Several in one sitting, where that spares the person a question. */
  signAll?(messages: readonly Uint8Array[], signal: AbortSignal): Promise<Uint8Array[]>
}

/** A signer as it is listed: known by its key, but nobody has said yet what it should sign, and so it cannot. */
export type KnownSigner = Omit<Signer, 'sign' | 'signAll'>

/** Where signers come from. Listing never asks for a PIN. */
export interface SignerSource {
  list(signal: AbortSignal): Promise<Signer[]>
}

export interface PinRequest {
  /** What is being unlocked: "key file dana", "YubiKey 15 835 999". */
  device: string
  /** Which secret, named exactly: "passphrase", "PIV PIN", "new PIV PIN", "PIV PUK". */
  secret: string
  /** A secret of the same device that it is easily taken for: "FIDO PIN". */
  notThe?: string
  /** What it can be: a PIN is 6 to 8 characters long. */
  length?: { min: number; max: number }
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
  /** The practice token has no finger but a button. */
  practice?: boolean
  /** Another program signs: it may be asking for a touch, a PIN or a confirmation, and does not tell. */
  agent?: boolean
}

/** Asks the human. A cancelled prompt throws user/cancelled. */
export interface Prompt {
  /** The caller zeroes the bytes when done. */
  pin(request: PinRequest, signal: AbortSignal): Promise<Uint8Array>
  /** Shows the touch notice; the returned function takes it away. */
  touch(request: TouchRequest): () => void
}
