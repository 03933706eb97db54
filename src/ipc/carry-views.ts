// What crosses an air gap, as the window sees it: what leaves, what somebody handed over, and what became of it. Types.
import type { Risk } from '../core/proposal.ts'
import type { SecondScreen } from '../core/transfer/reply.ts'
import type { ProposalSummary, QuorumView, SourceInspection } from './views.ts'

/** What a request says of itself, in the words of whoever sent it; nobody vouches for them. */
export interface AskedView {
  repository: string
  askedBy: string
  reason: string
  /** RFC 3339, UTC. */
  madeAt: string
}

/** Of a change that was carried here. */
export interface CarriedView extends AskedView {
  /** Absent: nobody was asked yet. */
  secondScreen?: SecondScreen
  /** Signatures that were made here and did not come with the request. */
  madeHere: number
}

/** Ready to leave, and kept in main: saved, or shown as codes, by its id. */
export interface DepartureView {
  departureId: string
  kind: 'request' | 'reply'
  title: string
  sourceName: string
  headline: string
  bytes: number
  suggestedName: string
  /** Of a reply. */
  signatures?: number
  secondScreen?: SecondScreen
}

/** Display data: what the codes are made of, packed, in base64. */
export interface CodesView {
  packed: string
  bytes: number
}

export interface HandedRequest {
  kind: 'request'
  handedId: string
  /** By what it was called when it came: the name of a file, "the pasted text". */
  name: string
  bytes: number
  asked: AskedView
  subject: string
  /** As far as the request can be judged from what it brings along itself. */
  title: string
  headline: string
  risk: Risk
  quorums: readonly QuorumView[]
  /** The repository pinned here that it leads from; it is kept under this name. */
  vouchedBy?: string
  /** Why none of those that are pinned here vouches for it. */
  reasons: readonly string[]
  /** Where none does: the root that it starts from, to be pinned by two typed words. */
  pin?: SourceInspection
  /** Another change of the same role waits here, and would be given up. */
  replaces?: { title: string; signed: readonly string[] }
}

/** A change here that a reply could be for. */
export interface ReplyPlace {
  sourceId: string
  sourceName: string
  title: string
  proposalId: string
}

export interface HandedReply {
  kind: 'reply'
  handedId: string
  name: string
  subject: string
  digest: string
  secondScreen: SecondScreen
  signatures: number
  /** Where exactly this change waits. */
  places: readonly ReplyPlace[]
  /** Where the same role has another change that waits, or none at all: in words. */
  reasons: readonly string[]
}

export type Handed = HandedRequest | HandedReply

export interface CombinedView {
  replies: readonly {
    name: string
    secondScreen: SecondScreen
    signatures: readonly { who: string; outcome: 'added' | 'known' | 'refused'; reason?: string }[]
  }[]
  /** Changes that got a signature, as they stand now. */
  proposals: readonly ProposalSummary[]
}

/** Words of the other screen to be typed, by their positions, counted from 1. */
export interface ScreenQuestion {
  ask: readonly number[]
}
