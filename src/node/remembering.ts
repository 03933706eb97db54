// Registries that are pinned: whatever was verified of one, on the way to anything, is held against the next look.
import type { TrustSystem } from '../core/system.ts'
import type { Files } from '../core/transport.ts'
import type { OpenSource } from './open-source.ts'
import type { Place } from './place.ts'
import type { Trust } from './workspace.ts'

/** A registry, with a memory that later looks of the same opening are held against as well. */
export function remembering(place: Place, trust: Trust, keep: (memory: Files) => Promise<void>): Place {
  if (place.registry === undefined) return place
  const remember = async (memory: Files): Promise<void> => {
    await keep(memory)
    trust.memory = memory
  }
  return { ...place, registry: { ...place.registry, remember } }
}

/** What waits is looked at on the way to a signature, too: what was verified by that is remembered, whatever comes of it. */
export function rememberingSystem(source: OpenSource): TrustSystem {
  const remember = source.registry?.remember
  if (remember === undefined) return source.system
  return {
    ...source.system,
    pending: async (from, context) => {
      const pending = await source.system.pending(from, context)
      if (pending.memory !== undefined) await remember(pending.memory)
      return pending
    },
  }
}
