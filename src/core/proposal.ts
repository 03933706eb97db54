// What a person is asked to sign, as plain data. Everything here is derived from the bytes to be signed.
import type { ErrorData } from './error.ts'
import type { PublicKey } from './signer.ts'

/** The trust system that a proposal belongs to. */
export type SystemId = 'tuf' | 'asfaload' | 'warg' | 'merkle'

export type Risk = 'routine' | 'notable' | 'dangerous'

/** One fact that changes, derived from the bytes to be signed; the list is complete: unknown fields are changes too. */
export interface Change {
  /** Where in the document, e.g. "roles/root/threshold". */
  path: string
  before?: string
  after?: string
  risk: Risk
  sentence: string
}

/** Something a reviewer should know that is not a change: a lock-out, a client that will refuse the file. */
export interface Finding {
  /** Name in the catalogue, e.g. "key-id-mismatch". */
  code: string
  risk: Risk
  sentence: string
  /** Clients by name that this concerns; absent when it concerns everybody. */
  clients?: readonly string[]
}

export interface QuorumKey {
  /** Every key id under which this key stands; one entry a distinct public key. */
  ids: readonly string[]
  /** Absent when the key is of a type that cannot be verified here; such a key never counts. */
  key?: PublicKey
  /** For people: "P-256", "Ed25519", "unknown type ml-dsa". */
  label: string
  owner?: string
  /** Verified here, never claimed by anyone. */
  signed: boolean
  /** Why the signature that is present does not count. */
  reason?: string
  /** The key says of itself, in signed metadata, that it is for rehearsal only. */
  rehearsal: boolean
}

/** Keys of which `threshold` must approve; distinct public keys count, not key ids. */
export interface Quorum {
  name: string
  threshold: number
  keys: readonly QuorumKey[]
  /** Signatures by nobody in this quorum, and why each does not count. */
  strangers: readonly { id: string; reason: string }[]
  /** One way among others: of all with the same `to`, those of a single `by` are enough. Without it there is no way around it. */
  way?: { to: string; by: string }
  /** The name of another one that must be met before anybody of this one signs. */
  after?: string
}

/** What else must happen before a change can take effect. */
export interface Need {
  /** Of the candidate that must be signed or published, where there is one. */
  subject: string
  sentence: string
  /** That one takes this one along when it is published; by itself this one is not. */
  together?: true
}

/** A verified change that waits for signatures. Plain data. */
export interface Proposal {
  /** "subject/sha256 of payload": one subject has one payload, two subjects may share one. */
  id: string
  system: SystemId
  /** What in the repository changes: "root", "targets", "project-a". */
  subject: string
  title: string
  headline: string
  risk: Risk
  /** The exact bytes that are signed. */
  payload: Uint8Array
  /** sha256 of payload, hex: the fingerprint people compare, here as words, there as hex. */
  digest: string
  changes: readonly Change[]
  /** Fields that stay as they are, counted so that nothing is hidden without a number. */
  unchanged: number
  findings: readonly Finding[]
  /** All of them must be met, but for those that are ways to the same end. */
  quorums: readonly Quorum[]
  /** Why nobody should sign or publish this, whatever the quorums say: it is expired, or a name in it is a trap. */
  blocked?: ErrorData
  /** What must take effect together with it and cannot yet; absent when nothing else is missing. */
  needs?: readonly Need[]
  /** The document in force now, and the candidate, as received. */
  before?: Uint8Array
  after: Uint8Array
  /** What else there is of the candidate where it is more than one file, as received: its signatures, by their names in the source. */
  parts?: ReadonlyMap<string, Uint8Array>
}

export function signedCount(quorum: Quorum): number {
  return quorum.keys.filter((entry) => entry.signed).length
}

/** The one that must be met before anybody of this one signs, as long as it is not. */
export function waitsFor<T extends { name: string }>(
  { after }: { after?: string },
  quorums: readonly T[],
  isDone: (one: T) => boolean,
): T | undefined {
  return after === undefined ? undefined : quorums.find((one) => one.name === after && !isDone(one))
}

export function isMet(quorum: Quorum): boolean {
  return signedCount(quorum) >= quorum.threshold
}

/** Those that keep a change from being complete. Where there are several ways and none is complete, what is missing of each. */
export function openQuorums(quorums: readonly Quorum[]): Quorum[] {
  return openAmong(quorums, isMet)
}

/** The same of anything that is counted like a quorum. */
export function openAmong<T extends { way?: Quorum['way'] }>(quorums: readonly T[], isDone: (one: T) => boolean): T[] {
  return quorums.filter((quorum) => !isDone(quorum) && !hasAnotherWay(quorums, quorum, isDone))
}

/** By all who must; nothing at all is signed by nobody. */
export function areMet(quorums: readonly Quorum[]): boolean {
  return quorums.length > 0 && openQuorums(quorums).length === 0
}

function hasAnotherWay<T extends { way?: Quorum['way'] }>(
  quorums: readonly T[],
  { way }: T,
  isGood: (one: T) => boolean,
): boolean {
  if (way === undefined) return false
  const ways = quorums.filter((one) => one.way?.to === way.to)
  return ways.some(({ way: one }) => ways.filter((other) => other.way?.by === one?.by).every(isGood))
}

/** Why it can never take effect, whoever signs: more signatures are asked for than there are keys. */
export function impossibility({ title, quorums }: Proposal): string | undefined {
  const isPossible = ({ threshold, keys }: Quorum): boolean => threshold <= keys.length
  const quorum = quorums.find((one) => !isPossible(one) && !hasAnotherWay(quorums, one, isPossible))
  if (quorum === undefined) return undefined
  const { name, threshold, keys } = quorum
  return `${title} can never be published: ${name} asks for ${threshold} signatures, and has ${keys.length} key${keys.length === 1 ? '' : 's'}`
}

export function isComplete(proposal: Proposal): boolean {
  return areMet(proposal.quorums)
}

/** Can be published: signed by everybody who must, and so is all that goes along with it. */
export function isReady(proposal: Proposal): boolean {
  return isComplete(proposal) && proposal.blocked === undefined && (proposal.needs ?? []).length === 0
}

const riskOrder: Readonly<Record<Risk, number>> = { dangerous: 0, notable: 1, routine: 2 }

export function worstRisk(risks: Iterable<Risk>): Risk {
  let worst: Risk = 'routine'
  for (const risk of risks) if (riskOrder[risk] < riskOrder[worst]) worst = risk
  return worst
}

/** Most dangerous first; within one risk the order in which they were found. */
export function byRisk(a: { risk: Risk }, b: { risk: Risk }): number {
  return riskOrder[a.risk] - riskOrder[b.risk]
}
