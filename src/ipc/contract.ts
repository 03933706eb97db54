// Every call between the window and main: its arguments, each with a parser, and its answer. Ids go in, data comes out.
import type { ErrorData } from '../core/error.ts'
import type { Change, Finding, Risk } from '../core/proposal.ts'
import type { Asks } from '../core/signer.ts'
import {
  type Attestation,
  type PinPolicy,
  type SlotAlgorithm,
  slotAlgorithms,
  type Token,
  type TokenList,
  type TokenSlot,
  type TouchPolicy,
} from '../core/token.ts'
import type { ArgumentParser } from './argument.ts'
import { choice, nothing, record, shape, text } from './argument.ts'

// ---- what comes out ------------------------------------------------------------------------------------------------

export interface AppInfo {
  version: string
  shell: 'electron' | 'chromium'
  /** False when the browser runs without its sandbox: then only rehearsal keys sign, and every screen says so. */
  sandboxed: boolean
  /** Whether the shell can show a native file dialog; otherwise paths are typed. */
  canPick: boolean
  platform: string
  dataDir: string
  /** Whether the OS keychain can hold a wrapping key here; the sentence says why not. */
  keychain: { available: boolean; sentence: string }
}

/** A repository the person opened and whose root is pinned. */
export interface SourceView {
  id: string
  name: string
  location: string
  rehearsal: boolean
  /** What is trusted now; absent when it could not be verified, then `problem` says why. */
  state?: {
    anchorTitle: string
    anchorVersion: number
    words: readonly string[]
    digest: string
    roles: readonly RoleView[]
    findings: readonly Finding[]
  }
  problem?: ErrorData
}

export interface RoleView {
  name: string
  version: number
  /** As written in the document, and the days left by this machine's clock. */
  expires: string
  daysLeft: number
  threshold: number
  holders: readonly { owner?: string; label: string; id: string; rehearsal: boolean }[]
}

/** A first look at a repository that is not pinned yet: everything in it is a claim until its root is pinned. */
export interface SourceInspection {
  location: string
  suggestedName: string
  title: string
  rootVersion: number
  digest: string
  words: readonly string[]
  threshold: number
  holders: readonly { owner?: string; label: string; id: string; rehearsal: boolean }[]
  /** Word positions, counted from 1, to be typed back from another source before the root is pinned. */
  ask: readonly number[]
}

export interface QuorumKeyView {
  /** The first key id. */
  id: string
  ids: readonly string[]
  owner?: string
  label: string
  signed: boolean
  reason?: string
  rehearsal: boolean
  /** What is known of the token this key was made on: "made on YubiKey 15 835 999, touch for every signature". */
  attested?: string
  /** Signers on this machine that hold this key and may sign with it now. */
  signerIds: readonly string[]
}

export interface QuorumView {
  name: string
  threshold: number
  signed: number
  met: boolean
  keys: readonly QuorumKeyView[]
  strangers: readonly { id: string; reason: string }[]
}

export interface ProposalSummary {
  /** Opaque to the window: names the source and the proposal. */
  id: string
  sourceId: string
  sourceName: string
  subject: string
  title: string
  headline: string
  risk: Risk
  rehearsal: boolean
  quorums: readonly QuorumView[]
  complete: boolean
  /** A signer on this machine can still sign this. */
  mine: boolean
}

export interface ProposalView extends ProposalSummary {
  digest: string
  words: readonly string[]
  changes: readonly Change[]
  unchanged: number
  findings: readonly Finding[]
  /** Signers on this machine that can sign this and have not. */
  signers: readonly SignerView[]
  /** Signing would complete every quorum. */
  wouldComplete: boolean
  /** Why nobody may sign or publish this from here right now. */
  blocked?: ErrorData
}

export interface SignerView {
  id: string
  label: string
  scheme: string
  rehearsal: boolean
  /** Who this key is in the proposal. */
  owner?: string
  /** What will be asked before it signs. */
  asks: Asks
  /** Where the key is, when it is on a token: two tokens may hold the same key, and the person chooses. */
  token?: { name: string; serial?: string; slot: string; triesLeft?: number }
}

