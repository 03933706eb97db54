// A registry as people look at it: its checkpoint, its operator, and the packages that are seen from here, each verified by itself, so
// that one that cannot be shown hides no other.
import { type AppError, toAppError } from '../../core/error.ts'
import type { Finding, QuorumKey } from '../../core/proposal.ts'
import type { Context } from '../../core/system.ts'
import type { Approvers } from '../../core/systems/warg/candidate.ts'
import { operatorSubject } from '../../core/systems/warg/files.ts'
import type { LogState } from '../../core/systems/warg/log-state.ts'
import { ownerOf } from '../../core/systems/warg/named.ts'
import type { ReadLog } from '../../core/systems/warg/read-log.ts'
import type { Permission } from '../../core/systems/warg/record.ts'
import { namespaceFindings, openRegistry, packagesOf } from '../../core/systems/warg/registry.ts'
import { timeText } from '../../core/systems/warg/time.ts'
import type { OpenSource } from '../open-source.ts'
import { registryOptions } from './edits.ts'
import { readKept } from './kept.ts'

export interface PackageFact {
  subject: string
  /** Nothing of the rest is known where it could not be verified. */
  problem?: AppError
  records: number
  newest?: { version: string; yanked: boolean }
  /** Who can sign the next release. */
  holders: readonly QuorumKey[]
  findings: readonly Finding[]
  approvers?: Approvers
}

export interface RegistryFacts {
  checkpointAt: string
  /** Of all logs together. */
  logLength: number
  operator: {
    records: number
    holders: readonly QuorumKey[]
    namespaces: readonly { namespace: string; registry?: string }[]
    findings: readonly Finding[]
  }
  packages: readonly PackageFact[]
}

export async function registryFacts(source: OpenSource, context: Context): Promise<RegistryFacts> {
  const { transport, registry: kept } = source
  const registry = await openRegistry(transport, context, await registryOptions(source, context))
  const approvers = kept === undefined ? new Map() : (await readKept(kept.kept, context.signal)).approvers
  const packages: PackageFact[] = []
  for (const subject of await packagesOf(transport, registry, context)) {
    const agreed = approvers.get(subject)
    const beside = agreed === undefined ? {} : { approvers: agreed }
    try {
      packages.push({ ...packageFact(await registry.log(subject), registry.operator, context), ...beside })
    } catch (thrown) {
      const problem = toAppError(thrown)
      if (problem.code === 'user/cancelled' || problem.code === 'internal/bug') throw problem
      packages.push({ subject, problem, records: 0, holders: [], findings: [], ...beside })
    }
  }
  const { state } = registry.operator
  return {
    checkpointAt: timeText({ seconds: registry.checkpoint.timestamp, nanos: 0 }),
    logLength: registry.checkpoint.logLength,
    operator: {
      records: state.length,
      holders: holdersOf(state, 'commit', context),
      namespaces: [...state.namespaces].map(([namespace, { registry: other }]) => ({
        namespace,
        ...(other === undefined ? {} : { registry: other }),
      })),
      findings: state.findings,
    },
    packages,
  }
}

function packageFact(log: ReadLog, operator: ReadLog, context: Context): PackageFact {
  const { subject, state } = log
  const last = [...state.releases.values()].at(-1)
  return {
    ...{ subject, records: state.length, holders: holdersOf(state, 'release', context) },
    ...(last === undefined ? {} : { newest: { version: last.version, yanked: last.yanked !== undefined } }),
    findings: [...state.findings, ...namespaceFindings(log, operator)],
  }
}

export function holdersOf(state: LogState, permission: Permission, { names = new Map() }: Context): QuorumKey[] {
  return [...state.keys.values()]
    .filter(({ id }) => state.permissions.holds(id, permission))
    .map((one) => {
      const owner = ownerOf(one, names)
      const entry = { ids: [one.id], key: one.key, label: 'P-256', signed: false, rehearsal: false }
      return owner === undefined ? entry : { ...entry, owner }
    })
}

/** How many records it has, verified; none where there is no such package. */
export async function recordsOf(source: OpenSource, subject: string, context: Context): Promise<number> {
  const registry = await openRegistry(source.transport, context, await registryOptions(source, context))
  return (subject === operatorSubject ? registry.operator : await registry.log(subject)).state.length
}
