// Every call between the window and main: its arguments, each with a parser, and its answer. Ids go in, data comes out.
import type { ErrorData } from '../core/error.ts'
import { type SlotAlgorithm, slotAlgorithms, type TouchPolicy } from '../core/token.ts'
import type { ArgumentParser } from './argument.ts'
import { choice, nothing, record, shape, text } from './argument.ts'
import type {
  AppInfo,
  AttestationView,
  KeyView,
  Notice,
  PromptView,
  ProposalSummary,
  ProposalView,
  RawDocument,
  Receipt,
  SourceInspection,
  SourceView,
  TokensView,
} from './views.ts'

export type * from './views.ts'

/** Links a call's name to its argument parser and, in the type alone, to its answer. */
export interface Call<Argument, Answer> {
  parse: ArgumentParser<Argument>
  /** Never present at run time. */
  answer?: Answer
}

function call<Argument, Answer>(parse: ArgumentParser<Argument>): Call<Argument, Answer> {
  return { parse }
}

const id = text(1, 512)
const path = text(1, 4096)
const name = text(1, 120)
const slot = text(1, 80)
const none = nothing()

/** What the main window may ask. */
export const contract = {
  'app.info': call<void, AppInfo>(none),
  'sources.list': call<void, SourceView[]>(none),
  'sources.pick': call<void, { location?: string }>(none),
  'sources.inspect': call<{ location: string }, SourceInspection>(shape({ location: path })),
  'sources.pin': call<{ location: string; name: string; answers: Record<string, string> }, SourceView>(
    shape({ location: path, name, answers: record(text(1, 40), 16) }),
  ),
  'sources.forget': call<{ sourceId: string }, void>(shape({ sourceId: id })),
  'demo.start': call<void, SourceView>(none),
  'proposals.list': call<
    void,
    { proposals: ProposalSummary[]; problems: { sourceName: string; subject: string; error: ErrorData }[] }
  >(none),
  'proposals.get': call<{ proposalId: string }, ProposalView>(shape({ proposalId: id })),
  'proposals.raw': call<{ proposalId: string }, RawDocument>(shape({ proposalId: id })),
  'proposals.approve': call<{ proposalId: string; signerId: string }, Receipt>(shape({ proposalId: id, signerId: id })),
  'proposals.publish': call<{ proposalId: string }, Receipt>(shape({ proposalId: id })),
  'proposals.cancel': call<void, void>(none),
  'keys.list': call<void, KeyView[]>(none),
  'keys.create': call<
    { name: string; scheme: 'ed25519' | 'ecdsa-p256-sha256'; protection: 'keychain' | 'passphrase' },
    KeyView
  >(
    shape({
      name,
      scheme: choice('ed25519', 'ecdsa-p256-sha256'),
      protection: choice('keychain', 'passphrase'),
    }),
  ),
  'keys.export': call<{ keyId: string }, { pem: string }>(shape({ keyId: id })),
  'keys.import': call<{ name: string; pem: string }, KeyView>(shape({ name, pem: text(1, 16_384) })),
  'keys.delete': call<{ keyId: string }, void>(shape({ keyId: id })),
  'tokens.list': call<void, TokensView>(none),
  /** A key that is in the slot is adopted; with `generate` one is made there first. */
  'tokens.enroll': call<{ name: string; tokenId: string; slot: string }, TokensView>(
    shape({ name, tokenId: id, slot }),
  ),
  'tokens.generate': call<
    {
      tokenId: string
      slot: string
      algorithm: SlotAlgorithm
      pinPolicy: 'never' | 'once' | 'always'
      touchPolicy: TouchPolicy
      replace: 'yes' | 'no'
    },
    TokensView
  >(
    shape({
      tokenId: id,
      slot,
      algorithm: choice(...slotAlgorithms),
      pinPolicy: choice('never', 'once', 'always'),
      touchPolicy: choice('never', 'always', 'cached'),
      replace: choice('yes', 'no'),
    }),
  ),
  'tokens.attest': call<{ tokenId: string; slot: string }, AttestationView>(shape({ tokenId: id, slot })),
  'tokens.changeSecret': call<{ tokenId: string; which: 'pin' | 'puk' }, void>(
    shape({ tokenId: id, which: choice('pin', 'puk') }),
  ),
  'tokens.unblock': call<{ tokenId: string }, void>(shape({ tokenId: id })),
  /** A software key whose secret only this FIDO2 token can unwrap; a second token is added under the same name. */
  'tokens.wrapKey': call<{ name: string; tokenId: string; scheme: 'ed25519' | 'ecdsa-p256-sha256' }, TokensView>(
    shape({ name, tokenId: id, scheme: choice('ed25519', 'ecdsa-p256-sha256') }),
  ),
  'tokens.addSpare': call<{ name: string; tokenId: string }, TokensView>(shape({ name, tokenId: id })),
  'tokens.removeKey': call<{ name: string; signerId: string }, TokensView>(shape({ name, signerId: id })),
  /** Adding one is not here: whoever took over this page could have any library on the disk loaded. */
  'tokens.removeModule': call<{ path: string }, TokensView>(shape({ path })),
  /** Plugs the practice token in, or pulls it. */
  'tokens.practise': call<{ plugged: 'yes' | 'no' }, TokensView>(shape({ plugged: choice('yes', 'no') })),
  /** The finger on the practice token: only while it waits for one. */
  'tokens.touchPractice': call<{ touched: 'yes' | 'no' }, void>(shape({ touched: choice('yes', 'no') })),
} as const

/** What the secret window, and only it, may ask. A secret leaves it sealed to the process that uses it. */
export const promptContract = {
  'prompt.get': call<void, PromptView>(none),
  /** `sealed` in base64. */
  'prompt.answer': call<{ promptId: string; sealed: string }, void>(shape({ promptId: id, sealed: text(1, 2048) })),
  'prompt.cancel': call<{ promptId: string }, void>(shape({ promptId: id })),
} as const

export type Contract = typeof contract
export type PromptContract = typeof promptContract
export type ArgumentOf<C> = C extends Call<infer Argument, unknown> ? Argument : never
export type AnswerOf<C> =
  C extends Call<never, infer Answer> ? Answer : C extends Call<infer _, infer Answer> ? Answer : never

/** How an answer crosses: an Error object would lose its code on the way. */
export type Outcome<Answer> = { ok: true; value: Answer } | { ok: false; error: ErrorData }

type Caller<C> =
  ArgumentOf<C> extends void
    ? () => Promise<Outcome<AnswerOf<C>>>
    : (argument: ArgumentOf<C>) => Promise<Outcome<AnswerOf<C>>>
type Names<T> = Extract<keyof T, string>
type Room<N extends string> = N extends `${infer R}.${string}` ? R : never
type Verb<N extends string, R extends string> = N extends `${R}.${infer V}` ? V : never

/** window.countersign: one frozen object, e.g. `countersign.proposals.approve({ proposalId, signerId })`. */
export type Bridge<T = Contract> = {
  readonly [R in Room<Names<T>>]: {
    readonly [V in Verb<Names<T>, R>]: `${R}.${V}` extends keyof T ? Caller<T[`${R}.${V}`]> : never
  }
} & { readonly notices: { readonly listen: (hear: (notice: Notice) => void) => () => void } }
