// The first noun: a TrustSystem turns bytes into proposals and signatures into files. Types only.
import type { AppError } from './error.ts'
import type { Finding, Proposal, Quorum, SystemId } from './proposal.ts'
import type { PublicKey, Signer } from './signer.ts'
import type { Files, Transport } from './transport.ts'

export interface Context {
  /** The pinned anchor, as received: for TUF a root file. Empty: a person knows that nobody vouches for what waits, as it is the first. */
  anchor: Uint8Array
  /** What this system trusted last time, as it returned it in TrustedState.memory: the guard against rollback. */
  memory?: Files
  now: Date
  signal: AbortSignal
  /** What this machine calls the holders of keys, by the hex of their SPKI: for systems whose documents have no names in them. */
  names?: ReadonlyMap<string, string>
  /** What was made of received bytes, by these very bytes: for whoever asks for more than one thing of the same source. */
  parsed?: WeakMap<Uint8Array, object>
}

/** Whether it should have been renewed by now: not yet, it is time, or long since. */
export type Due = 'later' | 'now' | 'late'

export interface TrustedRole {
  name: string
  version: number
  /** As written in the document, and the moment it means; absent where nothing expires. */
  expires?: { text: string; at: Date }
  /** By its own period. */
  due?: Due
  quorum: Quorum
}

/** What is trusted now, verified from the anchor. Plain data. */
export interface TrustedState {
  system: SystemId
  /** The anchor's successor in force now: its title and the sha256 of its payload. */
  anchor: { title: string; version: number; digest: string; bytes: Uint8Array }
  roles: readonly TrustedRole[]
  findings: readonly Finding[]
  memory: Files
  /** Every key that counts calls itself a rehearsal key. */
  rehearsal: boolean
}

/** What a person pins: the document that all else is verified from, judged as far as it can be by itself. */
export interface Anchor {
  title: string
  version: number
  /** sha256 of its payload, hex: what people compare. */
  digest: string
  /** As received: exactly these are pinned. */
  bytes: Uint8Array
  /** Who rules by it: those who must sign what changes it first. */
  quorums: readonly Quorum[]
}

export interface Pending {
  proposals: readonly Proposal[]
  /** Candidates that cannot be shown for review, and why: one bad file does not hide the others. */
  problems: readonly { subject: string; error: AppError }[]
  /** What was verified on the way, where the next look is held against that. */
  memory?: Files
}

/** A complete next document for one subject, as a person made it. */
export interface Edit {
  subject: string
  document: Uint8Array
  /** Also when somebody has signed the candidate that would be lost. */
  replace?: boolean
  /** What a person typed, when this would lock everybody out. */
  sentence?: string
}

/** A change on its way over an air gap: files in the plain form of this system. */
export interface Carried {
  /** The one that all else is verified from; empty where nothing comes before the change, which is then alone. */
  anchor: string
  files: ReadonlyMap<string, Uint8Array>
}

/** What its key answered for a whole change, under a name of the key; its form is known to the trust system alone. */
export interface GivenSignature {
  key: string
  signature: Uint8Array
}

/** One client that was led to a change: from the document that it trusted. */
export interface Walk {
  from: { title: string; version: number; digest: string }
  /** The versions that it took over on its way, in order; the last is the change. None where it began with the change itself. */
  steps: readonly number[]
}

/** That everybody who trusts what was in force before it will accept a complete change: worked out from the bytes, by a client. */
export interface Proof {
  quorums: readonly { name: string; threshold: number; signed: number }[]
  /** One sentence for people: who was led to the change, and from where. */
  client: string
  /** The oldest first. */
  walks: readonly Walk[]
  /** What of the change itself clients read once it is published, by its name in the source. */
  files: ReadonlyMap<string, Uint8Array>
}

export interface TrustSystem {
  id: SystemId
  state(source: Transport, context: Context): Promise<TrustedState>
  /** Candidates, each verified as far as it can be before it is signed. */
  pending(source: Transport, context: Context): Promise<Pending>
  /** A person's edit as a new candidate that waits for signatures. */
  draft(edit: Edit, source: Transport, context: Context): Promise<Files>
  /** The candidate with one more signature. */
  sign(proposal: Proposal, signer: Signer, context: Context): Promise<Files>
  /** How often one approval asks a key to sign, where that is more than once: a token then waits for as many touches. */
  signings?(proposal: Proposal, key: PublicKey): number
  /** What makes a complete proposal take effect; `online` are the signers here that need no person. */
  publish(proposal: Proposal, online: readonly Signer[], source: Transport, context: Context): Promise<Files>
  /** What takes away a change that waits, and nothing that is in force; absent where that is done in another way. */
  withdraw?(subject: string, source: Transport, context: Context): Promise<Files>
  /** What is due without any change, signed by the signers here that need no person: for TUF snapshot and timestamp. */
  renew(online: readonly Signer[], source: Transport, context: Context): Promise<Files>
  /** What somebody without this source needs to verify the proposal; `from`: the version of the anchor that they trust. */
  carry(proposal: Proposal, source: Transport, context: Context, from?: number): Promise<Carried>
  /** What a complete proposal does to clients once it is published, by taking each of their ways to it; throws where one fails. */
  prove(proposal: Proposal, source: Transport, context: Context): Promise<Proof>
  /** Those that the proposal holds. */
  signatures(proposal: Proposal): Promise<readonly GivenSignature[]>
  /** The candidate with one that was made elsewhere; nothing where its key counts already. Refused unless it fits. */
  given(proposal: Proposal, signature: GivenSignature): Promise<Files>
}
