// What must take effect together with a change, so that the next snapshot is valid: first versions of new roles, next versions of
// roles whose keys it changes. And the sentences that say what of it is missing.
import { toHex } from '../../../bytes.ts'
import { AppError } from '../../../error.ts'
import { listOf } from '../../../phrases.ts'
import { type Need, type Proposal, type Quorum, type QuorumKey, signedCount } from '../../../proposal.ts'
import type { Context } from '../../../system.ts'
import { inQuotes, visible } from '../../../visible.ts'
import { titleOf } from '../../tuf/names.ts'
import { quorumOf } from '../../tuf/verify.ts'
import { dagJsonBytes } from '../dag-value.ts'
import { namedQuorums } from '../named.ts'
import { fieldsOf, plainOf, versionOf } from '../plain.ts'
import type { Standing, Version } from '../standing.ts'
import type { Candidate } from '../waiting/candidates.ts'
import { isSignedBy, type Lack, type Outlook, outlook } from './outlook.ts'

type Waiting = ReadonlyMap<string, Candidate>

export interface Together {
  /** The change itself, and what goes along with it. */
  taken: ReadonlyMap<string, Candidate>
  /** undefined: there is no root. */
  view: Outlook | undefined
}

const known = new WeakMap<Waiting, Map<Candidate, Promise<Together>>>()

/** Of what waits, what this change needs and is signed for the time after it. Asked once for each, of many that wait together. */
export function alongside(change: Candidate, waiting: Waiting, now: Standing): Promise<Together> {
  const before = known.get(waiting) ?? new Map<Candidate, Promise<Together>>()
  known.set(waiting, before)
  const found = before.get(change) ?? gathered(change, waiting, now)
  before.set(change, found)
  return found
}

async function gathered(change: Candidate, waiting: Waiting, now: Standing): Promise<Together> {
  const taken = new Map([[change.subject, change]])
  for (;;) {
    const view = await outlook(versions(taken), now.repository)
    let more = false
    for (const { role } of view?.lacks ?? []) {
      const candidate = waiting.get(role)
      if (taken.has(role) || candidate === undefined || view === undefined) continue
      if (!(await isSignedByAll(candidate.document, role, view))) continue
      taken.set(role, candidate)
      more = true
    }
    if (!more) return { taken, view }
  }
}

function versions(taken: Waiting): Map<string, Version> {
  return new Map([...taken].map(([subject, { document }]) => [subject, document]))
}

async function isSignedByAll(document: Version, role: string, { edges }: Outlook): Promise<boolean> {
  for (const by of edges.get(role) ?? []) if (!(await isSignedBy(document, by))) return false
  return true
}

/** Of everything that waits; those that need nothing more are given back as they are. */
export function withNeeds(
  context: Pick<Context, 'names'>,
): (proposals: readonly Proposal[], candidates: readonly Candidate[], now: Standing) => Promise<Proposal[]> {
  return async (proposals, candidates, now) => {
    const waiting = publishable(proposals, candidates)
    const all = new Map(candidates.map((one) => [one.subject, one]))
    const found: Proposal[] = []
    for (const proposal of proposals) {
      const candidate = all.get(proposal.subject)
      const needs = candidate === undefined ? [] : await needsOf(candidate, waiting, now, context)
      found.push(needs.length === 0 ? proposal : { ...proposal, needs })
    }
    return found
  }
}

/** What nobody should publish goes along with nothing. */
export function publishable(proposals: readonly Proposal[], candidates: readonly Candidate[]): Map<string, Candidate> {
  const open = new Set(proposals.flatMap(({ subject, blocked }) => (blocked === undefined ? [subject] : [])))
  return new Map(candidates.flatMap((one) => (open.has(one.subject) ? [[one.subject, one]] : [])))
}

