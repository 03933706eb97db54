// From what the core says to what the window shows: plain data, bytes as words and hex, nothing decided here.

import { parseHex, toHex } from '../core/bytes.ts'
import { daysUntil } from '../core/days.ts'
import { fingerprintOf, keyLabel } from '../core/key.ts'
import {
  areMet,
  type Change,
  isComplete,
  isMet,
  type Proposal,
  type Quorum,
  type QuorumKey,
  signedCount,
  waitsFor,
} from '../core/proposal.ts'
import type { KnownSigner } from '../core/signer.ts'
import { signingsSentence } from '../core/signings.ts'
import type { TrustedRole, TrustedState } from '../core/system.ts'
import { isSingleFile } from '../core/systems/tuf/layout.ts'
import type { TokenList } from '../core/token.ts'
import { toWords } from '../core/words.ts'
import type {
  KeyView,
  ProposalSummary,
  ProposalView,
  QuorumKeyView,
  QuorumView,
  RawDocument,
  Receipt,
  RoleHolder,
  SignerView,
  SourceInspection,
  SourceView,
} from '../ipc/contract.ts'
import { isCarriedLocation } from '../node/carried/address.ts'
import { type OpenSource, signersFor } from '../node/desk.ts'
import { attestedOf } from '../node/enrolled.ts'
import type { Holder } from '../node/enrolled-file.ts'
import type { Destination } from '../node/git-place.ts'
import type { Inspection } from '../node/inspect.ts'
import type { StoredKey } from '../node/key-store.ts'
import type { AgentKey } from '../node/ssh-agent/agent.ts'
import { stewardOf } from '../node/steward.ts'
import type { PinnedSource } from '../node/workspace.ts'
import { shownAs } from './named-source.ts'

export function wordsOf(digest: string): string[] {
  return toWords(parseHex(digest, 'the digest'))
}

export function holderOf(entry: QuorumKey): RoleHolder {
  return {
    id: entry.ids[0] ?? '',
    label: entry.label,
    rehearsal: entry.rehearsal,
    ...(entry.owner === undefined ? {} : { owner: entry.owner }),
    ...(entry.key === undefined ? {} : { fingerprint: keyFacts({ key: entry.key }).fingerprint }),
  }
}

export function sourceView(pinned: PinnedSource, state: TrustedState, now: Date): SourceView {
  return {
    ...sourceHead(pinned),
    // Of a first root of blocks that waits there is nothing inside yet; a finding says what to do.
    ...(state.system === 'merkle' && state.findings.some(({ code }) => code === 'first-waits')
      ? { inside: false }
      : {}),
    rehearsal: state.rehearsal,
    state: {
      anchorTitle: state.anchor.title,
      anchorVersion: state.anchor.version,
      digest: state.anchor.digest,
      words: wordsOf(state.anchor.digest),
      findings: state.findings,
      roles: state.roles.map((role) => ({
        name: role.name,
        version: role.version,
        ...datesOf(role, now),
        threshold: role.quorum.threshold,
        holders: role.quorum.keys.map(holderOf),
      })),
    },
  }
}

function datesOf({ expires, due }: TrustedRole, now: Date) {
  return expires === undefined || due === undefined
    ? {}
    : { expires: expires.text, daysLeft: daysUntil(expires.at, now), due }
}

export function sourceHead(
  pinned: PinnedSource,
): Pick<SourceView, 'id' | 'name' | 'location' | 'rehearsal' | 'carried' | 'inside' | 'project' | 'registry'> {
  const { id, name, location, system = 'tuf' } = pinned
  // What was carried here is as much of it as one change needs: there is no inside.
  const isWhole = !isCarriedLocation(location)
  const project = system === 'asfaload' && isWhole ? ({ project: true } as const) : {}
  const registry = system === 'warg' && isWhole ? ({ registry: true } as const) : {}
  const inside = (system === 'tuf' || system === 'merkle') && isWhole
  return { id, name, ...placeOfSource(location), inside, ...project, ...registry, rehearsal: false }
}

