// What main answers and tells the window: plain data, ready to be shown. Types.
import type { ErrorData } from '../core/error.ts'
import type { Change, Finding, Need, Risk } from '../core/proposal.ts'
import type { Asks } from '../core/signer.ts'
import type { Due } from '../core/system.ts'
import type { Attestation, PinPolicy, SlotAlgorithm, Token, TokenList, TokenSlot, TouchPolicy } from '../core/token.ts'
import type { SecondScreen } from '../core/transfer/reply.ts'
import type { CarriedView } from './carry-views.ts'

export interface AppInfo {
  version: string
  shell: 'electron' | 'chromium'
  /** False when the browser runs without its sandbox: then only rehearsal keys sign, and every screen says so. */
  sandboxed: boolean
  /** Nothing of the app reaches a network, until it is closed. */
  offline: boolean
  /** Whether the shell can show a native file dialog; otherwise paths are typed. */
  canPick: boolean
  platform: string
  dataDir: string
  /** Whether the OS keychain can hold a wrapping key here; the sentence says why not. */
  keychain: { available: boolean; sentence: string }
}

/** A repository the person opened and pinned. */
export interface SourceView {
  id: string
  name: string
  location: string
  /** It came by file or codes, and has no place of its own. */
  carried?: true
  /** Its roles, artifacts and history can be looked at, and changes made: of TUF repositories that lie where they are. */
  inside: boolean
  /** Its signers and releases can be looked at, and changes made: of projects of an Asfaload mirror. */
  project?: true
  /** Its packages and their logs can be looked at, and changes made: of registries of logs. */
  registry?: true
  rehearsal: boolean
  /** What is trusted now; absent when it could not be verified, then `problem` says why. */
  state?: {
    anchorTitle: string
    anchorVersion: number
    words: readonly string[]
    digest: string
    roles: readonly (RoleView | LastingRole)[]
    findings: readonly Finding[]
  }
  problem?: ErrorData
  /** Of a web address: who vouches for its server (nobody named: those whom this machine trusts), and whether it is sent a token. */
  access?: { authorities: readonly string[]; hasToken: boolean }
}

/** Whose key stands for a role. */
export interface RoleHolder {
  owner?: string
  label: string
  /** The first key id: how the document names the key. */
  id: string
  /** Short fingerprint of the key itself, hex in groups of four: what people compare. Absent when the key cannot be read. */
  fingerprint?: string
  rehearsal: boolean
}

export interface RoleView {
  name: string
  version: number
  /** As written in the document, and the days left by this machine's clock. */
  expires: string
  daysLeft: number
  due: Due
  threshold: number
  holders: readonly RoleHolder[]
}

/** A role of a system in which nothing expires. */
export interface LastingRole extends Omit<RoleView, 'expires' | 'daysLeft' | 'due'> {
  expires?: undefined
}

/** A first look at a repository that is not pinned yet: everything in it is a claim until then. */
export interface SourceInspection {
  location: string
  suggestedName: string
  title: string
  version: number
  /** What people call what will be pinned: "root". */
  anchorWord: string
  /** Of logs: what is pinned is the record that begins the log of its operator. */
  registry?: true
  digest: string
  words: readonly string[]
  /** Who must sign what changes it: all of these, but for those that are ways to the same end. */
  quorums: readonly {
    name: string
    threshold: number
    holders: readonly RoleHolder[]
    way?: { to: string; by: string }
  }[]
  /** Word positions, counted from 1, to be typed back from another source before it is pinned. */
  ask: readonly number[]
}

export interface QuorumKeyView {
  /** The first key id. */
  id: string
  ids: readonly string[]
  owner?: string
  label: string
  fingerprint?: string
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
  /** One way among others, as in a proposal's quorum. */
  way?: { to: string; by: string }
  /** The name of another one that must be met before anybody of this one signs. */
  after?: string
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
  /** Every signature on it that is needed is there. */
  complete: boolean
  /** What must take effect together with it and cannot yet: until then it is not published. */
  needs?: readonly Need[]
  /** It takes effect by other means than from here: what a person does for it. */
  elsewhere?: string
  /** A signer on this machine can still sign this. */
  mine: boolean
  /** It takes effect when the signing event is merged, and is not published from here. */
  event?: string
}

/** Somebody is asked to sign for roles from now on. */
export interface InvitationView {
  /** Opaque to the window. */
  id: string
  sourceName: string
  /** "@lance" */
  user: string
  roles: readonly string[]
  /** It is known that this is the person at this window. */
  known: boolean
}

