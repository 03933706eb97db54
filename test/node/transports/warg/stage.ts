// A registry with packages for one test, and the transport that goes there, with a clock that only sleep moves.
import { onTestFinished } from 'vitest'
import { logIdOf } from '../../../../src/core/systems/warg/files.ts'
import { memoryTransport, type Transport } from '../../../../src/core/transport.ts'
import { parseWargAddress } from '../../../../src/node/transports/warg/address.ts'
import type { Pace } from '../../../../src/node/transports/warg/patience.ts'
import { type WargOptions, wargTransport } from '../../../../src/node/transports/warg.ts'
import { type WargPackages, wargPackages } from '../../../support/warg/served/packages.ts'
import type { RegistryOptions } from '../../../support/warg/served/registry.ts'

export interface Stage extends WargPackages {
  drafts: ReturnType<typeof memoryTransport>
  open(options?: WargOptions): Transport
  /** How long was slept for. */
  slept: number[]
}

export async function stage(options: RegistryOptions = {}): Promise<Stage> {
  const made = await wargPackages(options)
  onTestFinished(() => made.registry.close())
  const drafts = memoryTransport()
  const slept: number[] = []
  let now = 0
  const pace: Pace = {
    now: () => now,
    sleep: async (ms) => {
      slept.push(ms)
      now += ms
    },
  }
  const address = parseWargAddress(`warg+${made.registry.url}`)
  return { ...made, drafts, slept, open: (more = {}) => wargTransport(address, { drafts, pace, ...more }) }
}

/** The places of what was asked for, in the questions for the log of this package. */
export function questionsFor({ registry }: Pick<WargPackages, 'registry'>, subject: string): Record<string, unknown>[] {
  const all = registry.askedFor('fetch/logs').map(({ body }) => JSON.parse(body.toString('utf8')))
  return all.filter(({ packages }) => logIdOf(subject) in packages)
}
