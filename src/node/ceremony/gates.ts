// What a machine can find out about itself before keys come near it. Each gate says what was found, and whether that is as the script
// asks; what cannot be told is said so.

import type { CeremonyScript } from '../../core/ceremony/script.ts'
import { AppError } from '../../core/error.ts'
import type { JsonObject } from '../../core/json.ts'
import { expiryOf } from '../../core/systems/tuf/expiry.ts'
import { digestOf, parseMetadata } from '../../core/systems/tuf/metadata.ts'
import { openInterfaces } from '../offline.ts'
import type { Workspace } from '../workspace.ts'

/** What only the program that runs it knows. */
export interface Machine {
  /** `none`: there is no window, as on a terminal. */
  sandbox: 'on' | 'off' | 'none'
  /** The name and version of the program, and what identifies its files. */
  build(): Promise<string>
  /** What is burned into the program that shows the window, where it has such switches. */
  fuses?(): Promise<{ isRight: boolean; found: string }>
  /** Names of interfaces that lead off this machine and are up. */
  interfaces?(): readonly string[]
}

export interface GateFact extends JsonObject {
  name: string
  outcome: 'passed' | 'failed'
  found: string
}

export interface Measuring {
  script: CeremonyScript
  rehearsal: boolean
  workspace: Workspace
  machine: Machine
  now(): Date
}

/** `watch`: what somebody's watch showed at this moment, HH:MM or HH:MM:SS. Without it the clock is not measured. */
export async function measure(asked: Measuring, watch: string | undefined): Promise<GateFact[]> {
  const { script, machine, now } = asked
  return [
    networkGate(script, (machine.interfaces ?? openInterfaces)()),
    sandboxGate(script, machine.sandbox),
    ...(watch === undefined ? [] : [clockGate(script, watch, now())]),
    ...(await fusesGate(machine)),
    { name: 'build', outcome: 'passed', found: await machine.build() },
    await anchorGate(asked),
  ]
}

/** To go on without is a deviation. */
export const noWatch: GateFact = { name: 'clock', outcome: 'failed', found: 'no watch was held beside the clock' }

function gate(name: string, isRight: boolean, found: string): GateFact {
  return { name, outcome: isRight ? 'passed' : 'failed', found }
}

export function networkGate({ rules }: CeremonyScript, open: readonly string[]): GateFact {
  if (open.length === 0) return gate('network', true, 'no network interface is up')
  const found = `a network interface is up: ${open.join(', ')}`
  return rules.offline ? gate('network', false, found) : gate('network', true, `${found}; the script allows it`)
}

function sandboxGate({ rules }: CeremonyScript, sandbox: Machine['sandbox']): GateFact {
  if (sandbox === 'none') return gate('sandbox', true, 'a terminal: there is no window to be kept apart')
  if (sandbox === 'on') return gate('sandbox', true, 'the window runs in its sandbox')
  const found = 'the window runs without its sandbox'
  return rules.sandbox ? gate('sandbox', false, found) : gate('sandbox', true, `${found}; the script allows it`)
}

async function fusesGate(machine: Machine): Promise<GateFact[]> {
  if (machine.fuses === undefined) return []
  const { isRight, found } = await machine.fuses()
  return [gate('fuses', isRight, found)]
}

const halfDay = 12 * 3600

/** A watch shows no day: the nearer of the two distances around the clock counts. In the zone of this computer. */
function clockGate({ rules }: CeremonyScript, watch: string, now: Date): GateFact {
  const shown = secondsOf(watch)
  const here = now.getHours() * 3600 + now.getMinutes() * 60 + now.getSeconds()
  const ahead = ((here - shown + halfDay + 2 * halfDay) % (2 * halfDay)) - halfDay
  const off = Math.abs(ahead)
  const words = off === 0 ? 'as the watch' : `${off} s ${ahead > 0 ? 'ahead of' : 'behind'} the watch`
  const found = `the watch showed ${watch}, and this computer is ${words}; ${rules.clockSeconds} s are allowed`
  return gate('clock', off <= rules.clockSeconds, found)
}

function secondsOf(watch: string): number {
  const [, hours, minutes, seconds = '0'] = /^([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?$/.exec(watch.trim()) ?? []
  if (hours !== undefined && minutes !== undefined) return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)
  throw new AppError({
    code: 'usage/invalid',
    message: `“${watch}” is no time of day`,
    hint: 'type what the watch shows, such as 14:03:30',
  })
}

/** The root that the script names is the one that this computer knows as the newest of that repository, if it knows any. */
async function anchorGate({ script, rehearsal, workspace, now }: Measuring): Promise<GateFact> {
  const { anchor } = script
  if (rehearsal) return gate('anchor', true, 'a rehearsal: a practice root stands in')
  if (anchor === null) return gate('anchor', true, 'the first root of a repository: there is none before it')
  for (const { id, name } of await workspace.sources()) {
    const trust = await workspace.trust(id)
    const known = [trust.anchor, ...(trust.successor === undefined ? [] : [trust.successor])]
    const roots = known.map((bytes) => parseMetadata(bytes, 'root', name))
    const newest = roots.at(-1)
    if (newest === undefined || !roots.some((root) => digestOf(root) === anchor.digest)) continue
    if (digestOf(newest) !== anchor.digest)
      return gate(
        'anchor',
        false,
        `${name} has root ${newest.signed.version} by now, and the script names ${anchor.title}`,
      )
    const ends = expiryOf(newest.signed.expires, 'root')
    const isPast = ends.getTime() < now().getTime()
    return gate(
      'anchor',
      true,
      `${anchor.title} is in force in ${name}, as it is pinned here${isPast ? '; it has expired' : ''}`,
    )
  }
  return gate(
    'anchor',
    true,
    `no repository pinned here knows ${anchor.title}; the request is judged from the root in the script`,
  )
}