/** Empty where nothing else is missing. */
export async function needsOf(
  change: Candidate,
  waiting: Waiting,
  now: Standing,
  context: Pick<Context, 'names'>,
): Promise<Need[]> {
  const { subject } = change
  const { view } = await alongside(change, waiting, now)
  const other = await takenAlongBy(change, waiting, now, view)
  if (other !== undefined) {
    const sentence = `This takes effect together with ${titleIn(other)}; publish that one`
    return [{ subject: other.subject, sentence, together: true }]
  }
  if (view === undefined) return [{ subject: 'root', sentence: 'Needs the first root too' }]
  if (subject !== 'root' && !view.edges.has(subject)) {
    return [{ subject: 'targets', sentence: `Needs a role that delegates to ${quoted(subject)}` }]
  }
  const needs = new Map<string, Need>()
  for (const lack of view.lacks) {
    // Its own signatures are counted where it is shown.
    if (lack.role !== subject && !needs.has(lack.role)) needs.set(lack.role, await needOf(lack, waiting, context))
  }
  return [...needs.values()]
}

/**
 * The other change that this one belongs to: by itself nobody would ask for it, or it says nothing new, and published before that
 * one it would be used up.
 */
async function takenAlongBy(
  change: Candidate,
  waiting: Waiting,
  now: Standing,
  alone: Outlook | undefined,
): Promise<Candidate | undefined> {
  const { subject } = change
  if (subject === 'root') return undefined
  const isAsked = alone?.edges.has(subject) === true && !alone.lacks.some(({ role }) => role === subject)
  if (isAsked && !isRepeated(change, now)) return undefined
  // What is furthest up takes along the rest.
  const others = ['root', 'targets', ...waiting.keys()].flatMap((name) => waiting.get(name) ?? [])
  for (const other of others) {
    if (other.subject === subject) continue
    const { taken, view } = await alongside(other, waiting, now)
    if (taken.has(subject) || view?.lacks.some(({ role }) => role === subject) === true) return other
  }
  return undefined
}

/** But for its date it is what is in force. */
function isRepeated({ subject, document }: Candidate, now: Standing): boolean {
  const before = now.inForce(subject)
  return before !== undefined && isSameContent(before, document)
}

/** But for version and date. */
export function isSameContent(a: Version, b: Version): boolean {
  const [one, other] = [a, b].map((document) => {
    const { fields } = fieldsOf(plainOf(document), 'a version')
    return toHex(dagJsonBytes(new Map([...fields].filter(([name]) => name !== 'expires'))))
  })
  return one === other
}

async function needOf({ role, by, there }: Lack, waiting: Waiting, context: Pick<Context, 'names'>): Promise<Need> {
  const candidate = waiting.get(role)
  const of = candidate?.document ?? { payload: new Uint8Array(), signatures: [] }
  const [quorum] = namedQuorums([await quorumOf(role, of, by.keys, by.role)], context)
  const who = quorum === undefined ? '' : peopleOf(quorum)
  if (candidate !== undefined) return { subject: role, sentence: `${titleIn(candidate)} must be signed too: ${who}` }
  const which = there === undefined ? 'a first version' : 'the next version'
  return { subject: role, sentence: `Needs ${which} of ${quoted(role)} too, signed by ${who}` }
}

/** Of a change whose needs are not met: nothing is published that no client would take. */
export function needsError(change: Candidate, [first, ...more]: readonly Need[]): AppError {
  const rest = more.length === 0 ? '' : `, and ${more.length} more`
  return new AppError({
    code: 'trust/threshold',
    message: `${titleIn(change)} cannot take effect by itself: ${first?.sentence ?? ''}${rest}`,
    hint:
      first?.together === true
        ? 'publish the other change: this one goes along'
        : 'have that signed too, then publish this: both take effect together',
    data: { subject: change.subject, needs: more.length + 1 },
  })
}

/** "2 of Ana, Ben and Cleo", or just "Ana and Ben" when each of them must. */
function peopleOf(quorum: Quorum): string {
  const missing = quorum.threshold - signedCount(quorum)
  const open = quorum.keys.filter(({ signed }) => !signed)
  const list = listOf(open.map((entry) => nameOf(entry)))
  return open.length === missing ? list : `${missing} of ${list}`
}

export function nameOf({ owner, label, ids }: QuorumKey): string {
  return owner === undefined ? `${label} key ${(ids[0] ?? '').slice(0, 8)}` : visible(owner)
}

function quoted(name: string): string {
  return `“${inQuotes(name)}”`
}

export function titleIn({ subject, document }: Candidate): string {
  return titleOf(subject, versionOf(document))
}
