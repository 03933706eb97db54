// Proposals and states as lines for a terminal, and as data for --json. What came from outside is made visible, never obeyed.
import { parseHex, toHex } from '../core/bytes.ts'
import { daysUntil, hoursText, leftText } from '../core/days.ts'
import type { ErrorData } from '../core/error.ts'
import {
  type Finding,
  isMet,
  type Need,
  openQuorums,
  type Proposal,
  type Quorum,
  type QuorumKey,
  signedCount,
} from '../core/proposal.ts'
import type { TrustedState } from '../core/system.ts'
import { visible } from '../core/visible.ts'
import { toWords } from '../core/words.ts'
import { attestedOf } from '../node/enrolled.ts'
import type { Holder } from '../node/enrolled-file.ts'
import { bunched } from './bunch.ts'
import { quoted, wrapped } from './text.ts'

const riskWord = { dangerous: 'DANGEROUS', notable: 'notable', routine: 'routine' } as const

export function holderName(entry: QuorumKey): string {
  return visible(entry.owner ?? `key ${shortId(entry.ids[0] ?? '')}`)
}

/** The part by which two keys are told apart: all of one kind begin alike. */
function shortId(id: string): string {
  if (id.startsWith('ssh-ed25519 ')) return `…${id.slice(-8)}`
  return id.replace(/^(?:asfaload-pub|minisign|sha256):/, '').slice(0, 8)
}

/** Words that must come from somewhere else are not shown here. */
export function wordLines(digest: string, hidden: readonly number[] = []): string[] {
  const all = toWords(parseHex(digest, 'the digest'))
  return wordTable(all.map((word, at) => (hidden.includes(at) ? '·····' : word)))
}

export function wordTable(words: readonly string[]): string[] {
  const rows = Array.from({ length: Math.ceil(words.length / 4) }, (_, row) => words.slice(row * 4, row * 4 + 4))
  return rows.map((row, i) =>
    `  ${String(i * 4 + 1).padStart(2)}  ${row.map((word) => word.padEnd(14)).join('')}`.trimEnd(),
  )
}

/** "Root 2: 2 signed, 3 needed": more may sign than are needed. */
function progressOf(quorum: Quorum): string {
  return `${quorum.name}: ${signedCount(quorum)} signed, ${quorum.threshold} needed`
}

/** All of them, with “or” between two ways to the same end. */
export function quorumsLines(quorums: readonly Quorum[], holders: readonly Holder[] = []): string[] {
  const open = new Set(openQuorums(quorums))
  return quorums.flatMap((quorum, at) => [
    ...(isOtherWay(quorums[at - 1], quorum) ? ['or'] : []),
    ...quorumLines(quorum, holders, !isMet(quorum) && !open.has(quorum)),
  ])
}

export function progressText(quorums: readonly Quorum[]): string {
  return quorums
    .map((quorum, at) => (at === 0 ? '' : isOtherWay(quorums[at - 1], quorum) ? ' or ' : '; ') + progressOf(quorum))
    .join('')
}

function isOtherWay(before: Quorum | undefined, { way }: Quorum): boolean {
  return way !== undefined && before?.way?.to === way.to && before.way.by !== way.by
}

/** Of the holders that are enrolled here, what is known of where a key was made is said beside it. */
function quorumLines(quorum: Quorum, holders: readonly Holder[], isSpared: boolean): string[] {
  const missing = isSpared
    ? 'not needed, as the other way is complete'
    : `${quorum.threshold - signedCount(quorum)} missing`
  const state = isMet(quorum) ? 'reached' : missing
  return [
    `${progressOf(quorum)}, ${state}`,
    ...quorum.keys.map((entry) => {
      const what = entry.signed ? 'signed' : entry.reason === undefined ? 'not yet' : `does not count: ${entry.reason}`
      const attested = entry.key === undefined ? undefined : attestedOf(entry.key, holders)
      const made = attested === undefined ? '' : `; ${attested}`
      return `  ${entry.signed ? '✓' : '·'} ${holderName(entry)} (${entry.label}${entry.rehearsal ? ', rehearsal' : ''}): ${what}${made}`
    }),
    ...quorum.strangers.map(({ id, reason }) => `  ! a signature by ${id.slice(0, 16)} does not count: ${reason}`),
  ]
}

/** More are not signed in one sitting. */
export const mostAtOnce = 32

/** How to name exactly these bytes to `sign`; where others hold the same bytes, as two first versions do, with what they are of. */
function idOf({ id, digest }: Proposal, all: readonly Proposal[]): string {
  return all.some((other) => other.id !== id && other.digest === digest) ? quoted(id) : digest
}

/** One call signs all of them, each exactly as it is shown here. */
export function idLines(some: readonly Proposal[], source: string, all: readonly Proposal[] = some): string[] {
  const open = some.filter(({ blocked }) => blocked === undefined)
  if (open.length === 0) return []
  const sign = `  countersign sign ${source}`
  if (open.length <= mostAtOnce) {
    const ids = open.map((one) => idOf(one, all)).join(' ')
    return ['', `To sign exactly ${open.length === 1 ? 'this' : 'these'}:`, `${sign} ${ids} --key KEY`]
  }
  return [
    ...['', `To sign these ${open.length}, at most ${mostAtOnce} in one call, by the names of their roles:`],
    `${sign} ID... --key KEY`,
    `  countersign pending ${source}`,
  ]
}

