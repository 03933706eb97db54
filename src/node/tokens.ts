// The port to hardware tokens, the same on both sides of the process that owns them.
import type { Prompt, PublicKey } from '../core/signer.ts'
import type { Attestation, PinPolicy, SlotAlgorithm, TokenList, TouchPolicy } from '../core/token.ts'

export interface SignRequest {
  /** "piv:15835999/9c" */
  signerId: string
  /** The key that must be in that slot, compared before any PIN is asked. */
  key: PublicKey
  /** All of them in one sitting: the PIN is asked once. */
  messages: readonly Uint8Array[]
  /** Whether it is known to be a practice token: a real one never stands in for it, nor it for a real one. */
  rehearsal?: boolean
  /** The sentence that is being signed, for PIN window and touch notice. */
  purpose: string
  /** The sentence of each message, where they are several: what one touch signs. */
  purposes?: readonly string[]
}

export interface GenerateRequest {
  tokenId: string
  slot: string
  algorithm: SlotAlgorithm
  pinPolicy: PinPolicy
  touchPolicy: TouchPolicy
  /** A key that is already in the slot is lost; without this it is refused. */
  replace: boolean
}

/** One family of tokens. A method that is absent is something these tokens cannot do. */
export interface TokenDriver {
  /** Hears what is there now, then each change. Never asks a person anything. Answers the function that ends it. */
  watch(hear: (list: TokenList) => void): () => void
  /** What is there now, with what may have changed unheard (tries left) read again. */
  list(signal: AbortSignal): Promise<TokenList>
  /** One signature a message, in the scheme's own form, each verified with `key` before it is answered. */
  sign(request: SignRequest, prompt: Prompt, signal: AbortSignal): Promise<Uint8Array[]>
  generate?(request: GenerateRequest, prompt: Prompt, signal: AbortSignal): Promise<PublicKey>
  attest?(tokenId: string, slot: string, signal: AbortSignal): Promise<Attestation>
  changeSecret?(tokenId: string, which: 'pin' | 'puk', prompt: Prompt, signal: AbortSignal): Promise<void>
  /** A new PIN by means of the PUK. */
  unblock?(tokenId: string, prompt: Prompt, signal: AbortSignal): Promise<void>
}
