// What crosses between the app and the process that owns the tokens: plain data. Both ends are this program, so a parser
// checks only what would send a message astray: its kind, its numbers, the name of a call, the key a secret is sealed to.
// What a call takes and answers is checked by the types alone.
import { AppError, type ErrorCode, type ErrorData } from '../../core/error.ts'
import type { PinRequest, PublicKey, TouchRequest } from '../../core/signer.ts'
import type { SoftwareScheme } from '../../core/software-key.ts'
import type { Attestation, TokenList } from '../../core/token.ts'
import type { GenerateRequest, SignRequest } from '../tokens.ts'
import type { PracticeCard } from './practice.ts'

/** Every call: what it takes, what it answers, and how long the host may be silent while nobody has to do anything. */
export interface Calls {
  list: { argument: undefined; answer: TokenList }
  /** The signer id of the one key that a PKCS#11 address means. */
  findUri: { argument: { uri: string }; answer: string }
  sign: { argument: SignRequest; answer: Uint8Array[] }
  generate: { argument: GenerateRequest; answer: PublicKey }
  attest: { argument: { tokenId: string; slot: string }; answer: Attestation }
  changeSecret: { argument: { tokenId: string; which: 'pin' | 'puk' }; answer: undefined }
  unblock: { argument: { tokenId: string }; answer: undefined }
  wrapKey: { argument: { name: string; scheme: SoftwareScheme; tokenId: string }; answer: PublicKey }
  addSpare: { argument: { name: string; tokenId: string }; answer: undefined }
  practise: { argument: { plugged: boolean; card?: PracticeCard }; answer: undefined }
  touchPractice: { argument: { touched: boolean }; answer: undefined }
}

export type CallName = keyof Calls

/** A touch may take 25 seconds, RSA-4096 on a token more than a minute. */
export const silenceMs: Readonly<Record<CallName, number>> = {
  list: 10_000,
  findUri: 10_000,
  sign: 45_000,
  generate: 240_000,
  attest: 15_000,
  changeSecret: 15_000,
  unblock: 15_000,
  wrapKey: 90_000,
  addSpare: 90_000,
  practise: 15_000,
  touchPractice: 5_000,
}

/**
 * Calls that write to a token, or make a key that hangs on one. Whoever ends such a call before the host has answered does
 * not know what came of it, and must not say that nothing did.
 */
export const changesToken: ReadonlySet<CallName> = new Set([
  'generate',
  'changeSecret',
  'unblock',
  'wrapKey',
  'addSpare',
])

export type ToHost =
  | { kind: 'call'; id: number; name: CallName; argument: unknown }
  | { kind: 'cancel'; id: number }
  | { kind: 'secret'; ask: number; sealed: Uint8Array }
  | { kind: 'no-secret'; ask: number; error: ErrorData }

export type FromHost =
  | { kind: 'answer'; id: number; value: unknown }
  | { kind: 'failure'; id: number; error: ErrorData }
  /** A person is asked: until the answer comes, time does not count. */
  | { kind: 'ask'; id: number; ask: number; request: PinRequest; recipient: Uint8Array }
  | { kind: 'ask-over'; ask: number }
  | { kind: 'touch'; id: number; touch: number; request: TouchRequest }
  | { kind: 'touch-over'; touch: number }
  | { kind: 'tokens'; list: TokenList }
  /** It can do no more (a thread hangs in a driver) and wants to be replaced. */
  | { kind: 'replace'; why: string }

const toHostKinds: ReadonlySet<string> = new Set(['call', 'cancel', 'secret', 'no-secret'])
const fromHostKinds: ReadonlySet<string> = new Set([
  'answer',
  'failure',
  'ask',
  'ask-over',
  'touch',
  'touch-over',
  'tokens',
  'replace',
])

export function parseToHost(message: unknown): ToHost {
  if (isMessage(message, toHostKinds)) {
    const { kind, name } = message as { kind: string; name?: unknown }
    if (kind !== 'call' || (typeof name === 'string' && name in silenceMs)) return message as ToHost
  }
  throw strange()
}

export function parseFromHost(message: unknown): FromHost {
  if (isMessage(message, fromHostKinds)) {
    const parsed = message as FromHost
    if (parsed.kind !== 'ask' || parsed.recipient instanceof Uint8Array) return parsed
  }
  throw strange()
}

function isMessage(message: unknown, kinds: ReadonlySet<string>): boolean {
  if (typeof message !== 'object' || message === null || !('kind' in message)) return false
  if (typeof message.kind !== 'string' || !kinds.has(message.kind)) return false
  return ['id', 'ask', 'touch'].every((name) => {
    const value: unknown = (message as Record<string, unknown>)[name]
    return value === undefined || Number.isSafeInteger(value)
  })
}

function strange(): AppError {
  return new AppError({
    code: 'internal/bug',
    message: 'the program for tokens and this one do not understand each other',
    hint: 'start Countersign again',
  })
}

/** An error that crossed the border, as it was. */
export function fromErrorData(data: ErrorData): AppError {
  const code: ErrorCode = data.code
  return new AppError({ ...data, code })
}