function blockedLines({ message, hint }: ErrorData): string[] {
  return [`This cannot be signed: ${message}`, ...(hint === undefined ? [] : [`  ${hint}`])]
}

function findingLine(finding: Finding): string {
  const clients = finding.clients === undefined ? '' : ` (${finding.clients.join(', ')})`
  return `  ${riskWord[finding.risk]}: ${finding.sentence}${clients}`
}

export function reviewLines(proposal: Proposal, holders: readonly Holder[] = []): string[] {
  return wrapped(reviewText(proposal, holders))
}

/** As long as its sentences are. */
export function reviewText(proposal: Proposal, holders: readonly Holder[] = []): string[] {
  return [
    `${proposal.title}: ${proposal.headline}`,
    '',
    ...proposal.changes.flatMap((change) => [
      `  ${riskWord[change.risk]}: ${change.sentence}`,
      ...(change.before === undefined ? [] : [`      was  ${change.before}`]),
      ...(change.after === undefined ? [] : [`      is   ${change.after}`]),
    ]),
    `  ${proposal.changes.length} of ${proposal.changes.length} changes shown, ${proposal.unchanged} fields unchanged.`,
    ...(proposal.findings.length === 0 ? [] : ['', 'Worth knowing:', ...proposal.findings.map(findingLine)]),
    '',
    ...quorumsLines(proposal.quorums, holders),
    ...(proposal.needs === undefined ? [] : ['', 'Before it can be published:', ...needLines(proposal.needs)]),
    '',
    `sha256 of the signed bytes: ${proposal.digest}`,
    'The same on every screen:',
    ...wordLines(proposal.digest),
    ...(proposal.blocked === undefined ? [] : ['', ...blockedLines(proposal.blocked)]),
  ]
}

function needLines(needs: readonly Need[]): string[] {
  const nameOf = ({ subject }: Need): string => subject
  return bunched(
    needs,
    nameOf,
    ({ sentence }) => `  ${sentence}`,
    ({ subject, sentence }, bins) => {
      const [before = '', ...after] = sentence.split(subject)
      return `  ${before.replace(/Role $/, '')}${bins}${after.join(subject).replace(/^ \d+/, '')}`
    },
  )
}

export function stateLines(name: string, state: TrustedState, now: Date): string[] {
  return [
    `${name}: ${state.anchor.title}${state.rehearsal ? ', a rehearsal repository' : ''}`,
    ...bunched(
      state.roles,
      ({ name }) => name,
      (role) => `  ${role.name} ${roleText(role, now)}`,
      (role, bins) => `  ${bins}: version ${roleText(role, now)}`,
    ),
    ...wrapped(state.findings.map(findingLine)),
    ...wrapped([anchorLine(state)]),
    'In words:',
    ...wordLines(state.anchor.digest),
  ]
}

/** Of a registry the record that began its operator's log stays what is pinned, however many follow. */
function anchorLine({ system, anchor }: TrustedState): string {
  return system === 'warg'
    ? `First record of the operator, which everybody pins: ${anchor.digest}`
    : `${anchor.title}, sha256 of the signed bytes: ${anchor.digest}`
}

function roleText({ version, expires, quorum }: TrustedState['roles'][number], now: Date): string {
  const people = [...new Set(quorum.keys.map(holderName))].join(', ')
  const until = expires === undefined ? '' : `${expiryLine(expires.at, now)}, `
  return `${version}, ${until}${quorum.threshold} of ${quorum.keys.length}: ${people}`
}

/** "9 days left", "expires in 5 hours", "EXPIRED 3 days ago" */
export function expiryLine(at: Date, now: Date): string {
  const days = daysUntil(at, now)
  return days === 0 ? `expires ${hoursText(at, now)}` : leftText(days).replace(/^expired/, 'EXPIRED')
}

// ---- data ----------------------------------------------------------------------------------------------------------

export function quorumData(quorum: Quorum): object {
  return {
    name: quorum.name,
    threshold: quorum.threshold,
    signed: signedCount(quorum),
    met: isMet(quorum),
    keys: quorum.keys.map(({ key, ...entry }) => ({
      ...entry,
      ...(key === undefined ? {} : { spki: toHex(key.spki) }),
    })),
    strangers: quorum.strangers,
  }
}

export function proposalData(proposal: Proposal): object {
  const { payload: _payload, before: _before, after: _after, parts: _parts, quorums, ...rest } = proposal
  return { ...rest, words: toWords(parseHex(proposal.digest, 'the digest')), quorums: quorums.map(quorumData) }
}

export function stateData(state: TrustedState): object {
  const { memory: _memory, anchor, roles, ...rest } = state
  const { bytes: _bytes, ...named } = anchor
  const words = toWords(parseHex(anchor.digest, 'the digest'))
  return {
    ...rest,
    anchor: { ...named, words },
    roles: roles.map((role) => ({ ...role, quorum: quorumData(role.quorum) })),
  }
}
