// A repository from the inside, and changes that are being made, as the window shows them: plain data, nothing decided here.

import { basename } from 'node:path'
import { daysUntil } from '../core/days.ts'
import { toErrorData } from '../core/error.ts'
import type { Proposal } from '../core/proposal.ts'
import type { KnownSigner } from '../core/signer.ts'
import { keyNames } from '../core/systems/asfaload/key-names.ts'
import { isIndexPath, releaseName } from '../core/systems/asfaload/names.ts'
import { refusedWords } from '../core/systems/asfaload/verdict-words.ts'
import { parseEnvelope } from '../core/systems/tuf/envelope.ts'
import { topRoles } from '../core/systems/tuf/metadata.ts'
import { locksOut } from '../core/systems/warg/waiting/edit.ts'
import type { TokenList } from '../core/token.ts'
import { inQuotes } from '../core/visible.ts'
import type {
  DraftView,
  FileVerdict,
  HistoryView,
  KeyOption,
  ProjectView,
  RepositoryView,
  RoleNode,
  SeenReleases,
  TargetPage,
} from '../ipc/contract.ts'
import type { ProjectFacts } from '../node/asfaload/project-facts.ts'
import { publicAddress } from '../node/asfaload/public-address.ts'
import type { FoundFile } from '../node/asfaload/verify.ts'
import type { Draft } from '../node/drafting.ts'
import type { KnownKey } from '../node/known-keys.ts'
import type { HistoryFacts } from '../node/repository-history.ts'
import type { Inside, InsideFacts, RoleFact, TargetFacts } from '../node/repository-view.ts'
import type { PinnedSource } from '../node/workspace.ts'
import {
  ableSigners,
  firstChanges,
  holderOf,
  keyFacts,
  placeOfSource,
  quorumView,
  signerViews,
  wordsOf,
} from './present.ts'

export function repositoryView(
  pinned: PinnedSource,
  { roles, edges, omitted, set }: InsideFacts & Partial<Pick<Inside, 'set'>>,
  proposals: readonly Proposal[],
  now: Date,
): RepositoryView {
  const listed = new Set(roles.map(({ name }) => name))
  const top = topRoles.filter((name) => name !== 'root')
  const holders = roles[0]?.quorum.keys ?? []
  return {
    sourceId: pinned.id,
    name: pinned.name,
    ...placeOfSource(pinned.location),
    rehearsal: holders.length > 0 && holders.every(({ rehearsal }) => rehearsal),
    // Blocks are named by their hash, so that no version ever takes the place of another.
    ...(set === undefined
      ? { consistentSnapshot: true, links: true as const }
      : { consistentSnapshot: set.root.signed.consistentSnapshot }),
    roles: roles.map((role) => roleNode(pinned, role, proposals, now)),
    edges: [
      ...top.map((to) => ({ from: 'root', to, paths: [], terminating: false })),
      ...edges
        .filter(({ to }) => listed.has(to))
        .map(({ from, to, paths, terminating, agreement }) => ({
          ...{ from, to, paths, terminating },
          ...(agreement === undefined ? {} : { agreement }),
        })),
    ],
    omitted,
  }
}

export function projectView(
  { id, name, location }: PinnedSource,
  { title, groups, missing, revokers, listed, releases, omitted }: ProjectFacts,
  asking?: Omit<Extract<SeenReleases, { kind: 'known' }>, 'kind'>,
): ProjectView {
  const address = publicAddress(location)
  return {
    ...{ sourceId: id, name, location, rehearsal: false, title, missing, releases, omitted },
    sees: asking !== undefined ? { kind: 'known', ...asking } : { kind: listed ? 'all' : 'named' },
    revokers: revokers.map(holderOf),
    ...(address === undefined ? {} : { address }),
    groups: groups.map(({ group, of, quorum }) => ({
      ...{ group, of, name: quorum.name, threshold: quorum.threshold },
      holders: quorum.keys.map(holderOf),
    })),
  }
}

export function verdictView({ verdict, length, sha256 }: FoundFile, file: string): FileVerdict {
  const facts = { length, sha256 }
  switch (verdict.kind) {
    case 'listed': {
      const signed = verdict.quorums.flatMap(({ keys }) => keys.filter((key) => key.signed))
      const signedBy = [...new Set(signed.map(keyNames(verdict.quorums)))]
      const isRenamed = basename(file) !== verdict.fileName
      const warnings = [
        ...(isRenamed
          ? [`Its people released it as ${inQuotes(verdict.fileName)}, and not under the name that it has here`]
          : []),
        ...verdict.findings.filter(({ risk }) => risk !== 'routine').map(({ sentence }) => sentence),
      ]
      const path = isIndexPath(verdict.path) ? `${releaseName(verdict.path)}/${verdict.fileName}` : verdict.path
      return { kind: 'listed', path, role: 'the signers of releases', signedBy, ...facts, warnings }
    }
    case 'revoked':
      return { kind: 'revoked', path: releaseName(verdict.path), at: verdict.at, by: verdict.by, ...facts }
    case 'refused':
      return {
        kind: 'refused',
        path: releaseName(verdict.path),
        says: refusedWords(verdict.why),
        why: verdict.why,
        ...facts,
      }
    case 'unknown':
      return {
        ...{ kind: 'unknown', name: basename(file), sameName: verdict.sameName.map(releaseName), ...facts },
        ...(verdict.unread.length === 0 ? {} : { unread: verdict.unread }),
      }
  }
}

