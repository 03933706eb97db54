// What a reviewer should know about a document besides its changes: traps for clients, lock-outs ahead, names that deceive.
import type { Finding, Quorum, QuorumKey } from '../../../proposal.ts'
import { visible } from '../../../visible.ts'
import { groupsText, ownerText } from '../diff/shown.ts'
import type { Metadata } from '../metadata.ts'
import { dateFindings } from './dates.ts'
import { delegationFindings } from './delegations.ts'
import { findings as found } from './finding.ts'
import { keyFindings } from './keys.ts'
import { lockoutFindings } from './lockout.ts'
import { nameFindings } from './names.ts'
import { roleFindings } from './roles.ts'

export interface LintInput {
  /** "root", "targets", or the name of a delegated role. */
  role: string
  before?: Metadata
  after: Metadata
  /** Who must approve, with what is already signed. */
  quorums: readonly Quorum[]
  now: Date
  /** Who signs snapshot, by what their keys are. */
  online?: ReadonlySet<string>
}

export function lintMetadata(input: LintInput): Finding[] {
  const { before, after, quorums } = input
  return [
    ...versionFindings(input),
    ...dateFindings(input.role, after.signed, input.now),
    ...keyFindings(before?.signed, after.signed),
    ...roleFindings(after.signed),
    ...delegationFindings(before?.signed, after.signed, input.online),
    ...lockoutFindings(before?.signed, after.signed, quorums),
    ...signatureFindings(quorums),
    ...nameFindings(input.role, after),
  ]
}

function versionFindings({ role, before, after }: LintInput): Finding[] {
  if (before === undefined) return []
  const [from, to] = [before.signed.version, after.signed.version]
  if (to <= from) return [found['version-not-newer']({ role, from, to })]
  return to === from + 1 ? [] : [found['version-gap']({ role, from, to })]
}

export function signatureFindings(quorums: readonly Quorum[]): Finding[] {
  const broken = quorums.flatMap((quorum) =>
    quorum.keys.flatMap((entry) =>
      entry.reason === undefined
        ? []
        : [found['signature-broken']({ who: who(entry), quorum: quorum.name, why: entry.reason })],
    ),
  )
  // For root there are two quorums: a signature is a stranger only where no one asks for it.
  const first = quorums[0]?.strangers ?? []
  const strangers = first.filter(({ id }) =>
    quorums.every((quorum) => quorum.strangers.some((stranger) => stranger.id === id)),
  )
  return [...broken, ...strangers.map(({ id }) => found['signature-stranger']({ id }))]
}

function who(entry: QuorumKey): string {
  return entry.owner === undefined
    ? `the key ${groupsText(visible(entry.ids[0] ?? '').slice(0, 16))}`
    : ownerText(entry.owner)
}