/** Where it is, for people: what was carried here lies in a folder of ours, whose name says nothing. */
export function placeOfSource(location: string): Pick<SourceView, 'location' | 'carried'> {
  return isCarriedLocation(location) ? { location: 'carried here by file or QR codes', carried: true } : { location }
}

export function inspectionView(inspection: Inspection, ask: readonly number[]): SourceInspection {
  const { location, system, suggestedName, anchorWord, title, version, digest, quorums } = inspection
  return {
    location,
    suggestedName,
    title,
    version,
    anchorWord,
    ...(system === 'warg' ? { registry: true } : {}),
    digest,
    words: wordsOf(digest),
    quorums: quorums.map(({ name, threshold, keys, way }) => ({
      ...{ name, threshold, holders: keys.map(holderOf) },
      ...(way === undefined ? {} : { way }),
    })),
    ask,
  }
}

export function quorumView(
  quorum: Quorum,
  signers: readonly KnownSigner[],
  holders: readonly Holder[] = [],
): QuorumView {
  return {
    name: quorum.name,
    threshold: quorum.threshold,
    signed: signedCount(quorum),
    met: isMet(quorum),
    ...(quorum.way === undefined ? {} : { way: quorum.way }),
    ...(quorum.after === undefined ? {} : { after: quorum.after }),
    strangers: quorum.strangers,
    keys: quorum.keys.map((entry) => ({
      ...holderOf(entry),
      ids: entry.ids,
      signed: entry.signed,
      ...attestedIn(entry, holders),
      ...(entry.reason === undefined ? {} : { reason: entry.reason }),
      signerIds: signers.filter((signer) => isHeldBy(entry, signer)).map((signer) => signer.id),
    })),
  }
}

function attestedIn({ key }: QuorumKey, holders: readonly Holder[]): Pick<QuorumKeyView, 'attested'> {
  const attested = key === undefined ? undefined : attestedOf(key, holders)
  return attested === undefined ? {} : { attested }
}

function isHeldBy(entry: QuorumKey, signer: KnownSigner): boolean {
  return entry.key !== undefined && toHex(entry.key.spki) === toHex(signer.key.spki)
}

/** Who here can sign it now: nobody, when nobody may. */
export function ableSigners(proposal: Proposal, signers: readonly KnownSigner[]): KnownSigner[] {
  return proposal.blocked === undefined ? signersFor(proposal, signers) : []
}

/** An open repository, as far as the window is told of it. */
type Opened = Pick<
  OpenSource,
  'pinned' | 'system' | 'layout' | 'served' | 'event' | 'carried' | 'elsewhere' | 'backend' | 'changedBy' | 'registry'
>

export function proposalSummary(source: Opened, proposal: Proposal, signers: readonly KnownSigner[]): ProposalSummary {
  const pinned = shownAs(source)
  const able = ableSigners(proposal, signers)
  const keys = proposal.quorums.flatMap((quorum) => quorum.keys)
  return {
    id: `${pinned.id}:${proposal.id}`,
    sourceId: pinned.id,
    sourceName: pinned.name,
    subject: proposal.subject,
    title: proposal.title,
    headline: proposal.headline,
    risk: proposal.risk,
    rehearsal: keys.length > 0 && keys.every((entry) => entry.rehearsal),
    quorums: proposal.quorums.map((quorum) => quorumView(quorum, able)),
    // What is blocked waits for nobody and is ready for nothing.
    complete: isComplete(proposal) && proposal.blocked === undefined,
    ...(proposal.needs === undefined ? {} : { needs: proposal.needs }),
    mine: able.length > 0,
    ...elsewhereOf(source),
    ...(source.event === undefined ? {} : { event: source.event }),
  }
}

