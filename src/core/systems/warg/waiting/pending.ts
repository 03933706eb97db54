// Records that wait, as proposals: each read as if it stood in its log already. One bad file hides no other.
import { toHex } from '../../../bytes.ts'
import { sha256 } from '../../../crypto.ts'
import { type AppError, toAppError, toErrorData } from '../../../error.ts'
import { countOf } from '../../../phrases.ts'
import { byRisk, type Change, type Finding, type Proposal, type Quorum, worstRisk } from '../../../proposal.ts'
import type { Context, Pending } from '../../../system.ts'
import type { Transport } from '../../../transport.ts'
import { visible } from '../../../visible.ts'
import { signedRecord } from '../encoding/ids.ts'
import { fault } from '../fault.ts'
import { kindOf, maxBytes, operatorSubject, pendingPrefix, subjectOfPending } from '../files.ts'
import { diffRecord } from '../log/diff.ts'
import type { ReadLog } from '../log/read-log.ts'
import { type LogRecord, parseRecord } from '../log/record.ts'
import { refusalOf, signersOf } from '../log/signers.ts'
import { namespaceFindings, openRegistry, packagesOf, type Registry, type RegistryOptions } from '../registry.ts'
import { type Approvers, isSameApprovers, parseCandidate } from './candidate.ts'
import { approvalQuorum, approvalsName, publisherQuorum } from './marks.ts'
import { namedQuorum, namer, ownerOf } from './named.ts'

/** By the id of the record that begins the operator’s log: wherever its records come from, the same lists count. */
export type Agreed = (operatorId: string, signal: AbortSignal) => Promise<ReadonlyMap<string, readonly Approvers[]>>

export interface PendingOptions extends RegistryOptions {
  /** What this machine was told of who must approve changes of a registry’s logs, by their subjects: each list that was set. */
  agreed?: Agreed
  /** This subject, and nothing else is read. */
  only?: string
}

export async function pendingProposals(
  source: Transport,
  context: Context,
  options: PendingOptions = {},
): Promise<Pending> {
  const registry = await openRegistry(source, context, options)
  const { initId = '' } = registry.operator.state
  const agreed = (await options.agreed?.(initId, context.signal)) ?? new Map()
  const seen = [registry.operator]
  const proposals: Proposal[] = []
  const problems: { subject: string; error: AppError }[] = []
  for (const name of await source.list(pendingPrefix, context.signal)) {
    const subject = subjectOfPending(name)
    if (subject === undefined || (options.only !== undefined && subject !== options.only)) continue
    try {
      const proposal = await readProposal(name, subject, { source, context, registry, agreed, seen })
      if (proposal !== undefined) proposals.push(proposal)
    } catch (thrown) {
      const error = toAppError(thrown)
      if (error.code === 'user/cancelled' || error.code === 'internal/bug') throw error
      problems.push({ subject, error })
    }
  }
  return { proposals, problems, memory: registry.memory(seen) }
}

interface Reading {
  source: Transport
  context: Context
  registry: Registry
  agreed: ReadonlyMap<string, readonly Approvers[]>
  /** Logs that were verified on the way. */
  seen: ReadLog[]
}

async function readProposal(name: string, subject: string, reading: Reading): Promise<Proposal | undefined> {
  const { source, context, registry, agreed, seen } = reading
  const bytes = await source.read(name, maxBytes.candidate, context.signal)
  if (bytes === undefined) return undefined
  const candidate = parseCandidate(bytes, name)
  if (candidate.subject !== subject) {
    throw fault('bad-answer', 'format/malformed', `${name} holds a record for ${candidate.subject}`)
  }
  const { initId = '' } = registry.operator.state
  if (candidate.registry !== initId) throw otherRegistry(name, candidate.registry)
  const record = parseRecord(kindOf(subject), candidate.contents, `the record for ${subject}`)
  const log = await registry.log(subject, { find: record.id })
  const { state } = log
  seen.push(log)
  // It is in the log: there is nothing left to sign.
  if (log.found !== undefined && log.found === state.length) return undefined
  if (log.found !== undefined) throw inTheLog(subject, log.found)
  checkGoesOn(subject, record, state.head?.id)
  const { names } = context
  const approvers = candidate.approvers ?? { threshold: 0, keys: [] }
  const publishers = withoutApprovers(signersOf(state, record), approvers)
  if (publishers.keys.length === 0) throw refusalOf(state, record) ?? nobodyMaySign(subject, record)
  const keys = [...state.keys.values(), ...record.entries.flatMap((entry) => ('key' in entry ? [entry.key] : []))]
  const nameOf = namer(keys, names)
  const signerId = candidate.signed?.keyId
  const holder =
    publishers.keys.find(({ ids }) => signerId !== undefined && ids.includes(signerId)) ?? publishers.keys[0]
  const known = subject === operatorSubject ? [] : await packagesOf(source, registry, context)
  const { changes, findings } = diffRecord(state, record, holder?.ids[0] ?? '', {
    subject,
    nameOf,
    known,
    now: context.now,
  })
  const payload = signedRecord(state.kind, candidate.contents)
  const set = agreed.get(subject) ?? []
  const blocked = blockedBy(subject, record, candidate.approvers, set)
  const digest = toHex(await sha256(payload))
  return {
    ...{ id: `${subject}/${digest}`, system: 'warg', subject, title: titleOf(subject, state.length + 1) },
    headline: headlineOf(changes),
    risk: worstRisk([...changes, ...findings].map(({ risk }) => risk)),
    ...{ payload, digest, changes, unchanged: 0 },
    findings: [
      ...findings,
      ...namespaceFindings(log, registry.operator),
      ...(set.length > 0 ? [] : unsetFindings(candidate.approvers, names)),
    ],
    quorums: [
      ...(candidate.approvers === undefined ? [] : [await approvalQuorum(candidate.approvers, candidate, context)]),
      {
        ...namedQuorum(await publisherQuorum(publishers, payload, candidate.signed), names),
        ...(candidate.approvers === undefined ? {} : { after: approvalsName }),
      },
    ],
    ...(blocked === undefined ? {} : { blocked }),
    after: bytes,
  }
}

