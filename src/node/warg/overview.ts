// A registry at a glance: its operator and the packages that are looked at here, each verified to its end in one moment of it.
import { type AppError, toAppError } from '../../core/error.ts'
import type { Finding } from '../../core/proposal.ts'
import type { Context } from '../../core/system.ts'
import { timeText } from '../../core/systems/warg/encoding/time.ts'
import { operatorSubject } from '../../core/systems/warg/files.ts'
import { namespaceFindings, packagesOf } from '../../core/systems/warg/registry.ts'
import type { OpenSource } from '../open-source.ts'
import { type StateFacts, stateFacts } from './facts.ts'
import { readKept } from './kept.ts'
import { looking, registryOptions } from './looking.ts'

export interface LogOverview extends StateFacts {
  subject: string
  /** Also what the operator says of its namespace. */
  findings: readonly Finding[]
}

export interface RegistryOverview {
  checkpoint: { at: string; logLength: number; logRoot: string; mapRoot: string; keyId: string; ageSeconds: number }
  maxAgeSeconds: number
  watched: readonly string[]
  /** The operator first; one of no records is not there. */
  logs: readonly LogOverview[]
}

/** `setAside`: takes a log that cannot be verified, and why, so that it hides no other; without it that is the answer. */
export async function registryOverview(
  source: OpenSource,
  context: Context,
  setAside?: (subject: string, error: AppError) => void,
): Promise<RegistryOverview> {
  const { transport, registry: place } = source
  const { maxAgeSeconds = 0 } = await registryOptions(source, context)
  const watched = place === undefined ? [] : (await readKept(place.kept, context.signal)).packages
  const { checkpoint, operator, logs } = await looking(source, context, async (registry) => {
    const subjects = new Set([...watched, ...(await packagesOf(transport, registry, context))])
    const logs = [registry.operator]
    for (const subject of [...subjects].sort()) {
      try {
        logs.push(await registry.log(subject))
      } catch (thrown) {
        const error = toAppError(thrown)
        if (setAside === undefined || error.code === 'user/cancelled' || error.code === 'internal/bug') throw error
        setAside(subject, error)
      }
    }
    return { ...registry, logs }
  })
  return {
    checkpoint: {
      at: timeText({ seconds: checkpoint.timestamp, nanos: 0 }),
      ageSeconds: Math.max(0, Math.floor(context.now.getTime() / 1000) - checkpoint.timestamp),
      logLength: checkpoint.logLength,
      logRoot: checkpoint.logRoot,
      mapRoot: checkpoint.mapRoot,
      keyId: checkpoint.keyId,
    },
    maxAgeSeconds,
    watched,
    logs: logs.map((log) => {
      const facts = stateFacts(log.state, context.names ?? new Map())
      const more = log.subject === operatorSubject ? [] : namespaceFindings(log, operator)
      return { ...facts, subject: log.subject, findings: [...facts.findings, ...more] }
    }),
  }
}