/** For changes that take effect by other means than from here; of a signing event its own words say more. */
function elsewhereOf({ elsewhere, event }: Opened): Pick<ProposalSummary, 'elsewhere'> {
  return elsewhere === undefined || event !== undefined ? {} : { elsewhere: elsewhere.how }
}

/** More is read by nobody at a sitting; a change may have a million. */
const maxChanges = 200

/** They come worst first. */
export function firstChanges(changes: readonly Change[]): Pick<ProposalView, 'changes' | 'moreChanges'> {
  if (changes.length <= maxChanges) return { changes }
  const more = { dangerous: 0, notable: 0, routine: 0 }
  for (const { risk } of changes.slice(maxChanges)) more[risk]++
  return { changes: changes.slice(0, maxChanges), moreChanges: more }
}

interface TokenFacts {
  holders: readonly Holder[]
  tokens: TokenList
}

/** Two tokens may hold the same key: a person tells them apart by their numbers. */
function placeOf({ id }: KnownSigner, { tokens }: TokenList): Pick<SignerView, 'token'> {
  for (const token of tokens) {
    const slot = token.slots.find(({ signerId }) => signerId === id)
    if (slot === undefined) continue
    const { name, serial, pin } = token
    const triesLeft = pin?.triesLeft
    return {
      token: {
        name,
        slot: slot.id,
        ...(serial === undefined ? {} : { serial }),
        ...(triesLeft === undefined ? {} : { triesLeft }),
      },
    }
  }
  return {}
}

export function proposalView(
  source: Opened,
  proposal: Proposal,
  signers: readonly KnownSigner[],
  about: TokenFacts = { holders: [], tokens: { tokens: [], problems: [] } },
  served?: { why?: string },
): ProposalView {
  const able = ableSigners(proposal, signers)
  const often = (signer: KnownSigner | undefined): { often?: string } => {
    const sentence = signer === undefined ? undefined : signingsSentence(proposal, source.system, signer)
    return sentence === undefined ? {} : { often: sentence }
  }
  return {
    ...proposalSummary(source, proposal, signers),
    quorums: proposal.quorums.map((quorum) => quorumView(quorum, able, about.holders)),
    digest: proposal.digest,
    words: wordsOf(proposal.digest),
    ...firstChanges(proposal.changes),
    unchanged: proposal.unchanged,
    findings: proposal.findings,
    signers: signerViews(proposal, able, about.tokens).map((view, at) => ({ ...view, ...often(able[at]) })),
    ...laterOf(proposal, signers, able),
    wouldComplete: able.some((signer) => areMet(proposal.quorums.map((quorum) => withSignature(quorum, signer)))),
    ...(proposal.blocked === undefined ? {} : { blocked: proposal.blocked }),
    withdrawable: stewardOf(source).refuses.withdraw === undefined,
    ...(source.layout === undefined ? { lone: true } : {}),
    ...(source.layout !== undefined && isSingleFile(source.layout) ? { singleFile: true } : {}),
    ...(served === undefined
      ? {}
      : { served: { ...served, withdrawWith: signerViews(proposal, holdersAmong(proposal, signers), about.tokens) } }),
  }
}

export function signerViews(
  proposal: Proposal,
  signers: readonly KnownSigner[],
  tokens: TokenList,
): ProposalView['signers'] {
  const keys = proposal.quorums.flatMap((quorum) => quorum.keys)
  return signers.map((signer) => {
    const owner = keys.find((entry) => isHeldBy(entry, signer) && entry.owner !== undefined)?.owner
    return {
      id: signer.id,
      label: signer.label,
      scheme: keyLabel(signer.key),
      rehearsal: signer.rehearsal,
      asks: signer.asks,
      ...placeOf(signer, tokens),
      ...(owner === undefined ? {} : { owner }),
    }
  })
}

