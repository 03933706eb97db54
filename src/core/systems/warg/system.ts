// Warg behind the four nouns: one registry, whose logs are verified from the record that begins its operator's.
import { AppError } from '../../error.ts'
import { isComplete, type Proposal, type Quorum, signedCount } from '../../proposal.ts'
import type { Context, Proof, TrustedRole, TrustedState, TrustSystem } from '../../system.ts'
import type { Files, Transport } from '../../transport.ts'
import { carriedFiles } from './carry/carry.ts'
import { sendingBytes } from './encoding/wire.ts'
import { operatorSubject, parseSubject, pendingName, sendingName } from './files.ts'
import { verifyLog } from './log/log.ts'
import type { ReadLog } from './log/read-log.ts'
import type { Permission } from './log/record.ts'
import { quorumKey } from './log/signers.ts'
import { namespaceFindings, openRegistry, packagesOf } from './registry.ts'
import { candidateEnvelope, parseCandidate } from './waiting/candidate.ts'
import { draftedFiles } from './waiting/draft.ts'
import { namedQuorum } from './waiting/named.ts'
import { type PendingOptions, pendingProposals, titleOf } from './waiting/pending.ts'
import { givenFiles, givenSignatures, signedFiles } from './waiting/signing.ts'

export type WargOptions = Omit<PendingOptions, 'only'>

export function wargSystem(options: WargOptions = {}): TrustSystem {
  return {
    id: 'warg',
    state: (source, context) => trustedState(source, context, options),
    pending: (source, context) => pendingProposals(source, context, options),
    draft: (edit, source, context) => draftedFiles(edit, source, context, options),
    sign: signedFiles,
    publish: async (proposal) => sentFiles(proposal),
    withdraw: async (subject) => withdrawnFiles(subject),
    renew: async () => {
      throw new AppError({
        code: 'usage/invalid',
        message: 'a registry renews its checkpoints by itself, and nothing else of it expires',
        hint: 'look again later where a checkpoint is too old',
      })
    },
    carry: (proposal, source, context) => carriedFiles(proposal, source, context, options),
    prove: (proposal, source, context) => provenRecord(proposal, source, context, options),
    signatures: async (proposal) => givenSignatures(proposal),
    given: givenFiles,
  }
}

async function trustedState(source: Transport, context: Context, options: WargOptions): Promise<TrustedState> {
  const registry = await openRegistry(source, context, options)
  const logs = [registry.operator]
  for (const subject of await packagesOf(source, registry, context)) logs.push(await registry.log(subject))
  const { initId = '' } = registry.operator.state
  return {
    system: 'warg',
    anchor: {
      title: `Operator ${registry.operator.state.length}`,
      version: registry.operator.state.length,
      digest: initId.replace('sha256:', ''),
      bytes: context.anchor,
    },
    roles: logs.flatMap((log) => roleOf(log, context)),
    findings: logs.flatMap(({ subject, state, ...log }) => [
      ...state.findings.map((finding) => ({ ...finding, sentence: `${subject}: ${finding.sentence}` })),
      ...namespaceFindings({ ...log, subject, state }, registry.operator),
    ]),
    memory: registry.memory(logs),
    rehearsal: false,
  }
}

/** Who can sign the next record that says what these logs are there for. */
function roleOf({ subject, state }: ReadLog, { names }: Context): TrustedRole[] {
  if (state.length === 0) return []
  const permission: Permission = subject === operatorSubject ? 'commit' : 'release'
  const quorum: Quorum = {
    name: subject === operatorSubject ? 'Operator' : subject,
    threshold: 1,
    keys: [...state.keys.values()].filter(({ id }) => state.permissions.holds(id, permission)).map(quorumKey),
    strangers: [],
  }
  return [{ name: quorum.name, version: state.length, quorum: namedQuorum(quorum, names) }]
}

function withdrawnFiles(subject: string): Files {
  parseSubject(subject)
  return new Map([[pendingName(subject), null]])
}

/** What is written under this name is sent. The record waits here until the log holds it: that it was sent is no proof. */
function sentFiles({ subject, title, quorums, after, ...proposal }: Proposal): Files {
  if (!isComplete({ subject, title, quorums, after, ...proposal })) {
    throw new AppError({
      code: 'trust/threshold',
      message: `${title} is not signed by enough keys yet`,
      hint: 'ask those who have not signed',
    })
  }
  if (subject === operatorSubject) {
    throw new AppError({
      code: 'usage/invalid',
      message: 'registries take no records of their operator over the network',
      hint: 'write it to a file for whoever runs the registry: countersign warg save SOURCE operator FILE',
    })
  }
  const envelope = candidateEnvelope(parseCandidate(after, title))
  return new Map([[sendingName(subject), sendingBytes({ packageName: subject, envelope })]])
}

async function provenRecord(
  proposal: Proposal,
  source: Transport,
  context: Context,
  options: WargOptions,
): Promise<Proof> {
  const { subject, title, quorums, after } = proposal
  if (proposal.blocked !== undefined) throw new AppError(proposal.blocked)
  const envelope = candidateEnvelope(parseCandidate(after, title))
  const registry = await openRegistry(source, context, options)
  const { state } = subject === operatorSubject ? registry.operator : await registry.log(subject)
  const led = await verifyLog(state.kind, [envelope], { from: state })
  const from = { title: titleOf(subject, state.length), version: state.length, digest: (state.head?.id ?? '').slice(7) }
  const walks = state.length === 0 ? [] : [{ from, steps: [led.length] }]
  return {
    quorums: quorums.map((one) => ({ name: one.name, threshold: one.threshold, signed: signedCount(one) })),
    client:
      walks.length === 0
        ? `whoever reads ${subject} for the first time accepts ${title}`
        : `whoever has read ${subject} up to record ${state.length} was led to record ${led.length}`,
    walks,
    files: new Map([[pendingName(subject), after]]),
  }
}
