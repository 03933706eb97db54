// From a candidate's bytes to a proposal: verified as far as an unsigned change can be, then said in words.
import { toHex } from '../../bytes.ts'
import { sha256 } from '../../crypto.ts'
import { AppError, type ErrorData, toAppError } from '../../error.ts'
import { byRisk, type Finding, type Proposal, type Quorum, worstRisk } from '../../proposal.ts'
import type { Context, Pending } from '../../system.ts'
import type { Transport } from '../../transport.ts'
import type { ClientOptions } from './check.ts'
import { loadTargets, refresh, roleOf, rootQuorum, type TrustedSet, updateRoot } from './client.ts'
import { findDelegator } from './delegation.ts'
import { diffMetadata } from './diff/diff.ts'
import { isExpired } from './expiry.ts'
import type { TufKey } from './key.ts'
import type { Layout } from './layouts/plain.ts'
import { lintMetadata } from './lint/lint.ts'
import { type Metadata, parseMetadata, type RoleKeys, type Root, topRoles } from './metadata.ts'
import { maxBytes, titleOf, typeOf } from './names.ts'
import { trustStore } from './store.ts'
import { quorumOf } from './verify.ts'

export async function pendingProposals(layout: Layout, source: Transport, context: Context): Promise<Pending> {
  const proposals: Proposal[] = []
  const problems: { subject: string; error: AppError }[] = []
  for (const candidate of await layout.candidates(source, context.signal)) {
    const { name } = candidate
    if ('problem' in candidate) {
      problems.push({ subject: name, error: candidate.problem })
      continue
    }
    const { role } = candidate
    try {
      proposals.push(await readProposal(role, name, layout, source, context))
    } catch (thrown) {
      const error = toAppError(thrown)
      if (error.code === 'user/cancelled' || error.code === 'internal/bug') throw error
      problems.push({ subject: role, error })
    }
  }
  return { proposals, problems }
}

async function readProposal(
  role: string,
  name: string,
  layout: Layout,
  source: Transport,
  context: Context,
): Promise<Proposal> {
  const bytes = await source.read(name, maxBytes[typeOf(role)], context.signal)
  if (bytes === undefined) {
    throw new AppError({ code: 'trust/changed', message: `${name} went away while it was read`, hint: 'look again' })
  }
  const after = parseMetadata(bytes, typeOf(role), name)
  const { before, quorums } = await authorityOver(role, after, layout, source, context)
  checkNextVersion(name, before, after)
  const lint = lintMetadata({ role, after, quorums, now: context.now, ...(before === undefined ? {} : { before }) })
  const findings = [...lint].sort(byRisk)
  const diff = diffMetadata(before, after, { now: context.now, role })
  const digest = toHex(await sha256(after.payload))
  const blocked = blockedBy(role, after, findings, context.now)
  return {
    id: `${role}/${digest}`,
    system: 'tuf',
    subject: role,
    title: titleOf(role, after.signed.version),
    headline: diff.headline,
    risk: worstRisk([diff.risk, ...findings.map((finding) => finding.risk)]),
    payload: after.payload,
    digest,
    changes: diff.changes,
    unchanged: diff.unchanged,
    findings,
    quorums,
    ...(blocked === undefined ? {} : { blocked }),
    ...(before === undefined ? {} : { before: before.bytes }),
    after: bytes,
  }
}

interface Authority {
  /** The document in force, which the candidate replaces. */
  before: Metadata | undefined
  quorums: readonly Quorum[]
}

/** Who may sign the candidate: for root the old keys and the new ones, for everything else the keys its delegator names. */
async function authorityOver(
  role: string,
  after: Metadata,
  layout: Layout,
  source: Transport,
  context: Context,
): Promise<Authority> {
  const options: ClientOptions = { now: context.now, signal: context.signal, expired: 'report' }
  const published = layout.published(source)
  const store = trustStore(context)
  if (after.signed.type === 'root') {
    const candidate = after as Metadata<Root>
    // A root must be signable when everything below it is expired or gone: only the chain of roots is needed.
    const current = await updateRoot(published, store, options)
    const named = async (judge: Metadata<Root>): Promise<Quorum> => ({
      ...(await rootQuorum(judge, candidate)),
      name: titleOf('root', judge.signed.version),
    })
    const quorums = await Promise.all([named(current), named(candidate)])
    // A new key holder is no stranger to the change, only to the old root.
    const known = new Set(quorums.flatMap((quorum) => quorum.keys.flatMap((entry) => entry.ids)))
    const isStranger = ({ id }: { id: string }): boolean => !known.has(id)
    return { before: current, quorums: quorums.map((one) => ({ ...one, strangers: one.strangers.filter(isStranger) })) }
  }
  const set = await refresh(published, store, options)
  const { before, keys, roleKeys } = await delegatorOf(role, set, published, options)
  const quorum = await quorumOf(titleOf(role, after.signed.version), after, keys, roleKeys)
  return { before, quorums: [quorum] }
}

async function delegatorOf(
  role: string,
  set: TrustedSet,
  published: Transport,
  options: ClientOptions,
): Promise<{ before: Metadata | undefined; keys: ReadonlyMap<string, TufKey>; roleKeys: RoleKeys }> {
  const type = topRoles.find((top) => top === role)
  if (type !== undefined) {
    const before = { root: set.root, timestamp: set.timestamp, snapshot: set.snapshot, targets: set.targets }[type]
    return { before, keys: set.root.signed.keys, roleKeys: roleOf(set.root, type) }
  }
  const delegator = await findDelegator(role, set, published, options)
  if (delegator === undefined) {
    throw new AppError({
      code: 'trust/threshold',
      message: `no published role delegates to ${role}, so nobody can sign for it`,
      hint: 'publish the delegation first',
    })
  }
  const { keys, role: roleKeys } = delegator
  const isPublished = set.snapshot.signed.meta.has(role)
  const before = isPublished ? await loadTargets(role, set, keys, roleKeys, published, options) : undefined
  return { before, keys, roleKeys }
}

function checkNextVersion(name: string, before: Metadata | undefined, after: Metadata): void {
  const expected = (before?.signed.version ?? 0) + 1
  const is = after.signed.version
  if (is === expected) return
  throw new AppError({
    // Being overtaken by another change is an everyday event; only a jump is a fault of the file.
    code: is < expected ? 'trust/changed' : 'trust/rollback',
    message: `${name} is version ${is}, the next version is ${expected}`,
    hint:
      is < expected
        ? 'this change was overtaken; make it again on top of what is published'
        : 'versions must not jump; make it again',
    data: { is, expected },
  })
}

const traps: readonly string[] = ['path-traversal', 'bidi-characters']

function blockedBy(role: string, after: Metadata, findings: readonly Finding[], now: Date): ErrorData | undefined {
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
