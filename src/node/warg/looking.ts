// One look at a registry: what was verified on the way is held against the next one, whatever either is for.
import { AppError } from '../../core/error.ts'
import type { Context, Pending } from '../../core/system.ts'
import type { ReadLog } from '../../core/systems/warg/log/read-log.ts'
import { openRegistry, type Registry } from '../../core/systems/warg/registry.ts'
import type { WargOptions } from '../../core/systems/warg/system.ts'
import type { Transport } from '../../core/transport.ts'
import type { OpenSource } from '../open-source.ts'
import { readKept } from './kept.ts'
import { nativeMachine } from './native-machine.ts'

/** Remembered also where `run` throws: what it was refused for changes nothing about what was verified. */
export async function looking<T>(
  source: OpenSource,
  context: Context,
  run: (registry: Registry) => Promise<T>,
  from: Transport = source.transport,
): Promise<T> {
  const opened = await openRegistry(from, asOfNow(source, context), await registryOptions(source, context))
  const seen = new Map<string, ReadLog>([[opened.operator.subject, opened.operator]])
  const registry: Registry = {
    ...opened,
    log: async (subject, more) => {
      const log = await opened.log(subject, more)
      seen.set(subject, log)
      return log
    },
  }
  try {
    return await run(registry)
  } finally {
    await source.registry?.remember?.(opened.memory([...seen.values()]))
  }
}

/** What this look is held against: also what an earlier one of the same command found. */
export function asOfNow({ registry, trust }: OpenSource, context: Context): Context {
  return registry?.remember === undefined ? context : { ...context, memory: trust.memory }
}

/** Of a look that was not asked for here. */
export async function rememberSeen({ registry }: OpenSource, { memory }: Pick<Pending, 'memory'>): Promise<void> {
  if (memory !== undefined) await registry?.remember?.(memory)
}

export async function registryOptions({ registry }: OpenSource, { signal }: Context): Promise<WargOptions> {
  if (registry === undefined) throw new AppError({ code: 'internal/bug', message: 'this is no registry' })
  const { maxAgeSeconds } = await readKept(registry.kept, signal)
  return { maxAgeSeconds, machine: nativeMachine, agreed: registry.agreed }
}