export interface RawDocument {
  before?: string
  after: string
  /** True when the documents were cut for display; the whole files are in the repository. */
  truncated: boolean
}

export interface Receipt {
  title: string
  sourceName: string
  digest: string
  words: readonly string[]
  at: string
  kind: 'signed' | 'published'
  /** For kind signed: with which key; for published: the files now in place. */
  signerLabel?: string
  files: readonly string[]
  quorums: readonly QuorumView[]
  complete: boolean
  rehearsal: boolean
}

export interface KeyView {
  id: string
  name: string
  scheme: string
  /** Short fingerprint of the public key, hex in groups of four. */
  fingerprint: string
  protection: 'keychain' | 'passphrase' | 'public-only' | 'rehearsal'
  created: string
  /** Roles in pinned repositories that this key can sign for: "Example Packages: root". */
  usedIn: readonly string[]
}

export type TokenSlotView = Omit<TokenSlot, 'key'> & {
  /** Short fingerprint of a key that can sign, hex in groups of four. */
  fingerprint?: string
  /** The holder it is enrolled for. */
  holder?: string
  /** Roles in pinned repositories that this key can sign for: "Example Packages: root". */
  usedIn: readonly string[]
  /** Whether the token can be asked for a proof that the key was made on it. */
  canAttest: boolean
}

export type TokenView = Omit<Token, 'slots'> & {
  slots: readonly TokenSlotView[]
  /** What can be done with it here. */
  can: readonly ('generate' | 'attest' | 'change-pin' | 'change-puk' | 'unblock' | 'wrap-key')[]
  /** Slots in which a key can be made: "9c", "Digital signature", and whether one is there already. */
  generateIn: readonly { slot: string; name: string; taken: boolean }[]
  /** For generating: what this firmware can make. */
  algorithms: readonly SlotAlgorithm[]
}

/** A named person and the keys that are theirs: more than one token, so that one may be lost. */
export interface HolderView {
  name: string
  keys: readonly {
    signerId: string
    fingerprint: string
    algorithm: string
    tokenName: string
    serial?: string
    slot: string
    pinPolicy?: PinPolicy
    touchPolicy?: TouchPolicy
    /** "made on this device, touch for every signature"; what could not be proven says so. */
    attested: string
    /** The proof was checked up to a vendor root that is built in. */
    proven: boolean
    /** The token is plugged in now. */
    here: boolean
    rehearsal: boolean
    enrolledAt: string
  }[]
  usedIn: readonly string[]
}

export interface TokensView {
  tokens: readonly TokenView[]
  problems: TokenList['problems']
  holders: readonly HolderView[]
  /** PKCS#11 modules that are loaded, by path. */
  modules: readonly string[]
  /** The practice token is plugged in. */
  practising: boolean
  /** The vendor roots that are built in, by name; without any no token can be proven genuine here. */
  vendorRoots: readonly string[]
}

export type AttestationView = Omit<Attestation, 'key' | 'certificates'> & {
  fingerprint: string
  /** One sentence for people. */
  sentence: string
}

export interface PromptView {
  id: string
  device: string
  secret: string
  /** A secret of the same device that it is easily taken for. */
  notThe?: string
  length?: { min: number; max: number }
  /** To whom the page seals what is typed, base64: nobody on the way can read it. */
  recipient: string
  purpose: string
  triesLeft?: number
  wasWrong: boolean
}

/** Main to window: facts that arrived. */
export type Notice =
  | { kind: 'changed' }
  /** A token came, went, or changed: the whole picture, so that it is on screen at once. */
  | { kind: 'tokens'; view: TokensView }
  /** `practice`: the finger is a button in this window. */
  | { kind: 'touch'; device: string; purpose: string; timeoutMs: number; practice: boolean }
  | { kind: 'touch-over' }

// ---- the calls -----------------------------------------------------------------------------------------------------

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
