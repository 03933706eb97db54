// A candidate for the next version of a role.
import type { ErrorData } from '../../../error.ts'
import type { Finding, Proposal, Quorum } from '../../../proposal.ts'
import { authorityOf } from '../authority.ts'
import { rootQuorum } from '../client.ts'
import { diffMetadata } from '../diff/diff.ts'
import { holdersOf } from '../diff/holder.ts'
import { isReservedRole } from '../edit/names.ts'
import { isExpired } from '../expiry.ts'
import { nobodyVouches } from '../first.ts'
import type { Remarks } from '../layout.ts'
import { lintMetadata } from '../lint/lint.ts'
import type { Metadata, Root, Targets } from '../metadata.ts'
import { titleOf, typeOf } from '../names.ts'
import { noAuthority, type Trusted } from '../trusted.ts'
import { quorumOf } from '../verify.ts'
import { assemble, checkNextVersion } from './assemble.ts'
import { futureOf } from './future.ts'
import type { Waiting } from './waiting.ts'

export async function roleProposal(
  role: string,
  name: string,
  bytes: Uint8Array,
  waiting: Waiting,
  now: Trusted,
  remarks: Remarks,
): Promise<Proposal> {
  const after = now.parse(bytes, typeOf(role), name)
  const { before, quorums, notes } =
    after.signed.type === 'root'
      ? await overRoot(after as Metadata<Root>, now)
      : await overRole(role, after, waiting, now)
  const was = before?.signed.version ?? (await now.lastVersion(role))
  if (was !== undefined) checkNextVersion(name, was, after.signed.version)
  const at = now.options.now
  const online = machinesOf(await now.root())
  const facts = { role, after, quorums, now: at, online, ...(before === undefined ? {} : { before }) }
  const findings = [...lintMetadata(facts), ...notes, ...(await remarks(role, after))]
  return assemble({
    subject: role,
    title: titleOf(role, after.signed.version),
    before: before?.bytes,
    after,
    diff: diffMetadata(before, after, { now: at, role }),
    findings,
    quorums,
    blocked: blockedBy(role, after, findings, at) ?? (await misnamed(role, before, after, now)),
  })
}

function machinesOf(root: Metadata<Root>): Set<string> {
  const { keys, role } = authorityOf(root, 'snapshot')
  return new Set(holdersOf(keys, role).keys())
}

interface Ruling {
  /** The document in force, which the candidate replaces. */
  before: Metadata | undefined
  quorums: readonly Quorum[]
  notes: readonly Finding[]
}

/** Signed by the old keys and by the new ones. It must be signable when everything below it is expired or gone. */
async function overRoot(candidate: Metadata<Root>, now: Trusted): Promise<Ruling> {
  const current = await now.root()
  const named = async (judge: Metadata<Root>): Promise<Quorum> => ({
    ...(await rootQuorum(judge, candidate)),
    name: titleOf('root', judge.signed.version),
  })
  if (now.first === true) {
    const notes = [nobodyVouches(titleOf('root', candidate.signed.version))]
    return { before: undefined, quorums: [await named(candidate)], notes }
  }
  return { before: current, quorums: withoutKnown(await Promise.all([named(current), named(candidate)])), notes: [] }
}

/** The keys that its delegator names now, and those that a change with enough signatures will name. */
async function overRole(role: string, candidate: Metadata, waiting: Waiting, now: Trusted): Promise<Ruling> {
  const current = await now.authority(role)
  const { quorums: future, findings: notes } = await futureOf(role, candidate, current, waiting, now)
  if (current === undefined) {
    if (future.length === 0) throw noAuthority(role)
    return { before: undefined, quorums: withoutKnown(future), notes }
  }
  const title = titleOf(role, candidate.signed.version)
  const quorum = await quorumOf(title, candidate, current.keys, current.role)
  const before = await now.inForce(role)
  // Where everything takes effect in one step, whoever is named by it is all who is asked.
  const all = waiting.atOnce && future.length > 0 ? future : [quorum, ...future]
  return { before, quorums: withoutKnown(all), notes }
}

/** Who is asked for by another quorum is no stranger to the change, only to this one. */
export function withoutKnown(quorums: readonly Quorum[]): Quorum[] {
  const known = new Set(quorums.flatMap((quorum) => quorum.keys.flatMap((entry) => entry.ids)))
  return quorums.map((one) => ({ ...one, strangers: one.strangers.filter(({ id }) => !known.has(id)) }))
}

/** Names that would take the place of something else, or give one role two delegators who can each hold up the other. */
async function misnamed(
  role: string,
  before: Metadata | undefined,
  after: Metadata,
  now: Trusted,
): Promise<ErrorData | undefined> {
  if (after.signed.type !== 'targets') return isReservedRole(role) ? reserved(role) : undefined
  const names = namesIn(after.signed)
  const taken = [role, ...names].find(isReservedRole)
  if (taken !== undefined) return reserved(taken)
  const old = new Set(before?.signed.type === 'targets' ? namesIn(before.signed) : [])
  const fresh = names.filter((name) => !old.has(name))
  for (const name of fresh) {
    if (((await now.lastVersion(name)) ?? 0) === 0 || (await now.authority(name)) === undefined) continue
    return {
      code: 'format/unsupported',
      message: `${name} is delegated to by another role already; two could each hold up every change of its keys`,
      hint: 'choose another name, or have the other delegation removed first',
    }
  }
  return undefined
}

function namesIn({ delegations }: Targets): string[] {
  const agreeing = (delegations?.agreements ?? []).flatMap(({ roles }) => roles)
  const named = [...(delegations?.roles ?? []), ...agreeing].map(({ name }) => name)
  return delegations?.succinct === undefined ? named : [...named, `${delegations.succinct.namePrefix}-`]
}

function reserved(name: string): ErrorData {
  return {
    code: 'format/malformed',
    message: `a role cannot be called ${name}: the repository lists something else under such names`,
    hint: 'do not sign this; ask who proposed it',
  }
}

const traps: readonly string[] = ['path-traversal', 'bidi-characters']

export function blockedBy(
  role: string,
  after: Metadata,
  findings: readonly Finding[],
  now: Date,
): ErrorData | undefined {
  const { expires, version } = after.signed
  if (isExpired(expires, now, titleOf(role, version))) {
    return {
      code: 'trust/expired',
      message: `${titleOf(role, version)} would be expired already: it names ${expires}`,
      hint: 'propose it again with a later date; check this machine’s clock',
    }
  }
  const trap = findings.find((finding) => traps.includes(finding.code))
  if (trap === undefined) return undefined
  return {
    code: 'format/malformed',
    message: trap.sentence,
    hint: 'do not sign this; ask who proposed it, and propose it again without this name',
  }
}