export function titleOf(subject: string, number: number): string {
  return `${subject === operatorSubject ? 'Operator' : subject} ${number}`
}

/** The worst thing that it does, and how much else. */
function headlineOf(changes: readonly Change[]): string {
  const [first, ...others] = changes.filter(({ path }) => path !== 'time').toSorted(byRisk)
  if (first === undefined) return 'Changes nothing'
  return others.length === 0 ? first.sentence : `${first.sentence}, and ${countOf(others.length, 'more change')}`
}

function checkGoesOn(subject: string, { prev }: LogRecord, head: string | undefined): void {
  if (prev === head) return
  throw fault('log-went-on', 'trust/changed', `the log of ${subject} went on since this record was made for it`, {
    hint: `give this one up (countersign withdraw SOURCE ${subject}), and make it anew on what is there now`,
  })
}

/** Who agrees before others publish is not who publishes. */
function withoutApprovers(publishers: Quorum, { keys }: Approvers): Quorum {
  const theirs = new Set(keys.map(({ key }) => key.id))
  return { ...publishers, keys: publishers.keys.filter(({ ids }) => !ids.some((id) => theirs.has(id))) }
}

function nobodyMaySign(subject: string, { entries }: LogRecord): Error {
  const why =
    entries.length === 0
      ? 'it says nothing, and nobody should sign what any stranger could have accepted'
      : 'no key holds all that it needs, but for those who approve'
  return fault('nobody-may-sign', 'trust/threshold', `nobody may sign this record for ${subject}: ${why}`, {
    hint: `see who may do what: countersign warg show SOURCE ${subject}`,
  })
}

function blockedBy(
  subject: string,
  { isCanonical }: LogRecord,
  approvers: Approvers | undefined,
  set: readonly Approvers[],
) {
  if (!isCanonical) {
    const message = `the record for ${subject} is not written as other programs write it: they may read it in another way`
    return toErrorData(fault('not-canonical', 'format/unsupported', message, { hint: 'let it be made anew' }))
  }
  if (set.every((one) => isSameApprovers(one, approvers))) return undefined
  const message = `the record for ${subject} asks for other approvals than those that are set here`
  const hint = `ask who made it; or set here what the team agreed on: countersign warg approvers SOURCE ${subject}`
  return toErrorData(fault('approvers-differ', 'trust/changed', message, { hint }))
}

/** Who made a change could have left out whom they did not like, and called others by their names. */
function unsetFindings(approvers: Approvers | undefined, names: Context['names'] = new Map()): Finding[] {
  if (approvers === undefined) return []
  const taken = approvers.keys.filter(
    ({ name, key }) => ownerOf(key, names) !== name && [...names.values()].includes(name),
  )
  const sentence =
    'Who must approve came along with this change, and nobody has set it here: compare the names and the number'
  return [
    { code: 'approvers-unset', risk: 'notable', sentence },
    ...taken.map(({ name }) => ({
      code: 'approver-name-taken',
      risk: 'dangerous' as const,
      sentence: `The approver called ${visible(name)} has another key than the ${visible(name)} who is known here`,
    })),
  ]
}

function inTheLog(subject: string, number: number): Error {
  return fault('in-the-log', 'source/conflict', `this record is record ${number} of the log of ${subject} already`, {
    hint: 'nothing is left to do with it: withdraw what waits here',
  })
}

function otherRegistry(name: string, id: string): Error {
  return fault('other-registry', 'trust/changed', `${name} holds a record for the registry that begins with ${id}`, {
    hint: 'a record is made for one registry, and so is what approves it: make it anew here',
  })
}
