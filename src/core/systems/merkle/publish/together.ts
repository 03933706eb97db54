// What must take effect together with a change, so that the next snapshot is valid: first versions of new roles, next versions of
// roles whose keys it changes. And the sentences that say what of it is missing.
import { toHex } from '../../../bytes.ts'
import { AppError } from '../../../error.ts'
import { listOf } from '../../../phrases.ts'
import { type Need, type Proposal, type Quorum, type QuorumKey, signedCount } from '../../../proposal.ts'
import { inQuotes, visible } from '../../../visible.ts'
import { quorumOf } from '../../tuf/verify.ts'
import { type Candidate, parseCandidate, type Signable } from '../candidates.ts'
import { dagJsonBytes } from '../dag-value.ts'
import { inForce } from '../in-force.ts'
import { fieldsOf, plainOf } from '../plain.ts'
import type { Repository } from '../repository.ts'
import { titleOf } from '../title.ts'
import { isSignedBy, type Lack, type Outlook, outlook } from './outlook.ts'

type Waiting = ReadonlyMap<string, Candidate>
export type Names = ReadonlyMap<string, string>

export interface Together {
  /** The change itself, and what goes along with it. */
  taken: ReadonlyMap<string, Candidate>
  /** undefined: there is no root. */
  view: Outlook | undefined
}

/** Of what waits, what this change needs and what is signed for the time after it. */
export async function alongside(
  change: Candidate,
  waiting: Waiting,
  repository: Repository | undefined,
): Promise<Together> {
  const taken = new Map([[change.subject, change]])
  for (;;) {
    const view = await outlook(versions(taken), repository)
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

function versions(taken: Waiting): Map<string, Signable> {
  return new Map([...taken].map(([subject, { document }]) => [subject, document]))
}

async function isSignedByAll(document: Signable, role: string, { edges }: Outlook): Promise<boolean> {
  for (const by of edges.get(role) ?? []) if (!(await isSignedBy(document, by))) return false
  return true
}

/** Where something waits that is a document. */
export function candidateOf({ subject, after }: Pick<Proposal, 'subject' | 'after'>): Candidate {
  return { subject, bytes: after, document: parseCandidate(after, subject) }
}

/** Empty where nothing else is missing. `all`: everything that waits, this one too. */
export async function needsOf(
  proposal: Pick<Proposal, 'subject' | 'after'>,
  all: readonly Pick<Proposal, 'subject' | 'after'>[],
  repository: Repository | undefined,
  names: Names = new Map(),
): Promise<Need[]> {
  return needsAmong(
    candidateOf(proposal),
    new Map(all.map((one) => [one.subject, candidateOf(one)])),
    repository,
    names,
  )
}

export async function needsAmong(
  change: Candidate,
  waiting: Waiting,
  repository: Repository | undefined,
  names: Names,
): Promise<Need[]> {
  const { subject } = change
  const { view } = await alongside(change, waiting, repository)
  const other = await takenAlongBy(change, waiting, repository, view)
  if (other !== undefined) {
    const sentence = `This takes effect together with ${titleOf(other)}; publish that one`
    return [{ subject: other.subject, sentence, together: true }]
  }
  if (view === undefined) return [{ subject: 'root', sentence: 'Needs the first root too' }]
  if (subject !== 'root' && !view.edges.has(subject)) {
    return [{ subject: 'targets', sentence: `Needs a role that delegates to ${quoted(subject)}` }]
  }
  const needs = new Map<string, Need>()
  for (const lack of view.lacks) {
    // Its own signatures are counted where it is shown.
    if (lack.role !== subject && !needs.has(lack.role)) needs.set(lack.role, await needOf(lack, waiting, names))
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
  repository: Repository | undefined,
  alone: Outlook | undefined,
): Promise<Candidate | undefined> {
  const { subject } = change
  if (subject === 'root') return undefined
  const isAsked = alone?.edges.has(subject) === true && !alone.lacks.some(({ role }) => role === subject)
  if (isAsked && !isRepeated(change, repository)) return undefined
  // What is furthest up takes along the rest.
  const others = ['root', 'targets', ...waiting.keys()].flatMap((name) => waiting.get(name) ?? [])
  for (const other of others) {
    if (other.subject === subject) continue
    const without = new Map([...waiting].filter(([name]) => name !== subject))
    const { view } = await alongside(other, without, repository)
    if (view?.lacks.some(({ role }) => role === subject) === true) return other
  }
  return undefined
}

/** But for its date it is what is in force. */
function isRepeated({ subject, document }: Candidate, repository: Repository | undefined): boolean {
  const before = inForce(subject, repository)
  return before !== undefined && isSameContent(before, document)
}

/** But for version and date. */
export function isSameContent(a: Signable, b: Signable): boolean {
  const [one, other] = [a, b].map((document) => {
    const { fields } = fieldsOf(plainOf(document), 'a version')
    return toHex(dagJsonBytes(new Map([...fields].filter(([name]) => name !== 'expires'))))
  })
  return one === other
}

async function needOf({ role, by, there }: Lack, waiting: Waiting, names: Names): Promise<Need> {
  const candidate = waiting.get(role)
  const of = candidate?.document ?? { payload: new Uint8Array(), signatures: [] }
  const who = peopleOf(await quorumOf(role, of, by.keys, by.role), names)
  if (candidate !== undefined) return { subject: role, sentence: `${titleOf(candidate)} must be signed too: ${who}` }
  const which = there === undefined ? 'a first version' : 'the next version'
  return { subject: role, sentence: `Needs ${which} of ${quoted(role)} too, signed by ${who}` }
}

/** Of a change whose needs are not met: nothing is published that no client would take. */
export function needsError(change: Candidate, [first, ...more]: readonly Need[]): AppError {
  const rest = more.length === 0 ? '' : `, and ${more.length} more`
  return new AppError({
    code: 'trust/threshold',
    message: `${titleOf(change)} cannot take effect by itself: ${first?.sentence ?? ''}${rest}`,
    hint:
      first?.together === true
        ? 'publish the other change: this one goes along'
        : 'have that signed too, then publish this: both take effect together',
    data: { subject: change.subject, needs: more.length + 1 },
  })
}

/** "2 of Ana, Ben and Cleo", or just "Ana and Ben" when each of them must. */
function peopleOf(quorum: Quorum, names: Names): string {
  const missing = quorum.threshold - signedCount(quorum)
  const open = quorum.keys.filter(({ signed }) => !signed)
  const list = listOf(open.map((entry) => nameOf(entry, names)))
  return open.length === missing ? list : `${missing} of ${list}`
}

export function nameOf({ key, label, ids }: QuorumKey, names: Names): string {
  const name = key === undefined ? undefined : names.get(toHex(key.spki))
  return name === undefined ? `${label} key ${(ids[0] ?? '').slice(0, 8)}` : visible(name)
}

function quoted(name: string): string {
  return `“${inQuotes(name)}”`
}