/** Whose turn comes when those before have agreed. */
function laterOf(
  { quorums, blocked }: Proposal,
  signers: readonly KnownSigner[],
  able: readonly KnownSigner[],
): Pick<ProposalView, 'later'> {
  if (blocked !== undefined || able.length > 0) return {}
  for (const quorum of quorums) {
    const before = waitsFor(quorum, quorums, isMet)
    const signer = signers.find((one) => quorum.keys.some((entry) => !entry.signed && isHeldBy(entry, one)))
    if (before !== undefined && signer !== undefined) return { later: { label: signer.label, after: before.name } }
  }
  return {}
}

/** Whether they have signed or not. */
function holdersAmong(proposal: Proposal, signers: readonly KnownSigner[]): KnownSigner[] {
  const keys = proposal.quorums.flatMap((quorum) => quorum.keys)
  return signers.filter((signer) => keys.some((entry) => isHeldBy(entry, signer)))
}

function withSignature(quorum: Quorum, signer: KnownSigner): Quorum {
  return {
    ...quorum,
    keys: quorum.keys.map((entry) => ({ ...entry, signed: entry.signed || isHeldBy(entry, signer) })),
  }
}

/** The window shows text; what a person can read at a sitting is cut here, and says so. */
const maxRawChars = 2_000_000

export function rawDocument(proposal: Proposal): RawDocument {
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes.subarray(0, maxRawChars))
  const truncated = Math.max(proposal.after.length, proposal.before?.length ?? 0) > maxRawChars
  return {
    after: text(proposal.after),
    truncated,
    ...(proposal.before === undefined ? {} : { before: text(proposal.before) }),
  }
}

export function receipt(
  kind: Receipt['kind'],
  source: Opened,
  proposal: Proposal,
  files: readonly string[],
  now: Date,
  signers: readonly KnownSigner[],
  more: Pick<Receipt, 'signerLabel' | 'byItself' | 'remark' | 'secondScreen' | 'carried'> = {},
): Receipt {
  const summary = proposalSummary(source, proposal, signers)
  const { title, sourceName, quorums, complete, needs, rehearsal, elsewhere } = summary
  const { digest } = proposal
  const { pinned, layout, backend, registry } = source
  // What waits for a registry lies on this machine; a record that is complete is sent to it.
  const isSentThere = registry !== undefined && kind === 'published'
  const isSent = layout?.rstuf === 'service' || backend !== undefined || isSentThere
  return {
    kind,
    title,
    sourceName,
    digest,
    words: wordsOf(digest),
    at: `${now.toISOString().slice(0, 19)}Z`,
    files,
    quorums,
    complete,
    ...(needs === undefined ? {} : { needs }),
    rehearsal,
    ...(elsewhere === undefined ? {} : { elsewhere }),
    ...(registry === undefined ? {} : { registry: true }),
    ...(isSent ? { sentTo: pinned.location.replace(/#.*$/, '') } : {}),
    ...more,
  }
}

export function handedIn(receipt: Receipt, destination: Destination | undefined): Receipt {
  return destination === undefined ? receipt : { ...receipt, destination }
}

export function keyView(key: StoredKey, usedIn: readonly string[]): KeyView {
  const { name, protection, created } = key
  return { ...keyFacts(key), id: `file:${name}`, name, protection, created, usedIn }
}

export function rehearsalKeyView(signer: KnownSigner, usedIn: readonly string[]): KeyView {
  const { id } = signer
  return { ...keyFacts(signer), id, name: id.slice(id.indexOf(':') + 1), protection: 'rehearsal', created: '', usedIn }
}

export function agentKeyView({ id, comment, key }: AgentKey, usedIn: readonly string[]): KeyView {
  const name = comment === '' ? 'a key without a name' : comment
  return { ...keyFacts({ key }), id, name, protection: 'agent', created: '', usedIn }
}

export function keyFacts({ key }: Pick<KnownSigner, 'key'>): Pick<KeyView, 'scheme' | 'fingerprint'> {
  const hex = toHex(fingerprintOf(key))
  return { scheme: keyLabel(key), fingerprint: (hex.slice(0, 32).match(/.{4}/g) ?? []).join(' ') }
}
