// What the program makes of a registry that is read over REST: all of it, as it is trusted, or parts of it as they came.
import type { Context, TrustedState } from '../../../../src/core/system.ts'
import { type LoggedRecord, parsePage } from '../../../../src/core/systems/warg/encoding/wire.ts'
import { checkpointName, maxBytes, pageName } from '../../../../src/core/systems/warg/files.ts'
import { type Checkpoint, parseCheckpoint } from '../../../../src/core/systems/warg/proofs/checkpoint.ts'
import { wargSystem } from '../../../../src/core/systems/warg/system.ts'
import type { Files, Transport } from '../../../../src/core/transport.ts'
import { never } from '../../../support/repository.ts'
import type { Stage } from './stage.ts'

const system = wargSystem({ maxAgeSeconds: 600 })

export async function checkpoint(source: Transport): Promise<Checkpoint> {
  const bytes = await source.read(checkpointName, maxBytes.checkpoint, never)
  return parseCheckpoint(bytes ?? new Uint8Array())
}

export async function page(source: Transport, subject: string, number = 1): Promise<LoggedRecord[] | undefined> {
  const bytes = await source.read(pageName(subject, number), maxBytes.page, never)
  return bytes === undefined ? undefined : parsePage(bytes, subject)
}

export const placesOf = async (source: Transport, subject: string) =>
  (await page(source, subject))?.map(({ registryIndex }) => registryIndex)

/** From the first record of its operator to the newest of both packages; `memory`: what was trusted before. */
export function trusted({ registry, hello, tools, open }: Stage, memory: Files = new Map(), more: Options = {}) {
  const context: Context = { anchor: registry.history.anchor, now: new Date(), signal: never, memory }
  return system.state(open({ packages: [hello, tools], ...more }), context)
}

type Options = Parameters<Stage['open']>[0]

/** How many records the checkpoint covers that is trusted now, and how many each log has. */
export function lengthsIn({ memory, roles }: TrustedState): number[] {
  const { logLength } = parseCheckpoint(memory.get(checkpointName) ?? new Uint8Array())
  return [logLength, ...roles.map(({ version }) => version)]
}