/** What accepting an invitation with one key would change. */
export interface InvitationPreview {
  /** Of all that is shown. */
  digest: string
  proposals: ProposalView[]
  /** More of the event that waits for this key; accepting signs none of it. */
  others: { title: string; headline: string }[]
}

/** Changes that are not among those that are shown first: how many of each weight. */
export type MoreChanges = Readonly<Record<Risk, number>>

export interface ProposalView extends ProposalSummary {
  digest: string
  words: readonly string[]
  /** Worst first; of very many only the first ones, the others are asked for. */
  changes: readonly Change[]
  moreChanges?: MoreChanges
  unchanged: number
  findings: readonly Finding[]
  /** Signers on this machine that can sign this and have not. */
  signers: readonly SignerView[]
  /** A key here will be asked for, once another quorum is met: the key, and the name of that quorum. */
  later?: { label: string; after: string }
  /** Signing would complete every quorum. */
  wouldComplete: boolean
  /** Why nobody may sign or publish this from here right now. */
  blocked?: ErrorData
  /** It can be given up from here. */
  withdrawable: boolean
  /** Nothing comes along with it: of a trust system that has no roles below others. */
  lone?: true
  /** It is a file of its own, which nobody can withdraw it from. */
  singleFile?: true
  /** The repository publishes by itself, and takes a change back only with a signature: the signers here that may give one. */
  served?: { withdrawWith: readonly SignerView[]; why?: string }
  /** Of a change that was not carried: compared with a second screen since the app was started. */
  secondScreen?: 'compared'
  /** It was carried here: it is reviewed and signed here, and the signature is carried back. */
  carried?: CarriedView
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
  /** To be said before, where it is needed more than once: how often. */
  often?: string
  /** Where the key is, when it is on a token: two tokens may hold the same key, and the person chooses. */
  token?: { name: string; serial?: string; slot: string; triesLeft?: number }
}

export interface RawDocument {
  before?: string
  after: string
  /** True when the documents were cut for display; the whole files are in the repository. */
  truncated: boolean
}

/**
 * Of a repository that publishes by itself. Waits: and why although enough keys have signed. Gone: it neither waits nor is in
 * force. Unknown: it was sent, and the question after that failed.
 */
export type ByItself =
  | { kind: 'published' }
  | { kind: 'waits'; why?: string }
  | { kind: 'gone' }
  | { kind: 'unknown'; why: string }

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
  /** The service that took it; nothing was written here then. */
  sentTo?: string
  /** A record of a registry's log: what waits lies on this machine, and what was published is the next record. */
  registry?: true
  quorums: readonly QuorumView[]
  complete: boolean
  needs?: readonly Need[]
  rehearsal: boolean
  /** It takes effect by other means than from here: what a person does for it. */
  elsewhere?: string
  byItself?: ByItself
  /** What failed after all of it was signed and written. */
  remark?: string
  /** Whether a second screen was compared before it was signed; always said of a change that was carried here. */
  secondScreen?: SecondScreen
  /** The signature has to be carried back. */
  carried?: true
  /** Where it was pushed, when it is merged and published elsewhere. */
  destination?: { event: string; url: string; isFork: boolean; compareUrl?: string }
}

export interface KeyView {
  id: string
  name: string
  scheme: string
  /** Short fingerprint of the public key, hex in groups of four. */
  fingerprint: string
  protection: 'keychain' | 'passphrase' | 'public-only' | 'rehearsal' | 'agent'
  /** Empty where it is not known. */
  created: string
  /** Roles in pinned repositories that this key can sign for: "Example Packages: root". */
  usedIn: readonly string[]
}

/** What the ssh-agent of this session holds. */
export interface AgentView {
  keys: readonly KeyView[]
  /** Those that cannot sign here, each with the reason. */
  unusable: readonly { comment: string; type: string; why: string }[]
  /** Why it is not known what it holds. */
  problem?: ErrorData
}

/** A key that a role may be given: known here, or met in the repository. */
export interface KeyOption {
  signerId: string
  label: string
  owner?: string
  fingerprint: string
  rehearsal: boolean
  /** May sign without a person: a key file, never a token or an agent. */
  canBeOnline: boolean
  /** Roles of this repository in which it stands. */
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
  /** `practice`: the finger is a button in this window. `agent`: another program signs, and may be asking in its own way. */
  | { kind: 'touch'; device: string; purpose: string; timeoutMs: number; practice: boolean; agent?: boolean }
  | { kind: 'touch-over' }
  /** How far a look at files, or a download, is. */
  | { kind: 'progress'; doing: string; doneBytes: number; totalBytes: number }