function roleNode(pinned: PinnedSource, role: RoleFact, proposals: readonly Proposal[], now: Date): RoleNode {
  const { name, version, expires, due, quorum, keptBy, targets, digest, project, blocks, registry, folder, problem } =
    role
  // What waits for a project is the change of its keys as well; the next version of the role itself comes first.
  const pending =
    proposals.find(({ subject }) => subject === name) ?? proposals.find(({ subject }) => subject === `keys:${name}`)
  return {
    ...{ name, version, keptBy, targets, blocks, registry, folder },
    expires: expires?.text ?? '',
    daysLeft: expires === undefined ? 0 : daysUntil(expires.at, now),
    due: due ?? 'later',
    threshold: quorum.threshold,
    holders: quorum.keys.map(holderOf),
    digest: digest ?? '',
    ...(project === undefined ? {} : { project }),
    ...(pending === undefined ? {} : { pendingId: `${pinned.id}:${pending.id}` }),
    ...(problem === undefined ? {} : { problem: toErrorData(problem) }),
  }
}

export function targetPage({ total, matching, targets }: TargetFacts, offset: number): TargetPage {
  const views = targets.map(({ hashes, ...target }) => ({ ...target, hashes: Object.fromEntries(hashes) }))
  return { total, matching, offset, targets: views }
}

export function historyView({ role, versions, gone, more, older, keyChanges, keyProblem }: HistoryFacts): HistoryView {
  return {
    ...{ role, gone, more },
    ...(older === undefined ? {} : { older }),
    versions: versions.map(({ signedBy, problem, ...version }) => ({
      ...version,
      words: wordsOf(version.digest),
      signedBy: signedBy.map(({ ids, label, owner }) => ({
        ...{ label, id: ids[0] ?? '' },
        ...(owner === undefined ? {} : { owner }),
      })),
      ...(problem === undefined ? {} : { problem: toErrorData(problem) }),
    })),
    keyChanges: keyChanges.map(({ title, headline, signedBy }, at) => ({
      ...{ title, headline, signedBy },
      // What is wrong shows after the last change that is right.
      ...(at === 0 && keyProblem !== undefined ? { problem: toErrorData(keyProblem) } : {}),
    })),
  }
}

export function keyOption({ id, label, key, owner, rehearsal, canBeOnline, usedIn }: KnownKey): KeyOption {
  const { fingerprint } = keyFacts({ key })
  return {
    ...{ signerId: id, label, fingerprint, rehearsal, canBeOnline, usedIn },
    ...(owner === undefined ? {} : { owner }),
  }
}

/** A longer text is no text that anybody reads. */
const maxTextChars = 4 * 1024 * 1024

/** `tokens` where the repository takes signed changes only. */
export function draftView(draft: Draft, signers: readonly KnownSigner[], tokens?: TokenList): DraftView {
  const { proposal, along, effects, sentence, replaces } = draft
  const { title, digest, headline, risk, changes, unchanged, findings, blocked } = proposal
  const text = signedText(proposal)
  return {
    ...{ title, digest, headline, risk, unchanged, findings },
    ...(hasArtifacts(proposal) ? { effects } : {}),
    ...firstChanges(changes),
    quorums: quorumsOf(proposal, signers),
    along: along.map(({ subject }) => subject),
    ...(sentence === undefined ? {} : { sentence }),
    ...(sentence !== undefined && isForEver(proposal, sentence) ? { forEver: true } : {}),
    ...(replaces === undefined ? {} : { replaces: replacedView(replaces) }),
    ...(blocked === undefined ? {} : { blocked }),
    ...(text === undefined ? {} : { text }),
    ...(tokens === undefined ? {} : { signing: signingView(proposal, signers, tokens) }),
  }
}

/** Of the others all that a change does stands in itself. */
function hasArtifacts({ system }: Proposal): boolean {
  return system === 'tuf' || system === 'merkle'
}

/** Of a registry more is typed first than what locks everybody out. */
function isForEver({ system }: Proposal, sentence: string): boolean {
  return system === 'warg' && !locksOut(sentence)
}

function signingView(
  proposal: Proposal,
  signers: readonly KnownSigner[],
  tokens: TokenList,
): NonNullable<DraftView['signing']> {
  return {
    signers: signerViews(proposal, ableSigners(proposal, signers), tokens),
    words: wordsOf(proposal.digest),
  }
}

export function quorumsOf(proposal: Proposal, signers: readonly KnownSigner[]): DraftView['quorums'] {
  const able = ableSigners(proposal, signers)
  return proposal.quorums.map((quorum) => quorumView(quorum, able))
}

function replacedView({ proposal, signedBy }: NonNullable<Draft['replaces']>): NonNullable<DraftView['replaces']> {
  const { title, digest, headline } = proposal
  return { title, digest, headline, signedBy }
}

function signedText({ after, title, system }: Proposal): string | undefined {
  if (after.length > maxTextChars) return undefined
  if (system !== 'tuf') return new TextDecoder().decode(after)
  const { document } = parseEnvelope(after, title)
  const member = document.members.get('signed')
  return member === undefined ? undefined : new TextDecoder().decode(after.subarray(member.start, member.end))
}
