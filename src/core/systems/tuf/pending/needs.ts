// What a change cannot take effect without: documents that others must sign first, or the change that it belongs to.
import { isMet, type Need, type Proposal, type Quorum, signedCount } from '../../../proposal.ts'
import type { Authority } from '../authority.ts'
import { roleOf } from '../client.ts'
import { listText, ownerText, quoted, someText } from '../diff/shown.ts'
import { followsRoot, leftBehind } from '../machine-roles.ts'
import type { Metadata, Root } from '../metadata.ts'
import { typeOf } from '../names.ts'
import { parseSubject } from '../subject.ts'
import { readableOr, type Trusted } from '../trusted.ts'
import { quorumOf } from '../verify.ts'
import { namedRoles, subjectOf, type Uncovered, uncoveredRoles } from './delegator.ts'
import { authorityIn } from './future.ts'
import type { Delegator, Waiting } from './waiting.ts'

/** `proposals`: everything that waits. Those that need nothing more are given back as they are. */
export async function withNeeds(proposals: readonly Proposal[], waiting: Waiting, now: Trusted): Promise<Proposal[]> {
  const delegators = new Map<Proposal, Delegator>()
  for (const delegator of await waiting.delegators()) {
    const proposal = proposals.find(({ subject, blocked }) => subject === subjectOf(delegator) && blocked === undefined)
    if (proposal !== undefined) delegators.set(proposal, delegator)
  }
  const found = await Promise.all(
    proposals.map(async (proposal) => {
      // A root must be signable when everything below it is expired or gone: then nothing is known of what goes along.
      const needs = await readableOr([], needsOf(proposal, proposals, delegators, waiting.atOnce, now))
      return needs.length === 0 ? proposal : { ...proposal, needs }
    }),
  )
  return waiting.atOnce ? found : found.map((proposal) => waitsFor(proposal, found))
}

/**
 * A document that says nothing new is made because another change gives its role other keys: published before that change, with
 * the old keys alone, it would be used up, and another one had to be made and signed.
 */
function waitsFor(proposal: Proposal, all: readonly Proposal[]): Proposal {
  if (proposal.needs !== undefined || !saysNothingNew(proposal)) return proposal
  const other = all.find((one) => one !== proposal && one.needs?.some(({ subject }) => subject === proposal.subject))
  return other === undefined ? proposal : { ...proposal, needs: [goesWith(other)] }
}

function saysNothingNew({ subject, changes }: Proposal): boolean {
  const isTargets = parseSubject(subject).kind === 'role' && typeOf(subject) === 'targets'
  return isTargets && changes.every(({ path }) => path === 'version' || path === 'expires')
}

async function needsOf(
  proposal: Proposal,
  proposals: readonly Proposal[],
  delegators: ReadonlyMap<Proposal, Delegator>,
  atOnce: boolean,
  now: Trusted,
): Promise<Need[]> {
  const { subject } = proposal
  const needs: Need[] = []
  // Where all of it takes effect in one step, nobody publishes one before the other.
  const goWith = (other: Proposal): void => {
    if (!atOnce) needs.push(goesWith(other))
  }
  const isRole = parseSubject(subject).kind === 'role' && typeOf(subject) === 'targets'
  if (isRole && (await now.authority(subject)) === undefined) {
    for (const [other, delegator] of delegators)
      if (other !== proposal && authorityIn(delegator, subject) !== undefined) goWith(other)
  }
  const own = delegators.get(proposal)
  if (own === undefined) return needs
  const roots = [...delegators].flatMap(([by, one]) => (one.kind === 'root' ? [{ by, next: one.metadata }] : []))
  const current = await now.root()
  if (own.kind === 'targets' && own.role === 'targets') {
    for (const { by, next } of roots) if (followsRoot(own.metadata.signed, current, next)) goWith(by)
  }
  if (own.kind === 'root') needs.push(...(await followersNeeded(own.metadata, delegators, now)))
  const waiting = proposals.filter((one) => one !== proposal).map((one) => one.subject)
  const roles = [...namedRoles(own), ...waiting.filter((role) => authorityIn(own, role) !== undefined)]
  for (const uncovered of await uncoveredRoles(own, roles, [current, ...roots.map(({ next }) => next)], now)) {
    const need = await signaturesNeeded(uncovered, proposals, now)
    if (need !== undefined) needs.push(need)
  }
  return needs
}

/** Where the repository gets other keys of its own, targets gives them to the roles that it keeps by itself. */
async function followersNeeded(
  next: Metadata<Root>,
  delegators: ReadonlyMap<Proposal, Delegator>,
  now: Trusted,
): Promise<Need[]> {
  const { root, targets } = await now.set()
  const left = leftBehind(targets.signed, root, next)
  if (left.length === 0) return []
  const { keys } = next.signed
  const role = roleOf(next, 'targets')
  for (const [proposal, one] of delegators) {
    if (one.kind !== 'targets' || one.role !== 'targets' || !followsRoot(one.metadata.signed, root, next)) continue
    const quorum = await quorumOf(proposal.title, one.metadata, keys, role)
    return isMet(quorum) ? [] : [unsignedNeed(proposal, quorum)]
  }
  const who = peopleOf(await unsigned({ keys, role }))
  const sentence = `Needs the next version of targets too, in which ${someText(left.map(quoted))} ${left.length === 1 ? 'has' : 'have'} the new keys of snapshot, signed by ${who}`
  return [{ subject: 'targets', sentence }]
}

function unsignedNeed({ subject, title }: Proposal, quorum: Quorum): Need {
  return { subject, sentence: `${title} must be signed too: ${peopleOf(quorum)}` }
}

function goesWith({ subject, title }: Proposal): Need {
  return { subject, sentence: `This takes effect together with ${title}; publish that one`, together: true }
}

async function signaturesNeeded(
  { role, then, there }: Uncovered,
  proposals: readonly Proposal[],
  now: Trusted,
): Promise<Need | undefined> {
  const candidate = proposals.find(({ subject, blocked }) => subject === role && blocked === undefined)
  if (candidate === undefined) {
    const which = there === undefined ? 'a first version' : 'the next version'
    const quorum = await unsigned(then)
    return { subject: role, sentence: `Needs ${which} of ${quoted(role)} too, signed by ${peopleOf(quorum)}` }
  }
  const document = now.parse(candidate.after, 'targets', candidate.title)
  const quorum = await quorumOf(candidate.title, document, then.keys, then.role)
  return isMet(quorum) ? undefined : unsignedNeed(candidate, quorum)
}

function unsigned({ keys, role }: Authority): Promise<Quorum> {
  return quorumOf('', { payload: new Uint8Array(), signatures: [] }, keys, role)
}

/** "2 more of Ana, Ben and Cleo", or just "Ana and Ben" when each of them must. */
function peopleOf(quorum: Quorum): string {
  const missing = quorum.threshold - signedCount(quorum)
  const open = quorum.keys.filter(({ signed }) => !signed)
  const names = listText(open.map(({ owner, label, ids }) => nameOf(owner, label, ids[0] ?? '')))
  return open.length === missing ? names : `${missing} of ${names}`
}

function nameOf(owner: string | undefined, label: string, id: string): string {
  return owner === undefined ? `${label} key ${id.slice(0, 8)}` : ownerText(owner)
}
